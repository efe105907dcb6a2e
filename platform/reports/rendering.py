"""Drawing and writing out: the trend as a line, figures and people as files."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.contributions import GOAL, Figures
from reports.reading.figures import Month

# A cell that begins with one of these is a formula to a spreadsheet, whatever we meant by it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

LEFT, RIGHT, TOP, BOTTOM = 30.0, 332.0, 14.0, 192.0


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place. Places are text, so that no language writes them with a comma."""

    text: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The share month by month, as an SVG needs it, and the same as rows of a table."""

    heading: str
    summary: str
    line: str
    area: str
    goal_y: str
    grid: Sequence[Label]
    marks: Sequence[Label]
    now: Label
    now_y: str
    rows: Sequence[tuple[str, int]]


def trend_of(months: Sequence[Month], now: Figures, today: dt.date) -> Trend | None:
    """The trend where there are at least two months with anybody in them; today's share is the last point."""
    points = [(month.day, month.figures.percent) for month in months]
    known = [(day, percent) for day, percent in points if percent is not None]
    if len(known) < 2 or now.percent is None:
        return None
    known.append((today, now.percent))
    low = 40 if min(percent for _day, percent in known) >= 40 else 0
    step = (RIGHT - LEFT) / (len(known) - 1)

    def y(percent: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (percent - low) / (100 - low)

    places = [(LEFT + step * number, y(percent)) for number, (_day, percent) in enumerate(known)]
    line = " ".join(f"{x:.1f},{height:.1f}" for x, height in places)
    rows = [(_month(day), percent) for day, percent in known[:-1]] + [(date_format(today, "DATE_FORMAT"), now.percent)]
    every = max(1, len(known) // 5)
    return Trend(
        heading=_heading(known),
        summary=_("Andel sertifiserte, måned for måned: %(rows)s. Målet er %(goal)s prosent.")
        % {"rows": ", ".join(f"{name} {percent} %" for name, percent in rows), "goal": GOAL},
        line=line,
        area=f"{LEFT},{BOTTOM} {line} {RIGHT},{BOTTOM}",
        goal_y=f"{y(GOAL):.1f}",
        grid=[Label(str(at), f"{y(at):.1f}", f"{y(at) + 4:.1f}") for at in range(low, 101, 20)],
        marks=[
            Label(date_format(day, "M").lower().rstrip("."), f"{places[number][0]:.1f}", "214")
            for number, (day, _percent) in enumerate(known)
            if number % every == 0 or number == len(known) - 1
        ],
        now=Label(str(now.percent), f"{RIGHT + 10:.1f}", f"{places[-1][1] + 5:.1f}"),
        now_y=f"{places[-1][1]:.1f}",
        rows=rows,
    )


def _heading(known: Sequence[tuple[dt.date, int]]) -> str:
    since, change = _month(known[0][0]), known[-1][1] - known[0][1]
    if change == 0:
        return _("Uendret siden %(month)s") % {"month": since}
    words = {"number": abs(change), "month": since}
    if change > 0:
        up = ngettext(
            "Opp %(number)s prosentpoeng siden %(month)s", "Opp %(number)s prosentpoeng siden %(month)s", change
        )
        return up % words
    down = ngettext(
        "Ned %(number)s prosentpoeng siden %(month)s", "Ned %(number)s prosentpoeng siden %(month)s", -change
    )
    return down % words


def _month(day: dt.date) -> str:
    return date_format(day, "F Y")


# --- files ------------------------------------------------------------------------------------------


class _Echo:
    def write(self, value: str) -> str:
        return value


def safe_cell(value: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_response(name: str, chunks: Iterable[Iterable[Sequence[Any]]]) -> StreamingHttpResponse:
    """A file sent while it is read: semicolons and a byte order mark, as Norwegian spreadsheets want it.

    Each chunk is made in the reader's language, which by then is no longer that of the thread.
    """
    writer = csv.writer(_Echo(), delimiter=";")
    language = translation.get_language()

    def lines() -> Iterator[str]:
        yield "\ufeff"
        found = iter(chunks)
        while True:
            with translation.override(language):
                chunk = next(found, None)
                if chunk is None:
                    return
                text = "".join(writer.writerow([safe_cell(cell) for cell in row]) for row in chunk)
            yield text

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response
