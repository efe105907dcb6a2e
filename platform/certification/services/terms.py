"""A change of policy for cycles that are already open: only where whoever changed it asked for that."""

import datetime as dt
from collections.abc import Sequence
from operator import attrgetter

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from certification.models import Cycle, Policy, Requirement
from certification.passes import Offer, OpenPass, terms_facts
from certification.services.ledger import Entry, log_all
from certification.services.rows import read_people
from certification.services.rulebook import NoPolicyError, Rulebook
from certification.services.settling import BATCH, settle_batch
from common.bulk import update_rows
from common.lookups import Keys
from common.memory import collector_at_rest

# What a cycle takes over from the policies. Its opening day, due date and evidence are its own.
_terms_of = attrgetter(*Offer._fields)


def people_with_open(certification_id: int, today: dt.date | None = None, *, agency_id: int | None = None) -> list[int]:
    """Those who have an open cycle of a certification, by key.

    With `agency_id`, only those of whom that agency requires it: its policy is nobody else's.
    """
    rows = Cycle.objects.filter(certification_id=certification_id, state=Cycle.State.OPEN).order_by("person_id")
    if agency_id is not None:
        duties = Requirement.objects.on(today or timezone.localdate()).filter(agency_id=agency_id)
        rows = rows.filter(Exists(duties.filter(certification_id=certification_id, person_id=OuterRef("person_id"))))
    return list(rows.values_list("person_id", flat=True))


def apply_to_open(certification_id: int, person_ids: Sequence[int], today: dt.date | None = None) -> int:
    """Gives the open cycles of these people the terms in force today, and settles them.

    Returns how many cycles changed. In batches, each a transaction: cut off and run again, the end state is the same.
    """
    rulebook = Rulebook(today or timezone.localdate())
    changed = 0
    for start in range(0, len(person_ids), BATCH):
        with collector_at_rest():
            changed += _apply(person_ids[start : start + BATCH], certification_id, rulebook)
    return changed


@transaction.atomic
def _apply(person_ids: Sequence[int], certification_id: int, rulebook: Rulebook) -> int:
    now = timezone.now()
    lock = User.objects.select_for_update(no_key=True).filter(pk__among=Keys(person_ids)).order_by("pk")
    people = read_people(list(lock.values_list("pk", flat=True)), rulebook.today)
    refreshers = _refreshers(certification_id)
    changed: list[OpenPass] = []
    names: set[str] = set()
    entries: list[Entry] = []
    for person_id, person in people.items():
        one = person.open.get(certification_id)
        if one is None:
            continue
        agencies = frozenset(
            claim.agency_id
            for claim in person.claims
            if claim.certification_id == certification_id and claim.days.hold_on(rulebook.today)
        )
        try:
            after = rulebook.offer(certification_id, agencies, renewal=one.path_id in refreshers)
        except NoPolicyError:
            continue
        before = _terms_of(one)
        if after == before:
            continue
        for name, old, new in zip(Offer._fields, before, after, strict=True):
            if new != old:
                setattr(one, name, new)
                names.add(name)
        changed.append(one)
        entries.append((person_id, "terms", {"cycle": one.public_id, **terms_facts(one)}))
    # Most policies change a few terms: what nobody's differs in is not written.
    written = sorted(names)
    update_rows(Cycle, written, ([*(getattr(one, name) for name in written), one.pk] for one in changed))
    log_all(entries, at=now)
    settle_batch(person_ids, rulebook, people)
    return len(changed)


def _refreshers(certification_id: int) -> set[int]:
    """Paths that only a renewal takes, in any version of the policy."""
    rows = Policy.objects.filter(certification_id=certification_id, refresher_path__isnull=False)
    return set(rows.values_list("refresher_path_id", flat=True))
