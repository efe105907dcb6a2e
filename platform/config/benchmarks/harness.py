"""Measuring: medians of many calls, their queries, and the table and JSON that come out."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: `value` in `unit`, with the floor measured in the same run. `people` is the size of the data."""

    value: float
    unit: str
    queries: int | None
    people: int | None
    floor: float | None
    ratio: float | None
    aim: str
    met: bool | None


class Book:
    """The figures of one run, in the order they were measured."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.figures: dict[str, Figure] = {}
        self._say = say

    def note(self, text: str) -> None:
        self._say(text)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        floor: float | None = None,
        queries: int | None = None,
        people: int | None = None,
        at_most: float | None = None,
        at_least: float | None = None,
        most_queries: int | None = None,
    ) -> None:
        aims, met = [], True
        if at_most is not None:
            aims.append(f"≤ {at_most:g} {unit}")
            met &= value <= at_most
        if at_least is not None:
            aims.append(f"≥ {at_least:g} {unit}")
            met &= value >= at_least
        if most_queries is not None and queries is not None:
            aims.append(f"≤ {most_queries} queries")
            met &= queries <= most_queries
        figure = Figure(
            value=round(value, 3),
            unit=unit,
            queries=queries,
            people=people,
            floor=round(floor, 3) if floor is not None else None,
            ratio=round(value / floor, 2) if floor else None,
            aim=", ".join(aims),
            met=met if aims else None,
        )
        self.figures[name] = figure
        self._say(_line(name, figure))

    def write(self, path: Path) -> None:
        """Merges this run's figures into the file: a part of the benchmarks replaces only its own."""
        known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        known.update({name: asdict(figure) for name, figure in self.figures.items()})
        path.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")


def _line(name: str, figure: Figure) -> str:
    queries = f"{figure.queries:3} queries" if figure.queries is not None else " " * 11
    floor = f"floor {figure.floor:9.2f}  × {figure.ratio:6.2f}" if figure.floor else " " * 25
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.met]
    return f"{name:34} {figure.value:9.2f} {figure.unit:5} {queries}  {floor}  {figure.aim:28} {verdict}"


def median_ms(call: Callable[[], Any], times: int = 100, warm: int = 10) -> float:
    """The median of `times` calls in milliseconds, after `warm` calls that are not counted."""
    for _ in range(warm):
        call()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def queries_of(call: Callable[[], Any]) -> int:
    """How many queries one call makes."""
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)
