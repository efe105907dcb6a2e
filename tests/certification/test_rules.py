"""Whom a rule obliges, what a change of it would do before it is made, and that it keeps its thread."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import LONG_AGO, make_membership, make_person, make_role, make_unit
from hypothesis import given
from hypothesis import strategies as st
from worlds import World

from agencies.models import Region
from certification.duties import NOWHERE, Job, RuleTerms, brought, paths_of_regions
from certification.models import Requirement, RequirementRule
from certification.services import rules, settle_person
from common.dated import SupersededError

DAY = dt.timedelta(days=1)
TODAY = timezone.localdate()


def people(world: World, number: int, key: str = "teacher", **fields):
    role = make_role(key, key.title())
    found = [make_person("A", f"B{n}") for n in range(number)]
    for person in found:
        make_membership(person, world.school, role, **fields)
    return found


def changed(world: World, **fields) -> rules.RuleEffects:
    return rules.effects_of(world.rule, rules.changed_rule(world.rule, **fields), TODAY)


def test_a_new_rule_adds_everybody_it_reaches_once(world):
    people(world, 3)
    twice = make_person()
    for role in ("teacher", "head"):
        make_membership(twice, world.school, make_role(role, role.title()))
    effects = rules.effects_of(None, world.rule, TODAY)
    assert (effects.added, effects.removed, effects.moved_due, effects.before, effects.after) == (4, 0, 0, 0, 4)
    assert effects.first_due == LONG_AGO + 60 * DAY
    assert effects.late == 4


def test_narrowing_to_another_role_takes_some_out_and_brings_others_in(world):
    teachers, heads = people(world, 3), people(world, 2, "head")
    rule = rules.change_rule(world.rule, None, role_keys=["teacher"])
    effects = rules.effects_of(rule, rules.changed_rule(rule, role_keys=["head"]), TODAY)
    assert (effects.added, effects.removed, effects.before, effects.after) == (2, 3, 3, 2)
    named = {(row.person_id, row.change) for row in effects.sample}
    assert named == {(p.pk, "removed") for p in teachers} | {(p.pk, "added") for p in heads}


def test_another_due_date_moves_it_for_everybody_and_adds_nobody(world):
    people(world, 3)
    due = TODAY + 90 * DAY
    effects = changed(world, due_days=None, due_on=due)
    assert (effects.added, effects.removed, effects.moved_due, effects.first_due, effects.late) == (0, 0, 3, due, 0)


def test_who_is_under_another_rule_of_the_certification_is_neither_added_nor_removed(world):
    under_both, only_here = people(world, 1)[0], make_person()
    make_membership(only_here, make_unit("Bråten skole", world.agency))
    RequirementRule.objects.create(
        certification=world.certification,
        agency=world.agency,
        unit=world.school,
        label="egen",
        valid_from=LONG_AGO,
        due_days=60,
    )
    effects = rules.effects_of(world.rule, None, TODAY)
    assert effects.removed == 1
    assert [row.person_id for row in effects.sample] == [only_here.pk]
    assert rules.effects_of(None, world.rule, TODAY).added == 1
    assert under_both.pk in list(rules.people_touched(world.rule, None, TODAY))


def test_a_job_that_only_another_agencys_rule_reaches_is_never_shown(world):
    elsewhere = make_unit("Politidistriktet", kind="police_district")
    RequirementRule.objects.create(
        certification=world.certification,
        agency=elsewhere,
        unit=elsewhere,
        label="p",
        valid_from=LONG_AGO,
        due_days=5,
    )
    person = make_person()
    make_membership(person, elsewhere, make_role("officer", "Betjent", "police"))
    make_membership(person, world.school)
    effects = changed(world, due_days=1)
    assert effects.moved_due == 1
    assert [row.unit_id for row in effects.sample] == [world.school.pk]


def test_who_has_left_is_not_counted_and_who_is_to_come_is(world):
    people(world, 1, valid_to=TODAY - DAY)
    people(world, 1, valid_from=TODAY + 10 * DAY)
    effects = rules.effects_of(None, world.rule, TODAY)
    assert (effects.added, effects.first_due, effects.late) == (1, TODAY + 70 * DAY, 0)


def test_the_dry_run_says_what_settling_then_does(world):
    teachers, heads = people(world, 3), people(world, 2, "head")
    for person in (*teachers, *heads):
        settle_person(person.pk, TODAY)
    fields = {"role_keys": ["head"], "due_days": 30}
    effects = changed(world, **fields)
    touched = list(rules.people_touched(world.rule, rules.changed_rule(world.rule, **fields), TODAY))
    rule = rules.change_rule(world.rule, None, **fields)
    for pk in touched:
        settle_person(pk, TODAY)
    required = Requirement.objects.on(TODAY).values_list("person", flat=True)
    assert (effects.removed, effects.moved_due) == (3, 2)
    assert set(required) == {person.pk for person in heads}
    assert set(Requirement.objects.on(TODAY).values_list("rule", "due_on")) == {(rule.pk, LONG_AGO + 30 * DAY)}


def test_the_dry_run_asks_as_many_questions_for_many_as_for_one(world):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            changed(world, role_keys=["head"])
        return len(captured)

    people(world, 1)
    few = cost()
    people(world, 60)
    assert cost() == few
    assert changed(world, role_keys=["head"]).removed == 61
    assert len(changed(world, role_keys=["head"]).sample) == 50


def test_a_change_is_a_new_version_in_the_same_thread(world):
    by = make_person()
    rule = rules.change_rule(world.rule, by, label="2027-1", due_days=30)
    assert (rule.thread, rule.label, rule.due_days, rule.made_by) == (world.rule.thread, "2027-1", 30, by)
    assert rule.public_id != world.rule.public_id
    assert list(RequirementRule.objects.current()) == [rule]
    with pytest.raises(SupersededError):
        rules.change_rule(RequirementRule.objects.get(pk=world.rule.pk), by, due_days=10)


def test_a_rule_ends_and_what_has_been_is_not_changed(world):
    with pytest.raises(ValidationError):
        rules.end_rule(world.rule, TODAY - 10 * DAY)
    ended = rules.end_rule(world.rule, TODAY)
    assert ended is not None
    assert ended.valid_to == TODAY
    with pytest.raises(ValidationError):
        rules.end_rule(ended, TODAY + DAY)


def test_a_rule_that_had_not_begun_never_held(world):
    later = rules.add_rule(
        rule=RequirementRule(
            certification=world.certification, agency=world.agency, unit=world.school, label="senere",
            valid_from=TODAY + 10 * DAY, due_days=5,
        ),
        made_by=None,
    )  # fmt: skip
    assert rules.end_rule(later, TODAY + 9 * DAY) is None
    assert later not in RequirementRule.objects.current()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role_keys": ["nobody"]}, "role_keys"),
        ({"sector_keys": ["police"], "role_keys": ["teacher"]}, "sector_keys"),
        ({"due_days": None}, "__all__"),
        ({"due_days": None, "due_on": LONG_AGO - DAY}, "due_on"),
        ({"valid_from": TODAY + DAY}, "valid_from"),
        ({"valid_to": LONG_AGO - DAY}, "valid_to"),
        ({"label": ""}, "label"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_at_the_field(world, fields, field):
    make_role()
    with pytest.raises(ValidationError) as refused:
        rules.change_rule(world.rule, None, **fields)
    assert field in refused.value.message_dict
    assert list(RequirementRule.objects.current()) == [world.rule]


def test_a_unit_outside_the_agency_and_a_name_in_use_are_refused(world):
    other = make_unit("Nabo kommune")
    with pytest.raises(ValidationError) as refused:
        rules.change_rule(world.rule, None, unit=other)
    assert "unit" in refused.value.message_dict
    same = RequirementRule(
        certification=world.certification, agency=world.agency, unit=world.school, label=world.rule.label,
        valid_from=TODAY, due_days=5,
    )  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        rules.add_rule(rule=same, made_by=None)
    assert "label" in refused.value.message_dict


def test_rules_that_reach_the_same_people_are_told_of(world):
    make_role()
    make_role("head", "Rektor")
    fields = {"certification": world.certification, "agency": world.agency, "valid_from": TODAY, "due_days": 5}
    inside = RequirementRule(unit=world.school, label="a", role_keys=["head"], **fields)
    assert rules.overlapping_rules(inside, TODAY) == [world.rule]
    teachers = rules.change_rule(world.rule, None, role_keys=["teacher"])
    assert rules.overlapping_rules(inside, TODAY) == []
    assert rules.overlapping_rules(rules.changed_rule(teachers, role_keys=[]), TODAY) == []


def test_a_region_without_units_obliges_nobody(world):
    people(world, 2)
    Region.objects.create(key="nord", name_nb="Nord")
    assert changed(world, region_keys=["nord"]).removed == 2


# --- the test itself --------------------------------------------------------------------------------

keys = st.sampled_from(["a", "b", "c"])
paths = st.sampled_from(["0001", "00010001", "000100010002", "0002", "00020001"])
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@st.composite
def periods(draw):
    first = draw(days)
    return first, draw(st.none() | st.dates(first, dt.date(2031, 1, 1)))


@st.composite
def terms(draw):
    first, last = draw(periods())
    due = draw(st.integers(0, 400))
    return RuleTerms(
        1, uuid.UUID(int=1), 1, 1, draw(paths), frozenset(draw(st.sets(keys, max_size=2))), frozenset(),
        tuple(draw(st.sets(paths, max_size=1))), draw(st.none() | days), first, last, due, None,
    )  # fmt: skip


@st.composite
def jobs(draw):
    first, last = draw(periods())
    return Job(uuid.UUID(int=2), 1, 1, draw(paths), 1, draw(keys), "s", first, last)


@given(terms(), jobs())
def test_an_obligation_lies_within_both_the_rule_and_the_job(rule, job):
    found = brought(rule, job.valid_from, job.valid_to)
    if found is None:
        return
    assert found.first == max(rule.valid_from, job.valid_from)
    assert all(found.last is not None and found.last <= last for last in (rule.valid_to, job.valid_to) if last)
    assert found.due == found.first + dt.timedelta(days=rule.due_days or 0)


def test_regions_named_without_units_are_not_the_same_as_no_region():
    assert paths_of_regions([], {"nord": ["0001"]}) == ()
    assert paths_of_regions(["nord"], {"nord": ["0001"]}) == ("0001",)
    assert paths_of_regions(["sor"], {"nord": ["0001"]}) == (NOWHERE,)
