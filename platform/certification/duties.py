"""Whom a rule obliges, from when, by when. Pure: the same test settles a person and tells what a change would do."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# No unit has this path: what a rule narrowed to regions without units is narrowed to.
NOWHERE = "!"


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule as plain values. An empty set or tuple narrows nothing. `pk` is 0 for a rule that is not saved yet."""

    pk: int
    thread: uuid.UUID
    certification_id: int
    agency_id: int
    unit_path: str
    role_keys: frozenset[str]
    sector_keys: frozenset[str]
    region_paths: tuple[str, ...]
    employed_from: dt.date | None
    valid_from: dt.date
    valid_to: dt.date | None
    due_days: int | None
    due_on: dt.date | None


class Job(NamedTuple):
    """A membership as plain values: where somebody works, as what, from when to when (days included)."""

    thread: uuid.UUID
    unit_id: int
    agency_id: int | None
    path: str
    role_id: int
    role_key: str
    sector_key: str
    valid_from: dt.date
    valid_to: dt.date | None


class Obligation(NamedTuple):
    """What one rule brings through one job: its first and last day, and the day it is due."""

    first: dt.date
    last: dt.date | None
    due: dt.date


def paths_of_regions(keys: Iterable[str], regions: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """`region_paths` of a rule that names `keys`. `regions` is key → paths.

    Named regions without units oblige nobody, which is not the same as no region named.
    """
    keys = list(keys)
    if not keys:
        return ()
    return tuple(sorted({path for key in keys for path in regions.get(key, ())})) or (NOWHERE,)


def falls_under(rule: RuleTerms, job: Job) -> bool:
    """Whether a job is among those that `rule` obliges, whatever the day."""
    return (
        job.path.startswith(rule.unit_path)
        and (not rule.role_keys or job.role_key in rule.role_keys)
        and (not rule.sector_keys or job.sector_key in rule.sector_keys)
        and (not rule.region_paths or job.path.startswith(rule.region_paths))
        and (rule.employed_from is None or job.valid_from >= rule.employed_from)
    )


def due_on(rule: RuleTerms, first_day: dt.date) -> dt.date:
    """The due date of an obligation that begins on `first_day`: the rule's date, or so many days after."""
    return rule.due_on or first_day + dt.timedelta(days=rule.due_days or 0)


def brought(rule: RuleTerms, first_day: dt.date, last_day: dt.date | None) -> Obligation | None:
    """What `rule` brings through a job of these days that falls under it: None where the two never meet."""
    first = max(rule.valid_from, first_day)
    last = _earlier(rule.valid_to, last_day)
    if last is not None and last < first:
        return None
    return Obligation(first, last, due_on(rule, first))


def _earlier(a: dt.date | None, b: dt.date | None) -> dt.date | None:
    """The earlier of two last days, where None is "until further notice"."""
    if a is None or b is None:
        return a if b is None else b
    return min(a, b)
