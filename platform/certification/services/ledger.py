"""Adding to the ledger: the only way in."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from certification.ledger import hash_of, plain
from certification.models import LedgerChain, LedgerEvent
from common.bulk import insert_rows, update_rows

_EVENT = ("chain_id", "number", "kind", "facts", "recorded_at", "previous", "hash")
# (person id, kind, facts); facts may hold dates and UUIDs.
Entry = tuple[int, str, Mapping[str, Any]]


@transaction.atomic(savepoint=False)
def log_all(entries: Iterable[Entry], *, at: dt.datetime | None = None) -> int:
    """Adds events to their people's chains, in the order given; returns how many.

    Belongs in the transaction that does what they tell of, with the people's rows locked: the constraint on chain and
    number refuses a second writer.
    """
    entries = list(entries)
    if not entries:
        return 0
    at = at or timezone.now()
    chains = _chains({person_id for person_id, _kind, _facts in entries})
    heads: dict[int, list[Any]] = {person_id: list(chain) for person_id, chain in chains.items()}
    rows = []
    for person_id, kind, facts in entries:
        chain = heads[person_id]
        said = {name: plain(value) for name, value in facts.items()}
        previous, number = chain[3], chain[2] + 1
        chain[2:] = [number, hash_of(previous, chain[1], number, kind, at, said)]
        rows.append((chain[0], number, kind, said, at, previous, chain[3]))
    insert_rows(LedgerEvent, _EVENT, rows)
    update_rows(LedgerChain, ("length", "head"), ((length, head, pk) for pk, _ref, length, head in heads.values()))
    return len(rows)


def log(*, person_id: int, kind: LedgerEvent.Kind, facts: Mapping[str, Any]) -> None:
    """Adds one event to a person's chain."""
    log_all([(person_id, kind, facts)])


def _chains(person_ids: set[int]) -> dict[int, tuple[int, uuid.UUID, int, str]]:
    found = _read(person_ids)
    missing = sorted(person_ids - found.keys())
    if missing:
        # Two workers may both begin her chain, through different certifications: one row stands.
        LedgerChain.objects.bulk_create([LedgerChain(person_id=pk) for pk in missing], ignore_conflicts=True)
        found.update(_read(missing))
    return found


def _read(person_ids: Iterable[int]) -> dict[int, tuple[int, uuid.UUID, int, str]]:
    rows = LedgerChain.objects.filter(person_id__among=frozenset(person_ids))
    return {row[0]: row[1:] for row in rows.values_list("person_id", "pk", "ref", "length", "head")}
