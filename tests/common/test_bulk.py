"""Rows written in bulk are as those that were saved one by one, few or many."""

import datetime as dt
import uuid

import pytest
from factories import make_person, make_unit

from accounts.models import User
from agencies.models import Unit
from common.bulk import insert_rows, next_ids, update_rows
from common.lookups import Keys
from evidence.models import Evidence

COLUMNS = (
    "public_id", "person_id", "agency_id", "subject", "subject_key", "result", "assurance", "occurred_at",
    "occurred_on", "recorded_at", "source_ref", "score",
)  # fmt: skip
AT = dt.datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=dt.UTC)


def rows(person: User, unit: Unit, count: int) -> list[tuple[object, ...]]:
    key = uuid.uuid4()
    return [
        (
            uuid.uuid4(), person.pk, unit.pk if number % 2 else None, "quiz", key, "passed", 30, AT, AT.date(), AT,
            f"tab\tand\\line\n{number}", None,
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 200])
def test_what_is_inserted_is_read_back_as_it_was(count: int) -> None:
    person, unit = make_person(), make_unit()
    wanted = rows(person, unit, count)
    insert_rows(Evidence, COLUMNS, wanted)
    assert list(Evidence.objects.order_by("pk").values_list(*COLUMNS)) == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 60])
def test_only_the_rows_and_columns_that_are_named_change(count: int) -> None:
    units = [make_unit(f"Enhet {number}") for number in range(count + 1)]
    update_rows(Unit, ("name_en", "code"), [("Renamed", f"K{unit.pk}", unit.pk) for unit in units[:-1]])
    for unit in units[:-1]:
        unit.refresh_from_db()
        assert (unit.name_en, unit.code) == ("Renamed", f"K{unit.pk}")
        assert unit.name_nb.startswith("Enhet")
    units[-1].refresh_from_db()
    assert units[-1].name_en == ""


@pytest.mark.django_db
def test_keys_that_were_taken_are_nobody_elses() -> None:
    taken = next_ids(User, 3)
    assert taken == sorted(set(taken))
    assert min(next_ids(User, 2)) > max(taken), "though nothing was written yet"
    insert_rows(
        User,
        ("id", "password", "is_superuser", "public_id", "email", "first_name", "last_name", "name_key", "language",
         "is_active", "is_demo", "date_joined"),
        [(pk, "!", False, uuid.uuid4(), f"{pk}@bulk.example", "A", "B", "b a", "nb", True, False, AT) for pk in taken],
    )  # fmt: skip
    assert make_person().pk > max(taken)


@pytest.mark.django_db
def test_among_finds_what_in_finds() -> None:
    people = [make_person().pk for _ in range(4)]
    assert set(User.objects.filter(pk__among=people[:3]).values_list("pk", flat=True)) == set(people[:3])
    assert not User.objects.filter(pk__among=[]).exists()
    unit = make_unit()
    insert_rows(Evidence, COLUMNS, rows(User.objects.get(pk=people[0]), unit, 2))
    assert Evidence.objects.filter(person_id__among=people).count() == 2
    assert Evidence.objects.filter(person_id__among=people[1:]).count() == 0


@pytest.mark.django_db
def test_keys_that_are_written_out_once_find_the_same() -> None:
    people = [make_person().pk for _ in range(3)]
    insert_rows(Evidence, COLUMNS, rows(User.objects.get(pk=people[0]), make_unit(), 2))
    keys = Keys(people[:2])
    assert set(User.objects.filter(pk__among=keys).values_list("pk", flat=True)) == set(people[:2])
    assert Evidence.objects.filter(person_id__among=keys).count() == 2
    assert not User.objects.filter(pk__among=Keys([])).exists()
