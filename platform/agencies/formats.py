"""Reading a list of employees from a CSV file: bytes in, rows and plain-worded problems out. Knows no database."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.csvfiles import Problem, Row, read_date, read_table, wrong_address, wrong_date

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
OPTIONAL = frozenset({"end"})
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


def read_roster(data: bytes) -> tuple[list[RosterRow], list[Problem]]:
    """The rows of a file, and everything that is wrong with it. Where there are problems the rows are not whole."""
    table, problems = read_table(data, COLUMNS, optional=OPTIONAL)
    rows = []
    for line in table:
        row, wrong = _row(line)
        problems += [Problem(line.number, text) for text in wrong]
        if row is not None:
            rows.append(row)
    return rows, sorted(problems, key=lambda problem: problem.number)


def _row(line: Row) -> tuple[RosterRow | None, list[str]]:
    cells = line.cells
    wrong = wrong_address(cells["email"])
    for column in ("first_name", "last_name"):
        if not cells[column]:
            wrong.append(_("Fornavn mangler.") if column == "first_name" else _("Etternavn mangler."))
        elif len(cells[column]) > _NAME_LENGTH:
            wrong.append(_("Navnet er for langt, høyst 100 tegn."))
    if not cells["unit"]:
        wrong.append(_("Enhet mangler."))
    if not cells["role"]:
        wrong.append(_("Rolle mangler."))
    start = read_date(cells["start"])
    end = read_date(cells.get("end", ""))
    if not cells["start"]:
        wrong.append(_("Første dag mangler."))
    for text, day in ((cells["start"], start), (cells.get("end", ""), end)):
        if text and day is None:
            wrong.append(wrong_date(text))
    if start and end and end < start:
        wrong.append(_("Siste dag er før første dag."))
    if wrong or start is None:
        return None, wrong
    return RosterRow(
        line.number, cells["email"].lower(), cells["first_name"], cells["last_name"], cells["unit"], cells["role"],
        start, end,
    ), []  # fmt: skip
