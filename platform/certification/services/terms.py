"""A change of policy for cycles that are already open: only where whoever changed it asked for that."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from certification.models import Cycle, Policy, Requirement
from certification.passes import OpenPass, terms_facts
from certification.services.ledger import log_all
from certification.services.rows import read_people
from certification.services.rulebook import NoPolicyError, Rulebook
from certification.services.settling import BATCH, settle_batch
from common.bulk import update_rows
from common.memory import collector_at_rest

# What a cycle takes over from the policies. Its opening day, due date and evidence are its own.
TERMS = (
    "policy_ids", "policy_versions", "path_id", "steps", "pass_mark", "validity", "window", "grace", "date_base",
    "fixed_day", "minimum_active", "least_assurance", "attempts", "cool_down_days",
)  # fmt: skip


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
    lock = User.objects.select_for_update(no_key=True).filter(pk__among=person_ids).order_by("pk")
    people = read_people(list(lock.values_list("pk", flat=True)), rulebook.today)
    agencies = _agencies(people, certification_id, rulebook.today)
    refreshers = _refreshers(certification_id)
    changed, entries = [], []
    for person_id, person in people.items():
        one = person.open.get(certification_id)
        if one is None:
            continue
        after = _terms(one, agencies[person_id], certification_id, rulebook, refreshers)
        if after is None or after == tuple(getattr(one, name) for name in TERMS):
            continue
        for name, value in zip(TERMS, after, strict=True):
            setattr(one, name, value)
        changed.append((*after, one.pk))
        entries.append((person_id, "terms", {"cycle": one.public_id, **terms_facts(one)}))
    update_rows(Cycle, TERMS, changed)
    log_all(entries, at=now)
    settle_batch(person_ids, rulebook, people)
    return len(changed)


def _terms(
    one: OpenPass, agency_ids: frozenset[int], certification_id: int, rulebook: Rulebook, refreshers: set[int]
) -> tuple[object, ...] | None:
    """The terms that `one` would be opened with today, in the order of TERMS; None where no policy is in force."""
    try:
        policies, terms = rulebook.policies(certification_id, agency_ids)
    except NoPolicyError:
        return None
    path_id, steps = rulebook.steps(policies, renewal=one.path_id in refreshers)
    return (
        [policy.pk for policy in policies],
        " + ".join(policy.version for policy in policies),
        path_id,
        steps,
        terms.pass_mark,
        terms.validity,
        terms.window,
        terms.grace,
        terms.date_base,
        terms.fixed_day,
        terms.minimum_active,
        terms.least_assurance,
        terms.attempts,
        terms.cool_down_days,
    )


def _refreshers(certification_id: int) -> set[int]:
    """Paths that only a renewal takes, in any version of the policy."""
    rows = Policy.objects.filter(certification_id=certification_id, refresher_path__isnull=False)
    return set(rows.values_list("refresher_path_id", flat=True))


def _agencies(person_ids: Collection[int], certification_id: int, today: dt.date) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Requirement.objects.on(today).filter(person_id__among=frozenset(person_ids))
    mine = rows.filter(certification_id=certification_id).order_by()
    for person_id, agency_id in mine.values_list("person_id", "agency_id"):
        found[person_id].add(agency_id)
    return defaultdict(frozenset, {person_id: frozenset(ids) for person_id, ids in found.items()})
