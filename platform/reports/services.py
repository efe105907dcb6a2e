"""Writes of the reports: keeping the counts by deltas, folding them, and counting from scratch.

What holds at every commit: Tally and TallyDelta together add up to what the Counted rows say was added. A Counted row
keeps its whole contribution (contributions.py, `Kept`), common ancestors included, so what was added is subtracted
exactly, even when a unit moved in between; nothing ever has to guess where a unit stood before.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db import connection, models, transaction
from django.db.models.functions import Cast
from django.utils import timezone

from agencies.models import Membership, Unit
from certification.models import Requirement, Standing
from certification.signals import StandingChange
from common.bulk import insert_rows, update_rows
from common.lookups import Keys
from reports.contributions import Kept, TallyStatus, jobs_kept, marks_kept, shared_by_role, tally_status
from reports.models import Counted, Tally, TallyDelta, TallyMonth

BATCH = 2000

Job = tuple[int, int]


class Key(NamedTuple):
    """What one count is a count of. A row for all roles has no role."""

    certification_id: int
    unit_id: int
    role_id: int | None
    status: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not what a count from scratch gives."""

    key: Key
    found: int
    expected: int


# --- people -----------------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def count_people(*, changes: Sequence[StandingChange], today: dt.date) -> None:
    """Makes the counts say what `changes` say of people today. Idempotent; belongs in the transaction that saved them.

    A person is counted in the units of the jobs through which it is required of her. Whoever settles her holds her row,
    so nobody else counts her meanwhile; SQLite has one writer.
    """
    # Units are kept in place before anybody's count is locked: a move takes them in that order too.
    kept = _kept([change.jobs if change.required else () for change in changes])
    # Most people are counted as they were: only the rows of the others are locked, and read again.
    counted = _counted({change.person_id for change in changes})
    differing = [
        (change, status, units)
        for change, units in zip(changes, kept, strict=True)
        if _differs(counted.get(change[:2]), status := _status(change, today), units)
    ]
    counted = _counted({change.person_id for change, *_ in differing}, lock=True) if differing else {}
    deltas: Counter[Key] = Counter()
    new, changed, gone = [], [], []
    for change, status, units in differing:
        person_id, certification_id = change[:2]
        before = counted.get((person_id, certification_id))
        if before:
            deltas.update(_contribution(certification_id, before.status, before.units, times=-1))
        if units:
            deltas.update(_contribution(certification_id, status, units))
        if before and units:
            changed.append((status, units, before.pk))
        elif units:
            new.append((person_id, certification_id, status, units))
        elif before:
            gone.append(before.pk)
    insert_rows(Counted, ("person_id", "certification_id", "status", "units"), new)
    update_rows(Counted, ("status", "units"), changed)
    if gone:
        Counted.objects.filter(pk__in=gone).delete()
    _add_deltas(deltas)


def _status(change: StandingChange, today: dt.date) -> TallyStatus:
    return tally_status(
        change.display, expires_on=change.expires_on, waived=change.waived, paused=change.paused, today=today
    )


class _CountedRow(NamedTuple):
    pk: int
    status: int
    units: list[list[int | None]]


def _differs(row: _CountedRow | None, status: int, units: list[list[int | None]]) -> bool:
    return row.status != status or row.units != units if row else bool(units)


def _counted(person_ids: Iterable[int], *, lock: bool = False) -> dict[tuple[int, int], _CountedRow]:
    rows = Counted.objects.filter(person_id__among=Keys(person_ids))
    rows = rows.select_for_update().order_by("pk") if lock else rows.order_by()
    # As text: Django's own decoder takes several times as long over it.
    found = rows.annotate(kept=Cast("units", models.TextField()))
    return {
        (person_id, certification_id): _CountedRow(pk, status, orjson.loads(units))
        for person_id, certification_id, pk, status, units in found.values_list(
            "person_id", "certification_id", "pk", "status", "kept"
        )
    }


def _contribution(certification_id: int, status: int, kept: Kept, *, times: int = 1) -> Counter[Key]:
    return Counter(
        {
            Key(certification_id, unit_id, role_id, status): times * count
            for (unit_id, role_id), count in marks_kept(kept).items()
        }
    )


def _kept(people: Sequence[Sequence[Job]]) -> list[list[list[int | None]]]:
    """The contribution to keep for each person's jobs, from the tree as it is: at most three queries for all of them.

    The units of people with several are locked against a move until the transaction ends, so that what is added fits
    the tree, or the move waits and then recounts her (`recount_below`).
    """
    result: list[list[list[int | None]]] = [[[unit, role] for unit, role in jobs] for jobs in people]
    several = [
        number for number, jobs in enumerate(people) if len(jobs) > 1 and len({unit for unit, _role in jobs}) > 1
    ]
    if not several:
        return result
    unit_ids = sorted({unit for number in several for unit, _role in people[number]})
    _keep_in_place(unit_ids)
    paths = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "path"))
    above = {number: shared_by_role((paths[unit], role) for unit, role in people[number]) for number in several}
    needed = {path for roles in above.values() for counts in roles.values() for path in counts}
    ids = dict(Unit.objects.filter(path__in=needed).values_list("path", "pk"))
    for number, roles in above.items():
        entries = [(ids[path], role, count) for role, counts in roles.items() for path, count in counts.items()]
        result[number] += [list(entry) for entry in sorted(entries, key=lambda entry: (entry[0], entry[1] or 0))]
    return result


def _keep_in_place(unit_ids: Sequence[int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Does not stop others from referring to the unit or renaming it, only from moving it.
            cursor.execute("SELECT 1 FROM agencies_unit WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(unit_ids)])


def _add_deltas(changes: Counter[Key]) -> None:
    wanted = {key: count for key, count in changes.items() if count}
    if not wanted:
        return
    agencies, now = _agencies({key.unit_id for key in wanted}), timezone.now()
    insert_rows(
        TallyDelta,
        ("agency_id", "recorded_at", "delta", *Key._fields),
        ((agencies[key.unit_id], now, count, *key) for key, count in wanted.items()),
    )


def _agencies(unit_ids: Iterable[int]) -> dict[int, int | None]:
    return dict(Unit.objects.filter(pk__among=unit_ids).values_list("pk", "agency_id"))


# --- the tree moved ---------------------------------------------------------------------------------


@transaction.atomic
def recount_below(*, unit: Unit) -> None:
    """Puts the counts right after `unit` moved, in the transaction of the move.

    Counts are kept by unit, and a subtree keeps its units when it moves. All that changes is where people with several
    units are taken away, since their units now meet elsewhere: their contributions are made anew and the difference
    is written as deltas. Everybody else's counts stand.
    """
    people = Membership.objects.filter(unit__path__startswith=unit.path).values("person_id")
    found = Counted.objects.filter(person_id__in=people).values_list("pk", "units")
    touched = sorted(pk for pk, kept in found if len({unit_id for unit_id, _role in jobs_kept(kept)}) > 1)
    for start in range(0, len(touched), BATCH):
        rows = list(Counted.objects.select_for_update().filter(pk__in=touched[start : start + BATCH]).order_by("pk"))
        changes: Counter[Key] = Counter()
        for row, kept in zip(rows, _kept([jobs_kept(row.units) for row in rows]), strict=True):
            changes.update(_contribution(row.certification_id, row.status, row.units, times=-1))
            changes.update(_contribution(row.certification_id, row.status, kept))
            row.units = kept
        Counted.objects.bulk_update(rows, ["units"])
        _add_deltas(changes)
    # A subtree that went to another agency takes its rows along; months gone by stay where they were.
    for model in (Tally, TallyDelta):
        below: models.QuerySet[Any] = model._default_manager.filter(unit__path__startswith=unit.path)
        astray = list(below.exclude(agency=models.F("unit__agency")).values_list("pk", flat=True))
        now = Unit.objects.filter(pk=models.OuterRef("unit_id")).values("agency_id")
        for start in range(0, len(astray), BATCH):
            below.filter(pk__in=astray[start : start + BATCH]).update(agency_id=models.Subquery(now))


# --- folding ----------------------------------------------------------------------------------------


def fold_tallies(*, before: dt.datetime | None = None) -> int:
    """Moves waiting deltas (those recorded before `before`) into the tallies; returns how many.

    Each batch is deleted and added in one transaction, and reading adds both, so a reader sees the same sum before and
    after. One fold works at a time; writers go on inserting and wait for nothing.
    """
    folded = 0
    while number := _fold_batch(before):
        folded += number
    return folded


@transaction.atomic
def _fold_batch(before: dt.datetime | None) -> int:
    _lock_tables("SHARE ROW EXCLUSIVE", Tally)
    waiting = TallyDelta.objects.select_for_update(skip_locked=True).order_by("pk")
    if before is not None:
        waiting = waiting.filter(recorded_at__lt=before)
    rows = list(waiting[:BATCH])
    if not rows:
        return 0
    sums: Counter[Key] = Counter()
    for row in rows:
        sums[Key(row.certification_id, row.unit_id, row.role_id, row.status)] += row.delta
    _add_to_tallies(sums)
    TallyDelta.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _add_to_tallies(sums: Counter[Key]) -> None:
    unit_ids = {key.unit_id for key in sums}
    existing = {_key(row): row for row in Tally.objects.filter(unit_id__in=unit_ids)}
    agencies = _agencies(unit_ids)
    changed, new, empty = [], [], []
    for key, delta in sums.items():
        row = existing.get(key)
        if not delta:
            continue
        if row is None:
            new.append(Tally(agency_id=agencies[key.unit_id], count=delta, **key._asdict()))
        elif row.count + delta:
            row.count += delta
            changed.append(row)
        else:
            empty.append(row.pk)
    Tally.objects.bulk_update(changed, ["count"], batch_size=BATCH)
    Tally.objects.bulk_create(new, batch_size=BATCH)
    Tally.objects.filter(pk__in=empty).delete()


def _key(row: Tally) -> Key:
    return Key(row.certification_id, row.unit_id, row.role_id, row.status)


def _lock_tables(mode: str, *tables: type[models.Model]) -> None:
    """Keeps other writers of `tables` out until the transaction ends. On SQLite there are none."""
    if connection.vendor == "postgresql":
        names = ", ".join(table._meta.db_table for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN {mode} MODE")


def keep_month(month: dt.date) -> int:
    """Copies the tallies as they were when the month of `month` ended, once; returns how many rows.

    What was recorded after the month ended is left for the next fold. Nothing is kept for a month in which nothing was
    required of anybody yet: it would be a copy of what came later.
    """
    first = month.replace(day=1)
    ended = timezone.make_aware(dt.datetime.combine((first + dt.timedelta(days=31)).replace(day=1), dt.time()))
    if TallyMonth.objects.filter(month=first).exists():
        return 0
    if not Requirement.objects.filter(recorded_at__lt=ended).exists():
        return 0
    fold_tallies(before=ended)
    return copy_month(first)


@transaction.atomic
def copy_month(first: dt.date) -> int:
    """Copies the tallies, as they are folded now, as those of the month that begins on `first`, once."""
    _lock_tables("SHARE ROW EXCLUSIVE", Tally)
    if TallyMonth.objects.filter(month=first).exists():
        return 0
    rows = [
        TallyMonth(month=first, agency_id=row.agency_id, count=row.count, **_key(row)._asdict())
        for row in Tally.objects.all()
    ]
    TallyMonth.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


# --- from scratch -----------------------------------------------------------------------------------


def difference(today: dt.date | None = None) -> list[Difference]:
    """The counts that are not what a count from scratch, of the standings as they are stored, gives."""
    found: Counter[Key] = Counter()
    for model, amount in ((Tally, "count"), (TallyDelta, "delta")):
        rows = model._default_manager.values_list("certification_id", "unit_id", "role_id", "status", amount)
        for *key, number in rows.iterator():
            found[Key(*key)] += number
    expected = _sum_of(_from_scratch(today or timezone.localdate()))
    return [
        Difference(key, found[key], expected[key])
        for key in sorted({*found, *expected}, key=str)
        if found[key] != expected[key]
    ]


@transaction.atomic
def recount(today: dt.date | None = None) -> None:
    """Counts everything anew. Settles wait until it is done; readers do not."""
    _lock_tables("EXCLUSIVE", Counted, TallyDelta, Tally)
    rows = _from_scratch(today or timezone.localdate())
    sums = _sum_of(rows)
    for model in (Counted, TallyDelta, Tally):
        model._default_manager.all().delete()
    Counted.objects.bulk_create(rows, batch_size=BATCH)
    _add_to_tallies(sums)


def _sum_of(rows: Iterable[Counted]) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for row in rows:
        sums.update(_contribution(row.certification_id, row.status, row.units))
    return sums


def _from_scratch(today: dt.date) -> list[Counted]:
    """What everyone should be counted as, by the stored standings and the memberships that hold."""
    certifications: dict[object, set[int]] = defaultdict(set)
    for thread, certification_id in Requirement.objects.on(today).values_list("membership_thread", "certification_id"):
        certifications[thread].add(certification_id)
    jobs: dict[tuple[int, int], set[Job]] = defaultdict(set)
    for thread, person_id, unit_id, role_id in Membership.objects.on(today).values_list(
        "thread", "person_id", "unit_id", "role_id"
    ):
        for certification_id in certifications.get(thread, ()):
            jobs[(person_id, certification_id)].add((unit_id, role_id))
    standings = [
        row
        for row in Standing.objects.filter(required=True).order_by("pk")
        if (row.person_id, row.certification_id) in jobs
    ]
    kept = _kept([sorted(jobs[(row.person_id, row.certification_id)]) for row in standings])
    return [
        Counted(
            person_id=row.person_id,
            certification_id=row.certification_id,
            status=tally_status(
                row.display, expires_on=row.expires_on, waived=row.waived, paused=row.paused, today=today
            ),
            units=units,
        )
        for row, units in zip(standings, kept, strict=True)
    ]
