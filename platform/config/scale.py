"""A synthetic country: many people, units of very different size, several jobs, leave, years of cycles.

For benchmarks and for looking at the platform under load. People, memberships and what they have shown are written in
bulk; requirements, open cycles, standings and tallies come about by settling, as in life, so that every row agrees with
every other.
"""

import datetime as dt
import itertools
import multiprocessing
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from agencies.models import Membership, MembershipPause, Role, Unit, UnitParent
from certification.models import Certification, RequirementRule
from certification.passes import Earned, OpenPass, Shown
from certification.services.cycles import CycleChanges
from certification.services.ledger import log_all
from certification.services.rulebook import Rulebook
from certification.services.settling import settle_batch
from common.bulk import insert_rows, next_ids
from common.memory import collector_at_rest
from common.names import name_key
from config.foundation import load_foundation
from config.workers import begin_worker
from evidence.models import Evidence

_BATCH = 2500
_DAY = dt.timedelta(days=1)
# Everything has been known for so long: what is new today is for the sweep to find, and nothing is.
_KNOWN = dt.timedelta(days=30)
_FIRST = ("Anne", "Ingrid", "Kari", "Marit", "Amir", "Jon", "Ole", "Fatima", "Linh", "Yusuf", "Siri", "Åse", "Zahra")
_LAST = ("Hansen", "Berg", "Ali", "Nguyen", "Lund", "Østby", "Dahl", "Åsheim", "Moen", "Vik", "Karimi", "Sara", "Eide")


@dataclass(slots=True)
class Country:
    """What was made."""

    top: Unit
    certification: Certification
    people: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A unit that people work in, and how much of the staff it has."""

    unit_id: int
    agency_id: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a worker needs to know to make a batch by itself."""

    certification_id: int
    places: Sequence[_Place]
    years: int
    seed: int
    stamp: str
    begun: int


def make_country(
    *,
    people: int,
    units: int,
    years: int,
    say: Callable[[str], None],
    seed: int = 1,
    key: str = "land",
    workers: int = 1,
) -> Country:
    """Makes `people` people in `units` units with `years` years of history behind them, and settles everybody.

    With more than one worker, that many processes make batches beside each other (PostgreSQL, outside a transaction).
    """
    begun = time.monotonic()
    foundation = load_foundation()
    with transaction.atomic():
        top, places = _units(units, key, random.Random(seed))  # noqa: S311  invented people, the same for the same seed
        RequirementRule.objects.create(
            certification=foundation.certification,
            agency=top,
            unit=top,
            label=f"{key}-1",
            valid_from=timezone.localdate() - dt.timedelta(days=365 * years + 30),
            due_days=60,
            recorded_at=timezone.now() - _KNOWN,
        )
    plan = _Plan(foundation.certification.pk, places, years, seed, f"{top.pk}", time.time_ns())
    batches = [(number, min(_BATCH, people - start)) for number, start in enumerate(range(0, people, _BATCH))]
    made = 0
    for count in _made(plan, batches, workers):
        if made == 0:
            _know_sizes()
        made += count
        say(f"{made} people")
    _know_sizes()
    seconds = time.monotonic() - begun
    say(f"{made} people in {seconds:.0f} s, {made / seconds:.0f} a second")
    return Country(top, foundation.certification, made, seconds)


def _made(plan: _Plan, batches: Sequence[tuple[int, int]], workers: int) -> Iterator[int]:
    """Makes the batches; tells how many people each had, as they become ready. The first one is made alone."""
    first, *rest = batches
    yield make_batch(plan, *first)
    if workers < 2 or not rest or connection.vendor != "postgresql":
        for number, count in rest:
            yield make_batch(plan, number, count)
        return
    # Processes of their own, not copies of this one: they must not share its connection.
    context = multiprocessing.get_context("spawn")
    database = (connection.settings_dict["NAME"],)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker, initargs=database) as pool:
        jobs = [pool.submit(make_batch, plan, number, count) for number, count in rest]
        for job in as_completed(jobs):
            yield job.result()


def make_batch(plan: _Plan, number: int, count: int) -> int:
    """Makes and settles one batch of people; returns `count`."""
    with transaction.atomic(), collector_at_rest():
        _for_bulk()
        made = _Maker(plan, number).batch(count)
        settle_batch(made, Rulebook(timezone.localdate()))
    return count


def _for_bulk() -> None:
    """Settings of this transaction on PostgreSQL."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Plans are made while the tables are small, and used when they are not.
            cursor.execute("SET LOCAL enable_seqscan = off")
            # A superuser may leave out the checks of foreign keys: every key here was just made.
            cursor.execute(
                "SELECT set_config('session_replication_role', 'replica', true) "
                "WHERE current_setting('is_superuser') = 'on'"
            )


def _know_sizes() -> None:
    """What autovacuum does by itself in a minute: without it the planner takes the tables for empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _units(count: int, key: str, chance: random.Random) -> tuple[Unit, list[_Place]]:
    """A directorate with agencies below it, and units below those; the leaves with how much of the staff they have.

    Paths are computed here: treebeard's own bulk loading walks the tree for each node.
    """
    top = Unit.add_root(instance=Unit(name_nb=f"Landet {key}", kind=Unit.Kind.DIRECTORATE, is_agency=True, code=key))
    top.agency = top
    top.save()
    agencies = max(1, count // 15)
    rows: list[Unit] = []
    for number in range(agencies):
        rows.append(_unit(top, number, f"Kommune {number:04}", Unit.Kind.MUNICIPALITY, f"{key}-{number}"))
    Unit.objects.bulk_create(rows, batch_size=_BATCH)
    Unit.objects.filter(pk__in=[row.pk for row in rows]).update(agency=F("pk"))
    # A few municipalities have most of the schools, as in life.
    weights = [1 / (number + 1) ** 0.7 for number in range(agencies)]
    below: list[int] = [0] * agencies
    leaves: list[Unit] = []
    for number in range(max(1, count - agencies)):
        index = chance.choices(range(agencies), weights)[0] if number >= agencies else number
        agency = rows[index]
        leaf = _unit(agency, below[index], f"Enhet {number:05}", Unit.Kind.SCHOOL, "")
        leaf.agency_id = agency.pk
        below[index] += 1
        leaves.append(leaf)
    Unit.objects.bulk_create(leaves, batch_size=_BATCH)
    for agency, number in zip(rows, below, strict=True):
        agency.numchild = number
    Unit.objects.bulk_update(rows, ["numchild"], batch_size=_BATCH)
    Unit.objects.filter(pk=top.pk).update(numchild=agencies)
    top.refresh_from_db()
    parents = {row.path: row for row in rows}
    long_ago = timezone.localdate() - dt.timedelta(days=4000)
    UnitParent.objects.bulk_create(
        [UnitParent(unit=top, parent=None, valid_from=long_ago)]
        + [UnitParent(unit=row, parent=top, valid_from=long_ago) for row in rows]
        + [UnitParent(unit=row, parent=parents[row.path[:-4]], valid_from=long_ago) for row in leaves],
        batch_size=_BATCH,
    )
    return top, [_Place(leaf.pk, leaf.agency_id or 0, chance.paretovariate(1.1)) for leaf in leaves]


def _unit(parent: Unit, number: int, name: str, kind: str, code: str) -> Unit:
    return Unit(
        path=Unit._get_path(parent.path, parent.depth + 1, number + 1),
        depth=parent.depth + 1,
        numchild=0,
        name_nb=name,
        name_key=name_key(name),
        kind=kind,
        code=code,
        is_agency=bool(code),
    )


@dataclass(slots=True)
class _Batch:
    """Rows of one batch, in the order they are written."""

    users: list[tuple[Any, ...]] = field(default_factory=list)
    memberships: list[tuple[Any, ...]] = field(default_factory=list)
    pauses: list[tuple[Any, ...]] = field(default_factory=list)
    evidence: list[tuple[Any, ...]] = field(default_factory=list)


class _Maker:
    """Makes the people of one batch with their history."""

    def __init__(self, plan: _Plan, number: int) -> None:
        self.plan, self.prefix = plan, f"{plan.stamp}.{number}"
        self.uuids = _ascending_uuids(plan.begun, number)
        self.chance = random.Random(f"{plan.seed}.{number}")  # noqa: S311  invented people
        self.roles = list(Role.objects.order_by("pk").values_list("pk", flat=True))
        self.today = timezone.localdate()
        self.now = timezone.now() - _KNOWN
        self.rulebook = Rulebook(self.today)
        policies, self.terms = self.rulebook.policies(plan.certification_id, frozenset())
        self.policy = policies[0]
        self.first_path = self.rulebook.steps(policies, renewal=False)
        self.next_path = self.rulebook.steps(policies, renewal=True)
        self.keys = {step["key"]: uuid.UUID(step["key"]) for step in (*self.first_path[1], *self.next_path[1])}
        self.number = 0

    def batch(self, count: int) -> list[int]:
        """Makes `count` people; returns their primary keys."""
        rows = _Batch()
        ids = next_ids(User, count)
        jobs: list[tuple[int, int, dt.date]] = []
        places = self.chance.choices(self.plan.places, [place.weight for place in self.plan.places], k=count)
        for pk, place in zip(ids, places, strict=True):
            first_day = self.today - dt.timedelta(days=self.chance.randrange(365 * self.plan.years))
            self._person(rows, pk, place, first_day)
            jobs.append((pk, place.agency_id, first_day))
        insert_rows(User, _USER, rows.users)
        insert_rows(Membership, _MEMBERSHIP, rows.memberships)
        self._leave(ids)
        self._history(jobs)
        return ids

    def _person(self, rows: _Batch, pk: int, place: _Place, first_day: dt.date) -> None:
        self.number += 1
        chance = self.chance
        first, last = chance.choice(_FIRST), f"{chance.choice(_LAST)} {self.number}"
        rows.users.append(
            (
                pk, "!", False, next(self.uuids), f"{self.prefix}.{self.number}@land.example", first, last,
                name_key(last, first), "nb", True, False, self.now,
            )
        )  # fmt: skip
        role = chance.choice(self.roles)
        moved = chance.random() < 0.1 and (self.today - first_day).days > 200
        last_day = self.today - dt.timedelta(days=chance.randint(1, 150)) if moved else None
        self._job(rows, pk, place, role, first_day, last_day)
        if moved and last_day:
            self._job(rows, pk, chance.choice(self.plan.places), role, last_day + _DAY, None)
        if chance.random() < 0.08:
            other = chance.choice(self.roles)
            if other != role:  # the same role twice in one unit would be one job
                self._job(rows, pk, chance.choice(self.plan.places), other, first_day, None)

    def _job(self, rows: _Batch, pk: int, place: _Place, role: int, first: dt.date, last: dt.date | None) -> None:
        public_id, thread = next(self.uuids), next(self.uuids)
        rows.memberships.append(
            (public_id, thread, pk, place.unit_id, place.agency_id, role, "roster", first, last, self.now)
        )

    def _leave(self, ids: Sequence[int]) -> None:
        """Every fortieth person is on leave."""
        away = set(self.chance.sample(list(ids), len(ids) // 40))
        found = Membership.objects.filter(person_id__in=away, valid_to__isnull=True).values_list("pk", "valid_from")
        first = self.today - dt.timedelta(days=30)
        insert_rows(
            MembershipPause,
            ("membership_id", "valid_from", "valid_to", "recorded_at"),
            ((pk, max(first, began), None, self.now) for pk, began in found),
        )

    def _history(self, jobs: Sequence[tuple[int, int, dt.date]]) -> None:
        """Satisfied cycles with evidence, certificates and the ledger's events."""
        changes = CycleChanges(self.rulebook)
        evidence: list[tuple[Any, ...]] = []
        ids = _keys(Evidence)
        for person_id, agency_id, first_day in jobs:
            self._passes(person_id, agency_id, first_day, ids, changes, evidence)
        changes.number_opened()
        insert_rows(Evidence, _EVIDENCE, evidence)
        changes.withdrawn.clear()  # nobody was let in to these tests
        changes.write()
        log_all(changes.entries, at=self.now)

    def _passes(
        self,
        person_id: int,
        agency_id: int,
        first_day: dt.date,
        ids: Iterator[int],
        changes: CycleChanges,
        evidence: list[tuple[Any, ...]],
    ) -> None:
        """One pass after the other of one person, until she stops or today is reached."""
        chance = self.chance
        newest: Earned | None = None
        day = first_day + dt.timedelta(days=chance.randint(5, 75))
        number = 0
        while day < self.today and chance.random() < 0.93:
            number += 1
            renewal = newest is not None and day <= newest.grace_until
            path_id, steps = self.next_path if renewal else self.first_path
            one = self._open(number, agency_id, day, path_id, steps, renewal)
            shown = {i: self._shown(next(ids), step, day) for i, step in enumerate(steps)}
            changes.open(person_id, self.plan.certification_id, one)
            newest = changes.satisfy(person_id, one, shown, newest)
            evidence += [self._evidence(person_id, agency_id, row) for row in shown.values()]
            late = chance.random() < 0.12
            day = newest.expires_on + dt.timedelta(days=chance.randint(-55, -1) if not late else chance.randint(1, 200))

    def _open(
        self, number: int, agency_id: int, day: dt.date, path_id: int, steps: list[dict[str, str]], renewal: bool
    ) -> OpenPass:
        terms = self.terms
        opened = day - dt.timedelta(days=self.chance.randint(1, 5))
        return OpenPass(
            0, next(self.uuids), number, agency_id, False, opened, None, opened - dt.timedelta(days=30),
            None if renewal else opened + dt.timedelta(days=60), path_id, self.policy.version, terms.pass_mark,
            terms.validity, terms.window, terms.grace, terms.date_base, terms.fixed_day, terms.minimum_active,
            terms.least_assurance, terms.attempts, terms.cool_down_days, [self.policy.pk], steps,
        )  # fmt: skip

    def _shown(self, pk: int, step: dict[str, str], day: dt.date) -> Shown:
        level = Evidence.Assurance.SERVER_GRADED if step["subject"] == "quiz" else Evidence.Assurance.SELF_DECLARED
        edition = 1 if step["subject"] == "course" else None
        return Shown(pk, next(self.uuids), step["subject"], step["key"], edition, False, int(level), day)

    def _evidence(self, person_id: int, agency_id: int, row: Shown) -> tuple[Any, ...]:
        at = dt.datetime.combine(row.occurred_on, dt.time(11), tzinfo=dt.UTC)
        result = Evidence.Result.PASSED if row.subject == "quiz" else Evidence.Result.COMPLETED
        return (
            row.pk, row.public_id, person_id, agency_id, row.subject, self.keys[row.key], row.edition_number, result,
            row.assurance, at, row.occurred_on, self.now, f"scale:{row.public_id}",
        )  # fmt: skip


def _ascending_uuids(begun: int, batch: int) -> Iterator[uuid.UUID]:
    """Ids that nobody else makes. One after the other, so that an index grows at its end, which is in memory."""
    first = (begun << 24 | batch) << 32
    return (uuid.UUID(int=number) for number in itertools.count(first))


def _keys(model: type[models.Model]) -> Iterator[int]:
    """Primary keys that nobody else gets, as many as are asked for."""
    while True:
        yield from next_ids(model, 1000)


_USER = (
    "id", "password", "is_superuser", "public_id", "email", "first_name", "last_name", "name_key", "language",
    "is_active", "is_demo", "date_joined",
)  # fmt: skip
_MEMBERSHIP = (
    "public_id", "thread", "person_id", "unit_id", "agency_id", "role_id", "origin", "valid_from", "valid_to",
    "recorded_at",
)  # fmt: skip
_EVIDENCE = (
    "id", "public_id", "person_id", "agency_id", "subject", "subject_key", "edition_number", "result", "assurance",
    "occurred_at", "occurred_on", "recorded_at", "source_ref",
)  # fmt: skip
