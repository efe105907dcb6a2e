"""A change of policy is a new version: checked in words, and its effect on open cycles told before anything is done."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from factories import LONG_AGO, make_membership, make_person, make_unit
from worlds import World

from certification.forms.policies import period_of
from certification.models import Cycle, Policy, RequirementRule
from certification.services import settle_people, settle_person
from certification.services.policies import current_version, effects_of_policy, policy_fingerprint, save_version
from certification.tasks import apply_policy_to
from common.dated import SupersededError
from courses.models import LearningPath, PathStep

DAY = dt.timedelta(days=1)
TODAY = timezone.localdate()
NATIONAL = (
    "path", "refresher_path", "pass_mark", "validity", "window", "grace", "date_base", "fixed_day", "minimum_active",
    "least_assurance", "attempts", "cool_down_days", "prior_learning",
)  # fmt: skip


def version(world: World, **fields) -> Policy:
    """The next national version: as the present one, but for `fields`."""
    kept = {name: getattr(world.policy, name) for name in NATIONAL}
    return Policy(
        **{"certification": world.certification, "version": "2027-1", "valid_from": TODAY, **kept, **fields}
    )  # fmt: skip


def tightening(world: World, **fields) -> Policy:
    named = {"certification": world.certification, "agency": world.agency, "version": "f-1", "valid_from": TODAY}
    return Policy(**named, **fields)


def save(policy: Policy, *, apply: bool = False, seen: str | None = None) -> Policy:
    return save_version(policy=policy, made_by=make_person(), apply_to_open=apply, today=TODAY, seen=seen)


def refused(policy: Policy, **how) -> dict[str, list[str]]:
    before = list(Policy.objects.values_list("pk", "superseded_at"))
    with pytest.raises(ValidationError) as error:
        save(policy, **how)
    assert list(Policy.objects.values_list("pk", "superseded_at")) == before
    return error.value.message_dict


def test_a_new_version_takes_the_place_of_the_one_before(world):
    saved = save(version(world, pass_mark=90))
    assert list(Policy.objects.current()) == [saved]
    assert current_version(world.certification, None, TODAY) == saved
    assert saved.made_by is not None


def test_a_version_for_later_leaves_the_one_in_force_until_then(world):
    first = save(version(world, valid_from=TODAY + 10 * DAY))
    assert current_version(world.certification, None, TODAY) == world.policy
    assert current_version(world.certification, None, TODAY + 10 * DAY) == first
    second = save(version(world, version="2027-2", valid_from=TODAY + 20 * DAY))
    assert set(Policy.objects.current()) == {world.policy, second}


def test_an_agencys_version_leaves_the_national_one(world):
    own = save(tightening(world, pass_mark=90))
    assert set(Policy.objects.current()) == {world.policy, own}


def test_cycles_keep_what_they_were_opened_with_unless_somebody_asks(world, django_capture_on_commit_callbacks):
    person = world.teacher()
    settle_person(person.pk, TODAY)
    with django_capture_on_commit_callbacks(execute=True):
        save(version(world, pass_mark=90))
    assert Cycle.objects.get(person=person).pass_mark == 80
    with django_capture_on_commit_callbacks(execute=True):
        save(version(world, version="2027-2", pass_mark=95), apply=True)
    assert Cycle.objects.get(person=person).pass_mark == 95


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"path": None}, "path"),
        ({"validity": ""}, "validity"),
        ({"validity": "12"}, "validity"),
        ({"validity": "P0D"}, "validity"),
        ({"window": "P12M"}, "window"),
        ({"pass_mark": None}, "pass_mark"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"date_base": ""}, "date_base"),
        ({"date_base": "fixed", "fixed_day": "02-30"}, "fixed_day"),
        ({"date_base": "fixed", "fixed_day": ""}, "fixed_day"),
        ({"date_base": "fixed", "fixed_day": "06-30", "minimum_active": "P12M"}, "minimum_active"),
        ({"fixed_day": "06-30"}, "fixed_day"),
        ({"attempts": 0}, "attempts"),
        ({"cool_down_days": 366}, "cool_down_days"),
        ({"version": "2026-2"}, "version"),
        ({"version": ""}, "version"),
    ],
)
def test_a_national_version_that_cannot_be_meant_is_refused_at_the_field(world, fields, field):
    assert field in refused(version(world, **fields))


def test_a_fixed_day_that_exists_only_in_leap_years_is_a_day(world):
    assert save(version(world, date_base="fixed", fixed_day="02-29", minimum_active="P6M")).pk


def test_a_path_without_steps_certifies_nobody_and_is_refused(world):
    assert "path" in refused(version(world, path=LearningPath.objects.create(key="tom", name_nb="Tom")))


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"pass_mark": 70}, "pass_mark", "80 prosent"),
        ({"validity": "P24M"}, "validity", "kortere"),
        ({"grace": "P90D"}, "grace", "kortere"),
        ({"least_assurance": 10}, "least_assurance", "mindre sikkert"),
        ({"attempts": 4}, "attempts", "3 forsøk"),
        ({"cool_down_days": 1}, "cool_down_days", "2 dager"),
        ({"window": "P30D"}, "window", "nasjonalt"),
        ({"date_base": "completion"}, "date_base", "nasjonalt"),
        ({"prior_learning": "P1M"}, "prior_learning", "nasjonalt"),
        ({"validity": "P30D"}, "validity", "kortere enn gyldigheten"),
    ],
)
def test_an_agency_may_tighten_and_is_told_in_words_where_it_would_loosen(world, fields, field, said):
    assert said in " ".join(refused(tightening(world, **fields))[field])


def test_an_agency_cannot_tighten_what_does_not_exist(world):
    Policy.objects.all().delete()
    assert refused(tightening(world, pass_mark=90))


def test_a_version_for_later_is_not_for_cycles_that_are_open_now(world):
    assert "apply_to_open" in refused(version(world, valid_from=TODAY + DAY), apply=True)


def test_a_form_that_somebody_else_was_before_changes_nothing(world):
    seen = policy_fingerprint(world.certification, None)
    first = save(version(world), seen=seen)
    with pytest.raises(SupersededError):
        save(version(world, version="2027-2"), seen=seen)
    assert list(Policy.objects.current()) == [first]


def test_the_effects_count_open_cycles_by_field_and_direction(world):
    for _ in range(2):
        settle_person(world.teacher().pk, TODAY)
    effects = effects_of_policy(version(world, pass_mark=90, attempts=None, validity="P6M", grace="P90D"), TODAY)
    assert (effects.open, effects.changed) == (2, 2)
    assert dict(effects.stricter) == {"pass_mark": 2, "validity": 2}
    assert dict(effects.looser) == {"attempts": 2, "grace": 2}
    assert effects_of_policy(version(world), TODAY).changed == 0


def test_a_shorter_path_asks_less(world):
    settle_person(world.teacher().pk, TODAY)
    short = LearningPath.objects.create(key="kort", name_nb="Kort")
    PathStep.objects.create(path=short, position=1, quiz=world.quiz)
    assert dict(effects_of_policy(version(world, path=short), TODAY).looser) == {"path": 1}


def test_an_agencys_version_counts_its_own_people_alone(world):
    settle_person(world.teacher().pk, TODAY)
    other = make_unit("Nabo kommune")
    RequirementRule.objects.create(
        certification=world.certification, agency=other, unit=other, label="n", valid_from=LONG_AGO, due_days=60
    )
    elsewhere = make_person()
    make_membership(elsewhere, other)
    settle_person(elsewhere.pk, TODAY)
    effects = effects_of_policy(tightening(world, pass_mark=90), TODAY)
    assert (effects.open, dict(effects.stricter)) == (1, {"pass_mark": 1})
    assert effects_of_policy(version(world, pass_mark=90), TODAY).open == 2


def test_an_agencys_version_is_applied_to_the_cycles_of_its_own_people_alone(world, django_capture_on_commit_callbacks):
    """Somebody else's cycle keeps what it was opened with, an older national version too."""
    own = world.teacher()
    other = make_unit("Nabo kommune")
    elsewhere = make_person()
    make_membership(elsewhere, other)
    RequirementRule.objects.create(
        certification=world.certification, agency=other, unit=other, label="n", valid_from=LONG_AGO, due_days=60
    )
    settle_people([own.pk, elsewhere.pk], TODAY)
    save(version(world, pass_mark=85))
    with django_capture_on_commit_callbacks(execute=True):
        save(tightening(world, pass_mark=90), apply=True)
    assert Cycle.objects.get(person=own).pass_mark == 90
    assert Cycle.objects.get(person=elsewhere).pass_mark == 80


def test_many_cycles_are_reached_in_portions_that_all_workers_share(
    world, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("certification.tasks.PORTION", 2)
    people = [world.teacher() for _ in range(5)]
    settle_people([person.pk for person in people], TODAY)
    portions = []
    reach = apply_policy_to.run
    monkeypatch.setattr(apply_policy_to, "delay", lambda pk, ids: (portions.append(len(ids)), reach(pk, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        save(version(world, pass_mark=90), apply=True)
    assert portions == [2, 2, 1]
    assert set(Cycle.objects.values_list("pass_mark", flat=True)) == {90}


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("12 måneder", "P12M"),
        ("1 år", "P12M"),
        ("60 dager", "P60D"),
        ("2 uker", "P14D"),
        ("12 months", "P12M"),
        ("12 månader og 7 dagar", "P12M7D"),
        ("p1y", "P12M"),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text, period):
    assert period_of(text) == period


@pytest.mark.parametrize("text", ["tolv", "12", "måneder 12", "12 epler", "-3 dager", "3 dager kanskje"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValidationError):
        period_of(text)
