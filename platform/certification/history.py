"""Reading a list of earlier certifications from a CSV file: bytes in, rows and plain-worded problems out.

Knows no database. The file is read as a list of employees is (agencies.formats): the same separators, encodings, dates
and words for what is wrong.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from agencies.formats import Problem, _date, _decode, _table, _UnreadableError
from certification.periods import Period, last_day

LARGEST_FILE = 40_000_000  # bytes: 200,000 rows are about 16 million
MOST_ROWS = 250_000
LONGEST_FIELD = 300
LONGEST_SOURCE = 100
FIRST_DAY = dt.date(1990, 1, 1)
LONGEST_PERIOD = 7305  # days: twenty years

# What each column may be called, in lower case.
COLUMNS = {
    "email": ("epost", "e-post", "email", "e-mail", "e-postadresse"),
    "certification": ("sertifisering", "certification"),
    "first": ("gyldig_fra", "gyldig fra", "fra", "valid_from"),
    "last": ("gyldig_til", "gyldig til", "til", "valid_to"),
    "level": ("niva", "nivå", "assurance"),
    "source": ("kilde", "source"),
}
OPTIONAL = {"level", "source"}
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
LEVELS = {
    "self_declared": 10, "egenmeldt": 10,
    "client_asserted": 20, "meldt av nettleseren": 20,
    "server_graded": 30, "rettet på tjeneren": 30,
    "supervised": 40, "under tilsyn": 40,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the file: who held what, from a first to a last day. `number` is the line as a spreadsheet counts."""

    number: int
    email: str
    certification: str
    first: dt.date
    last: dt.date
    level: int
    source: str

    def fingerprint(self, person: object, certification: object) -> str:
        """The same for the same row about the same person, whichever file it stands in."""
        said = (person, certification, self.first, self.last, self.level, self.source)
        return hashlib.sha256("\x1f".join(str(value) for value in said).encode()).hexdigest()

    @property
    def length(self) -> str:
        """How long it lasted, in months where it was whole months."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        for count in (months, months + 1):
            if count > 0 and last_day(self.first, Period(months=count)) == self.last:
                return str(Period(months=count))
        return str(Period(days=(self.last - self.first).days + 1))


def read_history(data: bytes, *, level: int | None, today: dt.date) -> tuple[list[HistoryRow], list[Problem]]:
    """The rows of a file, and everything that is wrong with it. `level` is that of rows that say none themselves."""
    if len(data) > LARGEST_FILE:
        return [], [Problem(0, too_large())]
    if data.startswith(b"PK\x03\x04"):
        return [], [Problem(0, _("Filen er et regneark. Lagre det som «CSV UTF-8» og prøv igjen."))]
    try:
        table = _table(_decode(data))
    except _UnreadableError as error:
        return [], [Problem(0, str(error))]
    if not table:
        return [], [Problem(0, _("Filen er tom."))]
    if len(table) > MOST_ROWS + 1:
        text = _("Filen har flere enn %(most)s rader. Del den i flere filer.") % {"most": MOST_ROWS}
        return [], [Problem(0, text)]
    columns, problems = _columns(table[0][1])
    if problems:
        return [], problems
    rows = []
    for number, cells in table[1:]:
        if len(cells) != len(columns):
            text = _("Raden har %(found)s felt, overskriften har %(wanted)s.")
            problems.append(Problem(number, text % {"found": len(cells), "wanted": len(columns)}))
            continue
        row, wrong = _row(number, dict(zip(columns, cells, strict=True)), level, today)
        problems += [Problem(number, text) for text in wrong]
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(0, _("Filen har en overskrift, men ingen rader.")))
    return rows, problems


def too_large() -> str:
    """What is said of a file that nobody should read into memory."""
    return _("Filen er for stor. Del den i flere filer på høyst %(size)s MB.") % {"size": LARGEST_FILE // 1_000_000}


def overlaps(periods: Iterable[tuple[dt.date, dt.date, int]]) -> list[tuple[int, int]]:
    """(row, earlier row) for every period that begins before another has ended. A period is first, last, row number."""
    found = []
    end, holder = dt.date.min, 0
    for first, last, number in sorted(periods):
        if first <= end:
            found.append((number, holder))
        if last > end:
            end, holder = last, number
    return found


def _columns(header: list[str]) -> tuple[list[str], list[Problem]]:
    problems = []
    columns: list[str] = []
    for name in header:
        column = _BY_NAME.get(" ".join(name.casefold().split()))
        if column is None:
            problems.append(Problem(1, _("Vi kjenner ikke kolonnen «%(name)s».") % {"name": name[:40]}))
        elif column in columns:
            problems.append(Problem(1, _("Kolonnen «%(name)s» står to ganger.") % {"name": name[:40]}))
        else:
            columns.append(column)
    for column, names in COLUMNS.items():
        if column not in columns and column not in OPTIONAL:
            problems.append(Problem(1, _("Kolonnen «%(name)s» mangler.") % {"name": names[0]}))
    return columns, problems[:50]


def _row(number: int, cells: dict[str, str], level: int | None, today: dt.date) -> tuple[HistoryRow | None, list[str]]:
    if any(len(cell) > LONGEST_FIELD for cell in cells.values()):
        return None, [_("Et felt er for langt.")]
    wrong = []
    email = cells["email"].lower()
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(_("«%(text)s» er ikke en hel e-postadresse.") % {"text": cells["email"][:80]})
    if not cells["certification"]:
        wrong.append(_("Sertifisering mangler."))
    first, last = _date(cells["first"]), _date(cells["last"])
    for text, day in ((cells["first"], first), (cells["last"], last)):
        if day is None:
            message = (
                _("«%(text)s» er ikke en dato. Skriv 2027-08-01 eller 01.08.2027.") if text else _("Dato mangler.")
            )
            wrong.append(message % {"text": text[:40]})
    if first and last:
        wrong += _wrong_days(first, last, today)
    said = cells.get("level", "").casefold()
    held = LEVELS.get(said) if said else level
    if said and held is None:
        wrong.append(_("Vi kjenner ikke nivået «%(text)s».") % {"text": said[:40]})
    elif held is None:
        wrong.append(_("Nivå mangler. Skriv det i raden, eller velg ett for hele filen."))
    source = cells.get("source", "")
    if len(source) > LONGEST_SOURCE:
        wrong.append(_("Kilden er for lang, høyst %(most)s tegn.") % {"most": LONGEST_SOURCE})
    if wrong or first is None or last is None or held is None:
        return None, wrong
    return HistoryRow(number, email, cells["certification"], first, last, held, source), []


def _wrong_days(first: dt.date, last: dt.date, today: dt.date) -> list[str]:
    if last < first:
        return [_("Siste dag er før første dag.")]
    if first > today:
        return [_("Perioden begynner etter i dag. Bare det som alt er oppnådd, kan hentes inn.")]
    if first < FIRST_DAY:
        return [_("Perioden begynner før %(year)s. Sjekk årstallet.") % {"year": FIRST_DAY.year}]
    if (last - first).days > LONGEST_PERIOD:
        return [_("Perioden varer i over tjue år. Sjekk årstallet.")]
    return []
