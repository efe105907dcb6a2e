"""Reading a CSV file that a spreadsheet or another system wrote: bytes in, cells by column and plain problems out.

Knows no database, and nothing of what the rows are about. Separators, encodings and dates are taken as they come; what
is wrong is told by line, all of it at once, so that a file need not be sent ten times.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MOST_PROBLEMS_OF_A_HEADER = 50
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NORWEGIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and on which line; line 0 is the file as a whole."""

    number: int
    text: str

    def __str__(self) -> str:
        return _("Rad %(number)s: %(text)s") % {"number": self.number, "text": self.text} if self.number else self.text


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: what stands in each column. `number` is the line as a spreadsheet counts it."""

    number: int
    cells: Mapping[str, str]


class _UnreadableError(Exception):
    pass


def read_table(
    data: bytes, names: Mapping[str, Sequence[str]], *, optional: frozenset[str] = frozenset(), most: int | None = None
) -> tuple[list[Row], list[Problem]]:
    """The lines that hold anything, cells stripped, and what is wrong with the file as such.

    `names` is column → what its heading may be, in lower case, the one that a reader is told first; a column that is
    not `optional` must be there. Where the heading is wrong, or there are more than `most` rows, there are no rows.
    """
    if data.startswith(b"PK\x03\x04"):
        return [], [Problem(0, _("Filen er et regneark. Lagre det som «CSV UTF-8» og prøv igjen."))]
    try:
        table = _lines(_decode(data))
    except _UnreadableError as error:
        return [], [Problem(0, str(error))]
    if not table:
        return [], [Problem(0, _("Filen er tom."))]
    if most is not None and len(table) > most + 1:
        return [], [Problem(0, _("Filen har flere enn %(most)s rader. Del den i flere filer.") % {"most": most})]
    columns, problems = _columns(table[0][1], names, optional)
    if problems:
        return [], problems
    rows = []
    for number, cells in table[1:]:
        if len(cells) != len(columns):
            text = _("Raden har %(found)s felt, overskriften har %(wanted)s.")
            problems.append(Problem(number, text % {"found": len(cells), "wanted": len(columns)}))
        else:
            rows.append(Row(number, dict(zip(columns, cells, strict=True))))
    if not rows and not problems:
        problems.append(Problem(0, _("Filen har en overskrift, men ingen rader.")))
    return rows, problems


def wrong_address(text: str) -> list[str]:
    """What is wrong with an e-mail address, if anything."""
    try:
        validate_email(text.lower())
    except ValidationError:
        return [_("«%(text)s» er ikke en hel e-postadresse.") % {"text": text[:80]}]
    return []


def wrong_date(text: str) -> str:
    """What is said of a cell that should hold a day and does not."""
    return _("«%(text)s» er ikke en dato. Skriv 2027-08-01 eller 01.08.2027.") % {"text": text[:40]}


def read_date(text: str) -> dt.date | None:
    """The day that a cell holds, as ISO 8601 or as Norwegians write it; None for anything else."""
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


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise _UnreadableError(_("Filen er ikke en CSV-fil vi kan lese. Lagre den som «CSV UTF-8» og prøv igjen."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _UnreadableError(_("Vi kjenner ikke igjen tegnene i filen. Lagre den som «CSV UTF-8» og prøv igjen."))


def _lines(text: str) -> list[tuple[int, list[str]]]:
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


def _columns(
    header: list[str], names: Mapping[str, Sequence[str]], optional: frozenset[str]
) -> tuple[list[str], list[Problem]]:
    by_name = {name: column for column, called in names.items() for name in called}
    problems = []
    columns: list[str] = []
    for name in header:
        column = by_name.get(" ".join(name.casefold().split()))
        if column is None:
            problems.append(Problem(1, _("Vi kjenner ikke kolonnen «%(name)s».") % {"name": name[:40]}))
        elif column in columns:
            problems.append(Problem(1, _("Kolonnen «%(name)s» står to ganger.") % {"name": name[:40]}))
        else:
            columns.append(column)
    for column, called in names.items():
        if column not in columns and column not in optional:
            wanted = {"name": called[0], "other": called[-1]}
            problems.append(Problem(1, _("Kolonnen «%(name)s» (eller «%(other)s») mangler.") % wanted))
    return columns, problems[:MOST_PROBLEMS_OF_A_HEADER]
