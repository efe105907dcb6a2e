"""Reading a list of employees from a CSV file: bytes in, rows and plain-worded problems out. Knows no database."""

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

# What each column may be called, in lower case.
COLUMNS = {
    "email": ("email", "e-mail", "e-post", "epost", "e-postadresse"),
    "first_name": ("first_name", "fornavn"),
    "last_name": ("last_name", "etternavn"),
    "unit": ("unit", "enhet"),
    "role": ("role", "rolle", "yrkesrolle"),
    "start": ("start", "fra", "fra og med"),
    "end": ("end", "til", "til og med"),
}
OPTIONAL = {"end"}
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NORWEGIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_YEARS = range(1900, 2200)
_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the file: a person in a unit with a role. `number` is the line as a spreadsheet counts it."""

    number: int
    email: str
    first_name: str
    last_name: str
    unit: str
    role: str
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and on which line; line 0 is the file as a whole."""

    number: int
    text: str

    def __str__(self) -> str:
        return _("Rad %(number)s: %(text)s") % {"number": self.number, "text": self.text} if self.number else self.text


def read_roster(data: bytes) -> tuple[list[RosterRow], list[Problem]]:
    """The rows of a file, and everything that is wrong with it. Where there are problems the rows are not whole."""
    try:
        table = _table(_decode(data))
    except _UnreadableError as error:
        return [], [Problem(0, str(error))]
    if not table:
        return [], [Problem(0, _("Filen er tom."))]
    columns, problems = _columns(table[0][1])
    if problems:
        return [], problems
    rows = []
    for number, cells in table[1:]:
        if len(cells) != len(columns):
            text = _("Raden har %(found)s felt, overskriften har %(wanted)s.")
            problems.append(Problem(number, text % {"found": len(cells), "wanted": len(columns)}))
            continue
        row, wrong = _row(number, dict(zip(columns, cells, strict=True)))
        problems += [Problem(number, text) for text in wrong]
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(0, _("Filen har en overskrift, men ingen rader.")))
    return rows, problems


class _UnreadableError(Exception):
    pass


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise _UnreadableError(_("Filen er ikke en CSV-fil vi kan lese. Lagre den som «CSV UTF-8» og prøv igjen."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _UnreadableError(_("Vi kjenner ikke igjen tegnene i filen. Lagre den som «CSV UTF-8» og prøv igjen."))


def _table(text: str) -> list[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number, cells stripped."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                table.append((before + 1, [cell.strip() for cell in cells]))
            before = reader.line_num
    except csv.Error as error:
        text = _("Rad %(number)s kan ikke leses. Se etter et anførselstegn som ikke er avsluttet.")
        raise _UnreadableError(text % {"number": before + 1}) from error
    return table


def _columns(header: list[str]) -> tuple[list[str], list[Problem]]:
    problems = []
    columns = []
    for name in header:
        column = _BY_NAME.get(" ".join(name.casefold().split()))
        if column is None:
            problems.append(Problem(1, _("Vi kjenner ikke kolonnen «%(name)s».") % {"name": name[:40]}))
        elif column in columns:
            problems.append(Problem(1, _("Kolonnen «%(name)s» står to ganger.") % {"name": name}))
        else:
            columns.append(column)
    for column, names in COLUMNS.items():
        if column not in columns and column not in OPTIONAL:
            wanted = {"name": names[0], "other": names[-1]}
            problems.append(Problem(1, _("Kolonnen «%(name)s» (eller «%(other)s») mangler.") % wanted))
    return columns, problems


def _row(number: int, cells: dict[str, str]) -> tuple[RosterRow | None, list[str]]:
    wrong = []
    email = cells["email"].lower()
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(_("«%(text)s» er ikke en hel e-postadresse.") % {"text": cells["email"][:80]})
    for column in ("first_name", "last_name"):
        if not cells[column]:
            wrong.append(_("Fornavn mangler.") if column == "first_name" else _("Etternavn mangler."))
        elif len(cells[column]) > _NAME_LENGTH:
            wrong.append(_("Navnet er for langt, høyst 100 tegn."))
    if not cells["unit"]:
        wrong.append(_("Enhet mangler."))
    if not cells["role"]:
        wrong.append(_("Rolle mangler."))
    start = _date(cells["start"])
    end = _date(cells.get("end", ""))
    if not cells["start"]:
        wrong.append(_("Første dag mangler."))
    for text, day in ((cells["start"], start), (cells.get("end", ""), end)):
        if text and day is None:
            wrong.append(_("«%(text)s» er ikke en dato. Skriv 2027-08-01 eller 01.08.2027.") % {"text": text[:40]})
    if start and end and end < start:
        wrong.append(_("Siste dag er før første dag."))
    if wrong or start is None:
        return None, wrong
    row = RosterRow(number, email, cells["first_name"], cells["last_name"], cells["unit"], cells["role"], start, end)
    return row, []


def _date(text: str) -> dt.date | None:
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NORWEGIAN.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        return dt.date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None
