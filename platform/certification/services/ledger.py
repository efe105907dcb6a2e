"""Adding to the ledger: the only way in."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from certification.ledger import hash_of
from certification.models import LedgerChain, LedgerEvent
from common.bulk import insert_rows, next_ids, update_rows
from common.lookups import Keys

_EVENT = ("chain_id", "number", "kind", "facts", "recorded_at", "previous", "hash")
# (person id, kind, facts); facts may hold dates and UUIDs.
Entry = tuple[int, str, Mapping[str, Any]]


@transaction.atomic(savepoint=False)
def log_all(entries: Iterable[Entry], *, at: dt.datetime | None = None) -> int:
    """Adds events to their people's chains, in the order given; returns how many.

    Belongs in the transaction that does what they tell of, with the people's rows locked: the constraints, of one chain
    a person and one event of each number, refuse a second writer.
    """
    entries = list(entries)
    if not entries:
        return 0
    at = at or timezone.now()
    person_ids = {person_id for person_id, _kind, _facts in entries}
    chains = _read(person_ids)
    fresh = sorted(person_ids - chains.keys())
    for person_id, pk in zip(fresh, next_ids(LedgerChain, len(fresh)) if fresh else (), strict=True):
        chains[person_id] = _Chain(pk, uuid.uuid4())
    rows = []
    for person_id, kind, told in entries:
        chain = chains[person_id]
        previous = chain.head
        # Written out once: for the hash, and for the row.
        facts = orjson.Fragment(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
        chain.length += 1
        chain.head = hash_of(previous, chain.ref, chain.length, kind, at, facts)
        rows.append((chain.pk, chain.length, kind, facts, at, previous, chain.head))
    begun = [(chains[pk].pk, pk, chains[pk].ref, chains[pk].length, chains[pk].head) for pk in fresh]
    insert_rows(LedgerChain, ("id", "person_id", "ref", "length", "head"), begun)
    insert_rows(LedgerEvent, _EVENT, rows)
    known = chains.keys() - set(fresh)
    update_rows(LedgerChain, ("length", "head"), ((chains[pk].length, chains[pk].head, chains[pk].pk) for pk in known))
    return len(rows)


def log(*, person_id: int, kind: LedgerEvent.Kind, facts: Mapping[str, Any]) -> None:
    """Adds one event to a person's chain."""
    log_all([(person_id, kind, facts)])


@dataclass(slots=True)
class _Chain:
    """A person's chain, as long as it is so far."""

    pk: int
    ref: uuid.UUID
    length: int = 0
    head: str = ""


def _read(person_ids: Iterable[int]) -> dict[int, _Chain]:
    rows = LedgerChain.objects.filter(person_id__among=Keys(person_ids))
    return {row[0]: _Chain(*row[1:]) for row in rows.values_list("person_id", "pk", "ref", "length", "head")}
