"""Rebuilding cycles and standings from the ledger, and telling where they are not what is stored."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils import timezone

from agencies.models import Unit
from certification import keys
from certification.asof import held_by
from certification.ledger import Event, Facts, IllegalEventError, Replayed, broken_at, fold, plain
from certification.models import Cycle, LedgerChain, LedgerEvent, LedgerHead, Standing
from certification.passes import Days, Earned, Ruling, state_on

_BATCH = 1000
# What of a cycle the events tell, as they name it and as it is stored.
CYCLE_FACTS = {
    "state": "state", "number": "number", "opened_on": "opened_on", "evidence_from": "evidence_from",
    "due_on": "due_on",
    "agency": "agency_id", "policies": "policy_ids", "versions": "policy_versions", "path": "path_id", "steps": "steps",
    "pass_mark": "pass_mark", "validity": "validity", "window": "window", "grace": "grace", "date_base": "date_base",
    "fixed_day": "fixed_day", "minimum_active": "minimum_active", "least_assurance": "least_assurance",
    "attempts": "attempts", "cool_down_days": "cool_down_days", "optional": "optional", "begun_on": "begun_on",
    "satisfied_on": "satisfied_on", "valid_from": "valid_from", "expires_on": "expires_on",
    "baseline_expires_on": "baseline_expires_on", "window_opens_on": "window_opens_on", "grace_until": "grace_until",
    "editions": "editions",
}  # fmt: skip
_EMPTY = {"optional": False, "editions": ""}
_STANDING = (
    "state",
    "valid_from",
    "window_opens_on",
    "expires_on",
    "grace_until",
    "required",
    "waived",
    "paused",
    "due_on",
)

_DATES = ("valid_from", "window_opens_on", "expires_on", "grace_until", "baseline_expires_on")


@dataclass(slots=True)
class Replay:
    """What a replay found. `differences` are sentences that name a chain by its random ref, never a person."""

    chains: int = 0
    events: int = 0
    differences: list[str] = field(default_factory=list)


def replay() -> Replay:
    """Folds every chain, checks its hashes, and compares what comes out with what is stored. Reads only."""
    found = Replay()
    agencies = {str(ref): pk for ref, pk in Unit.objects.filter(is_agency=True).values_list("public_id", "pk")}
    for batch in _batches():
        _replay(batch, agencies, found)
    return found


def _batches() -> Iterator[list[tuple[int, Any, int | None, int, str]]]:
    last = 0
    rows = LedgerChain.objects.order_by("pk")
    columns = ("pk", "ref", "person_id", "length", "head")
    while batch := list(rows.filter(pk__gt=last).values_list(*columns)[:_BATCH]):
        yield batch
        last = batch[-1][0]


def _replay(batch: Sequence[tuple[int, Any, int | None, int, str]], agencies: Mapping[str, int], found: Replay) -> None:
    rows = (
        LedgerEvent.objects.filter(chain_id__among=[row[0] for row in batch])
        .order_by("chain_id", "number")
        .values_list("chain_id", "number", "kind", "facts", "recorded_at", "previous", "hash")
    )
    events = {pk: [Event(*row[1:]) for row in group] for pk, group in groupby(rows, key=lambda row: row[0])}
    people = [row[2] for row in batch if row[2] is not None]
    cycles = _cycles(people)
    standings = _standings(people)
    for pk, ref, person_id, length, head in batch:
        chain = events.get(pk, [])
        found.chains += 1
        found.events += len(chain)
        wrong = broken_at(ref, chain)
        if wrong is not None:
            found.differences.append(f"{ref}: event {wrong} does not fit the one before it")
        if (len(chain), chain[-1].hash if chain else "") != (length, head):
            found.differences.append(f"{ref}: the chain is not as long as it was")
        try:
            told = fold((event.kind, event.facts) for event in chain)
        except IllegalEventError as error:
            found.differences.append(f"{ref}: {error}")
            continue
        if person_id is not None:
            stored = cycles.get(person_id, {})
            texts = _compare(told, stored, standings.get(person_id, []), agencies)
            found.differences += [f"{ref}: {text}" for text in texts]


def _cycles(person_ids: Sequence[int]) -> dict[int, dict[str, dict[str, Any]]]:
    found: dict[int, dict[str, dict[str, Any]]] = {}
    rows = Cycle.objects.filter(person_id__among=person_ids).order_by()
    for person_id, pk, public_id, certification_id, *values in rows.values_list(
        "person_id", "pk", "public_id", "certification_id", *CYCLE_FACTS.values()
    ):
        columns = {name: plain(value) for name, value in zip(CYCLE_FACTS, values, strict=True)}
        found.setdefault(person_id, {})[str(public_id)] = {**columns, "pk": pk, "certification": certification_id}
    return found


def _standings(person_ids: Sequence[int]) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = {}
    for row in Standing.objects.filter(person_id__among=person_ids):
        found.setdefault(row.person_id, []).append(row)
    return found


def _compare(
    told: Replayed, cycles: dict[str, dict[str, Any]], standings: Sequence[Standing], agencies: Mapping[str, int]
) -> Iterator[str]:
    for key in sorted({*told.cycles, *cycles}):
        if key not in told.cycles or key not in cycles:
            yield f"cycle {key} is {'stored' if key in cycles else 'told'} only"
            continue
        for name in CYCLE_FACTS:
            says, has = told.cycles[key].get(name, _EMPTY.get(name)), cycles[key][name]
            if says != has:
                yield f"cycle {key}: {name} is {has!r}, and by the ledger {says!r}"
    for row in standings:
        expected = _standing(told, cycles, agencies, row.certification_id, row.computed_on)
        for name in _STANDING:
            if expected[name] != plain(getattr(row, name)):
                has = plain(getattr(row, name))
                yield f"standing {row.certification_id}: {name} is {has!r}, and by the ledger {expected[name]!r}"
    concerned = {row.certification_id for row in standings}
    for certification_id, duty in told.duties.items():
        if duty["required"] and certification_id not in concerned:
            yield f"standing {certification_id} is told only"


def _standing(
    told: Replayed,
    cycles: dict[str, dict[str, Any]],
    agencies: Mapping[str, int],
    certification_id: int,
    day: dt.date,
) -> dict[str, Any]:
    """Where she stood on `day` by the events alone."""
    earned = sorted(
        (
            _earned(index, one)
            for index, (key, one) in enumerate(told.cycles.items())
            if one["state"] == "satisfied" and one["certification"] == certification_id and key in cycles
        ),
        key=lambda one: one.valid_from,
    )
    rulings = [
        _ruling(facts, list(told.cycles), agencies)
        for facts in told.decisions.values()
        if facts["certification"] == certification_id
    ]
    held = held_by(earned)
    duty = told.duties.get(certification_id, {})
    required = bool(duty.get("required"))
    # The duty that is told is one that binds, where any does: a waiver by its agency says that none did.
    excusing = {ruling.agency_id for ruling in rulings if ruling.kind == "waiver" and ruling.days.hold_on(day)}
    return {
        "state": str(state_on(day, earned[-1] if earned else None, held, rulings)),
        "valid_from": plain(held.valid_from) if held else None,
        "window_opens_on": plain(held.window_opens_on) if held else None,
        "expires_on": plain(held.expires_on) if held else None,
        "grace_until": plain(held.grace_until) if held else None,
        "required": required,
        "waived": required and not excusing.isdisjoint({None, duty.get("agency")}),
        "paused": bool(duty.get("paused")),
        "due_on": duty.get("due_on"),
    }


def _earned(index: int, facts: Facts) -> Earned:
    first, window, last, grace, baseline = (dt.date.fromisoformat(facts[name]) for name in _DATES)
    return Earned(index, first, window, last, grace, baseline)


def _ruling(facts: Facts, keys_of_cycles: Sequence[str], agencies: Mapping[str, int]) -> Ruling:
    cycle = keys_of_cycles.index(facts["of_cycle"]) if facts.get("of_cycle") in keys_of_cycles else None
    last = dt.date.fromisoformat(facts["valid_to"]) if facts.get("valid_to") else None
    agency = agencies.get(facts["agency"], 0) if facts.get("agency") else None
    return Ruling(facts["decided"], cycle, Days(dt.date.fromisoformat(facts["valid_from"]), last), agency)


def sign_head(day: dt.date | None = None) -> LedgerHead:
    """Signs the sum of all chains as they are now, once a day, and gives it back to be logged outside the database."""
    day = day or timezone.localdate()
    known = LedgerHead.objects.filter(day=day).first()
    if known is not None:
        return known
    digest, chains, events = hashlib.sha256(), 0, 0
    for ref, length, head in LedgerChain.objects.order_by("ref").values_list("ref", "length", "head").iterator():
        digest.update(f"{ref}:{length}:{head}\n".encode())
        chains, events = chains + 1, events + length
    total = digest.hexdigest()
    told = {"day": day.isoformat(), "chains": chains, "events": events, "digest": total}
    signature = keys.sign_jws(told, "handlekraft-ledger-head+jws")
    row, _ = LedgerHead.objects.get_or_create(
        day=day, defaults={"chains": chains, "events": events, "digest": total, "signature": signature}
    )
    return row
