"""A synthetic country: many people, units of very different size, several jobs, leave, years of cycles.

For benchmarks and for looking at the platform under load. People, memberships and what they have shown are written in
bulk; requirements, open cycles, standings and tallies come about by settling, as in life, so that every row agrees with
every other.
"""

import datetime as dt
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from agencies.models import Membership, MembershipPause, Role, Unit, UnitParent
from certification.models import Certification, Policy, RequirementRule
from certification.passes import Earned, OpenPass, Shown
from certification.services import settle_people
from certification.services.cycles import CycleChanges, earn
from certification.services.ledger import log_all
from certification.services.rulebook import Rulebook
from common.bulk import insert_rows, next_ids
from common.names import name_key
from config.foundation import load_foundation
from evidence.models import Evidence

_BATCH = 5000
_DAY = dt.timedelta(days=1)
_FIRST = ("Anne", "Ingrid", "Kari", "Marit", "Amir", "Jon", "Ole", "Fatima", "Linh", "Yusuf", "Siri", "Åse", "Zahra")
_LAST = ("Hansen", "Berg", "Ali", "Nguyen", "Lund", "Østby", "Dahl", "Åsheim", "Moen", "Vik", "Karimi", "Sara", "Eide")


@dataclass(slots=True)
class Country:
    """What was made."""

    top: Unit
    certification: Certification
    people: int
    seconds: float


def make_country(
    *, people: int, units: int, years: int, say: Callable[[str], None], seed: int = 1, key: str = "land"
) -> Country:
    """Makes `people` people in `units` units with `years` years of history behind them, and settles everybody."""
    begun = time.monotonic()
    foundation = load_foundation()
    chance = random.Random(seed)  # noqa: S311  invented people, the same for the same seed
    with transaction.atomic():
        top, leaves = _units(units, key, chance)
        RequirementRule.objects.create(
            certification=foundation.certification,
            agency=top,
            unit=top,
            label=f"{key}-1",
            valid_from=timezone.localdate() - dt.timedelta(days=365 * years + 30),
            due_days=60,
        )
    maker = _Maker(foundation.certification, list(foundation.roles.values()), top, leaves, years, chance)
    made: list[int] = []
    while len(made) < people:
        with transaction.atomic():
            made += maker.batch(min(_BATCH, people - len(made)))
        say(f"{len(made)} people")
    _know_sizes()
    settled = settle_people(made)
    _know_sizes()
    seconds = time.monotonic() - begun
    say(f"{settled} people in {seconds:.0f} s, {people / seconds:.0f} a second")
    return Country(top, foundation.certification, people, seconds)


def _know_sizes() -> None:
    """What autovacuum does by itself in a minute: without it the planner takes the tables for empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _units(count: int, key: str, chance: random.Random) -> tuple[Unit, list[tuple[Unit, float]]]:
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
    return top, [(leaf, chance.paretovariate(1.1)) for leaf in leaves]


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
    """Makes people with their history."""

    def __init__(
        self,
        certification: Certification,
        roles: Sequence[Role],
        top: Unit,
        leaves: Sequence[tuple[Unit, float]],
        years: int,
        chance: random.Random,
    ) -> None:
        self.certification, self.roles, self.years, self.chance = certification, roles, years, chance
        self.units = [leaf for leaf, _weight in leaves]
        self.weights = [weight for _leaf, weight in leaves]
        self.today = timezone.localdate()
        # Known long since: what is new today is for the sweep to find, and nobody is.
        self.now = timezone.now() - dt.timedelta(days=30)
        self.policy = Policy.objects.current().filter(certification=certification, agency=None).latest("valid_from")
        self.rulebook = Rulebook(self.today)
        policies, self.terms = self.rulebook.policies(certification.pk, frozenset())
        self.first_path = self.rulebook.steps(policies, renewal=False)
        self.next_path = self.rulebook.steps(policies, renewal=True)
        self.stamp = f"{top.pk}"
        self.number = 0

    def batch(self, count: int) -> list[int]:
        """Makes `count` people; returns their primary keys."""
        rows = _Batch()
        ids = next_ids(User, count)
        jobs: list[tuple[int, int, dt.date]] = []
        places = self.chance.choices(self.units, self.weights, k=count)
        for pk, unit in zip(ids, places, strict=True):
            first_day = self.today - dt.timedelta(days=self.chance.randint(0, 365 * self.years))
            self._person(rows, pk, unit, first_day)
            jobs.append((pk, unit.agency_id or 0, first_day))
        insert_rows(User, _USER, rows.users)
        insert_rows(Membership, _MEMBERSHIP, rows.memberships)
        self._leave(ids)
        self._history(jobs)
        return ids

    def _person(self, rows: _Batch, pk: int, unit: Unit, first_day: dt.date) -> None:
        self.number += 1
        chance = self.chance
        first, last = chance.choice(_FIRST), f"{chance.choice(_LAST)} {self.number}"
        rows.users.append(
            (
                pk, "!", False, uuid.uuid4(), f"{self.stamp}.{self.number}@land.example", first, last,
                name_key(last, first), "nb", True, False, self.now,
            )
        )  # fmt: skip
        role = chance.choice(self.roles)
        moved = chance.random() < 0.1 and (self.today - first_day).days > 200
        last_day = self.today - dt.timedelta(days=chance.randint(1, 150)) if moved else None
        self._job(rows, pk, unit, role, first_day, last_day)
        if moved and last_day:
            self._job(rows, pk, chance.choice(self.units), role, last_day + _DAY, None)
        if chance.random() < 0.08:
            other = chance.choice(self.roles)
            if other.pk != role.pk:  # the same role twice in one unit would be one job
                self._job(rows, pk, chance.choice(self.units), other, first_day, None)

    def _job(self, rows: _Batch, pk: int, unit: Unit, role: Role, first: dt.date, last: dt.date | None) -> None:
        rows.memberships.append(
            (uuid.uuid4(), uuid.uuid4(), pk, unit.pk, unit.agency_id, role.pk, "roster", first, last, self.now)
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
        """Satisfied cycles with evidence, certificates and the ledger's events. One of each person at a time: nobody
        has two open at once.
        """
        waiting = [
            (person_id, agency_id, self._passes(agency_id, first_day)) for person_id, agency_id, first_day in jobs
        ]
        while waiting:
            changes = CycleChanges(self.rulebook)
            evidence: list[tuple[int, int, Shown]] = []
            going_on = []
            for person_id, agency_id, passes in waiting:
                found = next(passes, None)
                if found is None:
                    continue
                one, shown, newest = found
                changes.open(person_id, self.certification.pk, one)
                changes.satisfy(person_id, one, shown, newest)
                evidence += [(person_id, agency_id, row) for row in shown.values()]
                going_on.append((person_id, agency_id, passes))
            self._write(changes, evidence)
            waiting = going_on

    def _write(self, changes: CycleChanges, evidence: Sequence[tuple[int, int, Shown]]) -> None:
        changes.number_opened()
        for (_person, _agency, row), pk in zip(evidence, next_ids(Evidence, len(evidence)), strict=True):
            object.__setattr__(row, "pk", pk)  # told its key before it is saved, since what it satisfies names it
        insert_rows(Evidence, _EVIDENCE, (self._evidence(*found) for found in evidence))
        changes.withdrawn.clear()  # nobody was let in to these tests
        changes.write()
        log_all(changes.entries, at=self.now)

    def _passes(self, agency_id: int, first_day: dt.date) -> Iterator[tuple[OpenPass, dict[int, Shown], Earned | None]]:
        chance = self.chance
        newest: Earned | None = None
        day = first_day + dt.timedelta(days=chance.randint(5, 75))
        number = 0
        while day < self.today and chance.random() < 0.93:
            number += 1
            renewal = newest is not None and day <= newest.grace_until
            path_id, steps = self.next_path if renewal else self.first_path
            one = self._open(number, agency_id, min(day, self.today), path_id, steps, renewal)
            shown = {i: self._shown(step, day) for i, step in enumerate(steps)}
            yield one, shown, newest
            newest, _completed = earn(one, shown, newest)
            late = chance.random() < 0.12
            day = newest.expires_on + dt.timedelta(days=chance.randint(-55, -1) if not late else chance.randint(1, 200))

    def _open(
        self, number: int, agency_id: int, day: dt.date, path_id: int, steps: list[dict[str, str]], renewal: bool
    ) -> OpenPass:
        terms = self.terms
        opened = day - dt.timedelta(days=self.chance.randint(1, 5))
        return OpenPass(
            0, uuid.uuid4(), number, agency_id, False, opened, None, opened - dt.timedelta(days=30),
            None if renewal else opened + dt.timedelta(days=60), path_id, [self.policy.pk], self.policy.version, steps,
            terms.pass_mark, terms.validity, terms.window, terms.grace, terms.date_base, terms.fixed_day,
            terms.minimum_active, terms.least_assurance, terms.attempts, terms.cool_down_days,
        )  # fmt: skip

    def _shown(self, step: dict[str, str], day: dt.date) -> Shown:
        level = Evidence.Assurance.SERVER_GRADED if step["subject"] == "quiz" else Evidence.Assurance.SELF_DECLARED
        edition = 1 if step["subject"] == "course" else None
        return Shown(0, uuid.uuid4(), step["subject"], step["key"], edition, False, int(level), day)

    def _evidence(self, person_id: int, agency_id: int, row: Shown) -> tuple[Any, ...]:
        at = dt.datetime.combine(row.occurred_on, dt.time(11), tzinfo=dt.UTC)
        result = Evidence.Result.PASSED if row.subject == "quiz" else Evidence.Result.COMPLETED
        return (
            row.pk, row.public_id, person_id, agency_id, row.subject, uuid.UUID(row.key), row.edition_number, result,
            row.assurance, at, row.occurred_on, self.now, f"scale:{row.public_id}",
        )  # fmt: skip


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
