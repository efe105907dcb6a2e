"""The strictest of several policies, field by field. Pure.

Pass mark up, validity down, grace down, assurance up, attempts down, cool-down up, path the union. Window and date base
are the national policy's alone, since a standing is the same in every agency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from certification.periods import parse_period


@dataclass(frozen=True, slots=True)
class Terms:
    """What a cycle is opened with. Periods are ISO 8601 durations in calendar units; None attempts means no limit."""

    pass_mark: int
    validity: str
    window: str
    grace: str
    date_base: str
    fixed_day: str
    minimum_active: str
    least_assurance: int
    attempts: int | None
    cool_down_days: int


@dataclass(frozen=True, slots=True)
class Tightening:
    """An agency's wishes: None or "" means as the national policy."""

    pass_mark: int | None = None
    validity: str = ""
    grace: str = ""
    least_assurance: int | None = None
    attempts: int | None = None
    cool_down_days: int | None = None


def strictest(national: Terms, agencies: Iterable[Tightening]) -> Terms:
    """`national`, tightened by each agency in turn. The order of the agencies does not matter."""
    terms = national
    for wish in agencies:
        terms = replace(
            terms,
            pass_mark=max(terms.pass_mark, wish.pass_mark or 0),
            validity=_shorter(terms.validity, wish.validity),
            grace=_shorter(terms.grace, wish.grace),
            least_assurance=max(terms.least_assurance, wish.least_assurance or 0),
            attempts=_fewer(terms.attempts, wish.attempts),
            cool_down_days=max(terms.cool_down_days, wish.cool_down_days or 0),
        )
    return terms


def looser_fields(national: Terms, wish: Tightening) -> list[str]:
    """The fields in which `wish` would loosen `national`: an agency may tighten only, so these are refused."""
    looser = []
    if wish.pass_mark is not None and wish.pass_mark < national.pass_mark:
        looser.append("pass_mark")
    for field in ("validity", "grace"):
        wanted = getattr(wish, field)
        given = getattr(national, field)
        if wanted and _shorter(given, wanted) != wanted and wanted != given:
            looser.append(field)
    if wish.least_assurance is not None and wish.least_assurance < national.least_assurance:
        looser.append("least_assurance")
    if wish.attempts is not None and national.attempts is not None and wish.attempts > national.attempts:
        looser.append("attempts")
    if wish.cool_down_days is not None and wish.cool_down_days < national.cool_down_days:
        looser.append("cool_down_days")
    return looser


def union(paths: Iterable[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Steps (subject, key) of several paths, each once, courses before quizzes, otherwise in the order met."""
    seen = dict.fromkeys(step for path in paths for step in path)
    return sorted(seen, key=lambda step: step[0] == "quiz")


def _shorter(a: str, b: str) -> str:
    if not a or not b:
        return a or b
    return min(a, b, key=lambda text: parse_period(text).rough_days)


def _fewer(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return a if b is None else b
    return min(a, b)
