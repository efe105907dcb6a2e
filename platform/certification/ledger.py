"""The ledger's arithmetic: hashing events into a chain, and folding them back into cycles. Pure.

An event is hashed over the hash before it, so that a row which is changed, removed or put in breaks every one after it.
What is hashed is facts and random ids: names and reason texts stay outside, so that erasing them breaks nothing.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a chain, as it is stored."""

    number: int
    kind: str
    facts: Facts
    recorded_at: dt.datetime
    previous: str
    hash: str


def plain(value: Any) -> Any:
    """Dates and ids as JSON knows them."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def hash_of(
    previous: str, ref: uuid.UUID, number: int, kind: str, recorded_at: dt.datetime, facts: Facts | orjson.Fragment
) -> str:
    """SHA-256 over canonical JSON: keys sorted, no spaces, UTF-8, the instant in UTC to the microsecond.

    Dates and ids in `facts` hash as the text they are stored as. A fragment is facts as they were written out.
    """
    instant = recorded_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    text = orjson.dumps([previous, ref, number, kind, instant, facts], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def reason_hash(salt: str, reason: str) -> str:
    """What the ledger knows of a reason text: enough to prove it, too little to guess it."""
    return hashlib.sha256(f"{salt}:{reason}".encode()).hexdigest()


def broken_at(ref: uuid.UUID, events: Iterable[Event]) -> int | None:
    """The number of the first event that does not fit the one before it; None when the chain is whole."""
    previous, expected = "", 1
    for event in events:
        fits = event.number == expected and event.previous == previous
        if not fits or event.hash != hash_of(previous, ref, event.number, event.kind, event.recorded_at, event.facts):
            return expected
        previous, expected = event.hash, expected + 1
    return None


@dataclass(slots=True)
class Replayed:
    """What a person's events amount to: cycles by public id, duties by certification, decisions that hold."""

    cycles: dict[str, dict[str, Any]] = field(default_factory=dict)
    duties: dict[int, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)


class IllegalEventError(Exception):
    """An event that cannot follow those before it, such as a cycle satisfied before it was opened."""


# What a cycle may go through, by its state before: anything else contradicts itself.
_LEGAL: dict[str, set[str | None]] = {
    "opened": {None},
    "terms": {"open"},
    "begun": {"open"},
    "optional": {"open"},
    "satisfied": {"open"},
    "closed": {"open"},
    "moved": {"satisfied"},
}


def fold(events: Iterable[tuple[str, Facts]]) -> Replayed:
    """Cycles, duties and decisions from (kind, facts) in order. Raises IllegalEventError."""
    found = Replayed()
    for kind, facts in events:
        match kind:
            case "duty":
                found.duties[facts["certification"]] = dict(facts)
            case "decided":
                found.decisions[facts["decision"]] = dict(facts)
            case "undone":
                if found.decisions.pop(facts["decision"], None) is None:
                    raise IllegalEventError(f"decision {facts['decision']} was never made")
            case _:
                _fold_cycle(found.cycles, kind, facts)
    return found


def _fold_cycle(cycles: dict[str, dict[str, Any]], kind: str, facts: Facts) -> None:
    key = facts["cycle"]
    before = cycles.get(key)
    if (before["state"] if before else None) not in _LEGAL[kind]:
        raise IllegalEventError(f"cycle {key} cannot be {kind}")
    if before is None:
        # What an earlier list tells of is over, whatever is open now.
        if not facts.get("imported") and any(
            one["state"] == "open" and one["certification"] == facts["certification"] for one in cycles.values()
        ):
            raise IllegalEventError(f"cycle {key} was opened beside another")
        before = cycles[key] = {"state": "open"}
    before.update({name: value for name, value in facts.items() if name not in ("cycle", "evidence", "decision")})
    if kind in ("satisfied", "closed"):
        before["state"] = kind
