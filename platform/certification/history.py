"""Reading a list of earlier certifications from a CSV file: bytes in, rows and plain-worded problems out.

Knows no database. The file is read as every list is (common.csvfiles).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from certification.periods import LONGEST, Period, last_day
from common.csvfiles import Problem, Row, read_date, read_table, wrong_address, wrong_date

MOST_ROWS = 250_000
LONGEST_FIELD = 300
LONGEST_SOURCE = 100
FIRST_DAY = dt.date(1990, 1, 1)

# What each column may be called, in lower case.
COLUMNS = {
    "email": ("epost", "e-post", "email", "e-mail", "e-postadresse"),
    "certification": ("sertifisering", "certification"),
    "first": ("gyldig_fra", "gyldig fra", "fra", "valid_from"),
    "last": ("gyldig_til", "gyldig til", "til", "valid_to"),
    "level": ("niva", "nivå", "assurance"),
    "source": ("kilde", "source"),
}
OPTIONAL = frozenset({"level", "source"})
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
    table, problems = read_table(data, COLUMNS, optional=OPTIONAL, most=MOST_ROWS)
    rows = []
    for line in table:
        row, wrong = _row(line, level, today)
        problems += [Problem(line.number, text) for text in wrong]
        if row is not None:
            rows.append(row)
    return rows, sorted(problems, key=lambda problem: problem.number)


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


def _row(line: Row, level: int | None, today: dt.date) -> tuple[HistoryRow | None, list[str]]:
    cells = line.cells
    if any(len(cell) > LONGEST_FIELD for cell in cells.values()):
        return None, [_("Et felt er for langt.")]
    wrong = wrong_address(cells["email"])
    if not cells["certification"]:
        wrong.append(_("Sertifisering mangler."))
    first, last = read_date(cells["first"]), read_date(cells["last"])
    for text, day in ((cells["first"], first), (cells["last"], last)):
        if day is None:
            wrong.append(wrong_date(text) if text else _("Dato mangler."))
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
    return HistoryRow(line.number, cells["email"].lower(), cells["certification"], first, last, held, source), []


def _wrong_days(first: dt.date, last: dt.date, today: dt.date) -> list[str]:
    if last < first:
        return [_("Siste dag er før første dag.")]
    if first > today:
        return [_("Perioden begynner etter i dag. Bare det som alt er oppnådd, kan hentes inn.")]
    if first < FIRST_DAY:
        return [_("Perioden begynner før %(year)s. Sjekk årstallet.") % {"year": FIRST_DAY.year}]
    if last - first > LONGEST:
        return [_("Perioden varer i over tjue år. Sjekk årstallet.")]
    return []
