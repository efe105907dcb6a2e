"""The pages about rules and policies: whose they are, the dry run before anything is saved, and bad input."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from factories import make_membership, make_person, make_role, make_unit

from certification.models import Certification, Cycle, Decision, Policy, Requirement, RequirementRule, Standing
from certification.services import rules, settle_person

DAY = timedelta(days=1)
TODAY = timezone.localdate()
CHANGED_BY_OTHERS = "Noen andre har endret dette"


def url(name, *args):
    with translation.override("nb"):
        return reverse(name, args=args)


def rule_fields(world, **fields):
    return {
        "label": "2027-1",
        "unit": world.agency.public_id,
        "valid_from": world.rule.valid_from.isoformat(),
        "due": "days",
        "due_days": 60,
        **fields,
    }


def rows():
    models = (RequirementRule, Policy, Decision)
    return [list(model.objects.order_by("pk").values_list("pk", "superseded_at")) for model in models]


# --- rules ------------------------------------------------------------------------------------------


def test_a_rule_is_changed_in_two_steps_and_the_first_saves_nothing(world, sign_in, django_capture_on_commit_callbacks):
    teacher = world.teacher()
    head = make_person("Ola", "Rektorsen")
    make_membership(head, world.school, make_role("head", "Rektor"))
    for person in (teacher, head):
        settle_person(person.pk, TODAY)
    client, address = sign_in(), url("rule_change", world.rule.public_id)
    fields = rule_fields(world, role_keys=["head"], due_days=90)
    page = client.post(address, fields)
    text = page.content.decode()
    assert "−1" in text
    assert "Ingenting er endret ennå" in text
    assert "Rektorsen, Ola" in text
    assert (page.context["effects"].removed, page.context["effects"].moved_due) == (1, 1)
    assert RequirementRule.objects.count() == 1
    unseen = client.post(address, {**fields, "confirm": 1})
    assert "Se over hvem dette gjelder" in unseen.content.decode()
    assert RequirementRule.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        saved = client.post(address, {**fields, "confirm": 1, "seen_people": "on"}, follow=True)
    assert "2027-1 er lagret" in saved.content.decode()
    rule = RequirementRule.objects.current().get()
    assert (rule.thread, rule.role_keys, rule.made_by) == (world.rule.thread, ["head"], client.person)
    assert not Standing.objects.filter(person=teacher, required=True).exists()
    assert Requirement.objects.on(TODAY).get().rule == rule


def test_the_way_back_keeps_what_was_written(world, sign_in):
    client = sign_in()
    page = client.post(url("rule_change", world.rule.public_id), rule_fields(world, label="Ny og fin", change=1))
    assert 'value="Ny og fin"' in page.content.decode()
    assert RequirementRule.objects.count() == 1


def test_a_new_rule_warns_of_due_dates_that_have_passed_and_of_rules_that_overlap(world, sign_in):
    world.teacher()
    client = sign_in()
    other = Certification.objects.create(key="videre", name_nb="Videre", statement_nb="x")
    page = client.post(url("rule_new"), rule_fields(world, certification="grunnkurs", unit=world.school.public_id))
    text = page.content.decode()
    assert "har alt krav om denne sertifiseringen" in text
    assert page.context["effects"].added == 0
    page = client.post(url("rule_new"), rule_fields(world, certification=other.key))
    assert "frist som alt er passert" in page.content.decode()
    assert page.context["effects"].added == 1
    fields = rule_fields(world, certification=other.key, confirm=1, seen_people="on")
    assert client.post(url("rule_new"), fields).status_code == 302
    assert RequirementRule.objects.filter(certification=other, agency=world.agency).count() == 1


def test_a_form_about_a_rule_that_somebody_else_changed_changes_nothing(world, sign_in):
    client = sign_in()
    newer = rules.change_rule(world.rule, None, label="nyest")
    for name, fields in (("rule_change", rule_fields(world, confirm=1, seen_people="on")), ("rule_end", {})):
        answer = client.post(url(name, world.rule.public_id), fields | {"last_day": TODAY.isoformat()}, follow=True)
        assert CHANGED_BY_OTHERS in answer.content.decode()
    assert list(RequirementRule.objects.current()) == [newer]


def test_a_rule_ends_after_telling_how_many_go_free(world, sign_in, django_capture_on_commit_callbacks):
    person = world.teacher()
    settle_person(person.pk, TODAY)
    client, address = sign_in(), url("rule_end", world.rule.public_id)
    assert "1 person slipper kravet" in client.get(address).content.decode()
    bad = client.post(address, {"last_day": "2021-01-01"})
    assert "Det som har vært, endres ikke" in bad.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"last_day": (TODAY - DAY).isoformat()})
    assert not Standing.objects.filter(person=person, required=True).exists()


BAD_RULES = [
    {"due_days": ""},
    {"due_days": "mange"},
    {"due_days": "-1"},
    {"due_days": "9" * 30},
    {"due": "date"},
    {"due": "date", "due_on": "2027-02-30"},
    {"due": ""},
    {"label": ""},
    {"label": "x" * 41},
    {"label": "a\x00b"},
    {"unit": ""},
    {"unit": "' OR 1=1"},
    {"unit": str(uuid.uuid4())},
    {"role_keys": ["keiser"]},
    {"valid_from": "i går"},
    {"valid_from": "0001-01-01"},
    {"valid_from": (TODAY + 9 * DAY).isoformat()},
    {"employed_from": "31.31.2027"},
]


@pytest.mark.parametrize("wrong", BAD_RULES)
def test_bad_input_to_a_rule_is_told_at_the_field_and_changes_nothing(world, sign_in, wrong):
    make_role()
    before = rows()
    page = sign_in().post(
        url("rule_change", world.rule.public_id), rule_fields(world, confirm=1, seen_people="on") | wrong
    )
    assert page.status_code == 200
    assert "Feil:" in page.content.decode()
    assert rows() == before


def test_a_unit_of_another_agency_cannot_be_chosen(world, sign_in):
    other = make_unit("Nabo kommune")
    page = sign_in().post(url("rule_change", world.rule.public_id), rule_fields(world, unit=other.public_id))
    assert "Velg en enhet" in page.content.decode()
    assert "Nabo" not in page.content.decode()


# --- whose they are ---------------------------------------------------------------------------------


def pages(world):
    return {
        "rule_new": [],
        "rule_change": [world.rule.public_id],
        "rule_end": [world.rule.public_id],
        "policy_new_agency": ["grunnkurs", world.agency.public_id],
    }


def test_rules_and_an_agencys_policies_are_for_those_who_administer_all_of_it(world, sign_in):
    administrator = sign_in()
    for name, args in pages(world).items():
        assert administrator.get(url(name, *args)).status_code == 200, name
    assert administrator.get(url("policy_new", "grunnkurs")).status_code == 403
    before = rows()
    of_a_school = sign_in(unit=world.school)
    others = [of_a_school, *(sign_in(function) for function in ("manager", "reporter", "coordinator", "trainer"))]
    for client in [*others, sign_in("", is_superuser=True)]:
        for name, args in pages(world).items():
            assert client.get(url(name, *args)).status_code == 403, name
            answer = client.post(url(name, *args), rule_fields(world, confirm=1, seen_people="on"))
            assert answer.status_code == 403, name
    assert rows() == before


def test_the_administrator_of_another_agency_finds_nothing(world, sign_in):
    client = sign_in(unit=make_unit("Nabo kommune"))
    for name, args in pages(world).items():
        wanted = 200 if name == "rule_new" else 404
        assert client.get(url(name, *args)).status_code == wanted, name
    assert "2026-2" not in client.get(url("rules")).content.decode()
    assert "Fjordvik" not in client.get(url("policy_versions", "grunnkurs")).content.decode()


def test_the_administrator_of_a_school_reads_the_rules_that_reach_it_and_changes_none(world, sign_in):
    text = sign_in(unit=world.school).get(url("rules")).content.decode()
    assert "2026-2" in text
    assert url("rule_change", world.rule.public_id) not in text
    assert url("rule_new") not in text


def test_lists_cost_the_same_for_few_and_many(world, sign_in):
    def cost(address):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client = sign_in()
    person = world.teacher()
    settle_person(person.pk, TODAY)
    decide = url("decide", person.public_id, "grunnkurs")
    decider = make_person()
    make_role()

    def fill(number):
        for n in range(number):
            certification = Certification.objects.create(key=f"c{uuid.uuid4()}", name_nb=f"C {n}", statement_nb="x")
            RequirementRule.objects.create(
                certification=certification, agency=world.agency, unit=world.school, label=f"r{n}",
                valid_from=TODAY, due_days=1, role_keys=["teacher"], sector_keys=["school"],
            )  # fmt: skip
            Decision.objects.create(
                person=person, certification=world.certification, agency=world.agency, kind="waiver",
                reason="x", decided_by=decider, valid_from=TODAY,
            )  # fmt: skip
            Policy.objects.create(
                certification=world.certification, agency=world.agency, version=f"v{uuid.uuid4()}"[:20],
                valid_from=TODAY, pass_mark=90,
            )  # fmt: skip

    addresses = [url("rules"), url("policies"), url("policy_versions", "grunnkurs"), decide]
    fill(1)
    for address in addresses:
        client.get(address)
    few = [cost(address) for address in addresses]
    fill(20)
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 12


# --- policies ---------------------------------------------------------------------------------------


def national(world, **fields):
    return {
        "version": "2027-1",
        "valid_from": TODAY.isoformat(),
        "path": world.path.key,
        "pass_mark": 90,
        "validity": "6 måneder",
        "window": "60 dager",
        "grace": "60 dager",
        "date_base": "expiry",
        "least_assurance": 30,
        "attempts": 3,
        "cool_down_days": 2,
        "note": "Strengere etter høring.",
        **fields,
    }


def test_a_national_version_is_saved_after_saying_what_it_means_for_open_cycles(
    world, sign_in, django_capture_on_commit_callbacks
):
    settle_person(world.teacher().pk, TODAY)
    client, address = sign_in("", is_superuser=True), url("policy_new", "grunnkurs")
    form = client.get(address).content.decode()
    assert 'value="12 måneder"' in form
    page = client.post(address, national(world))
    assert (page.context["effects"].open, page.context["effects"].changed) == (1, 1)
    assert Policy.objects.count() == 1
    undecided = client.post(address, national(world, confirm=1))
    assert "Velg om de som alt er i gang" in undecided.content.decode()
    assert Policy.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, national(world, confirm=1, apply_to_open="yes")).status_code == 302
    assert Policy.objects.current().get().validity == "P6M"
    assert Cycle.objects.get().pass_mark == 90


def test_a_version_for_later_asks_nothing_about_open_cycles(world, sign_in):
    client, address = sign_in("", is_superuser=True), url("policy_new", "grunnkurs")
    fields = national(world, valid_from=(TODAY + 30 * DAY).isoformat())
    assert "apply_to_open" not in client.post(address, fields).content.decode()
    assert client.post(address, fields | {"confirm": 1}).status_code == 302
    assert Policy.objects.current().count() == 2


def test_an_agency_is_told_where_it_would_loosen_and_nothing_is_saved(world, sign_in):
    address = url("policy_new_agency", "grunnkurs", world.agency.public_id)
    fields = {"version": "f-1", "valid_from": TODAY.isoformat(), "pass_mark": 70, "validity": "2 år", "note": "Ny."}
    text = sign_in().post(address, fields).content.decode()
    assert "Dere kan kreve mer, ikke mindre" in text
    assert "Dere kan velge kortere, ikke lengre" in text
    assert Policy.objects.count() == 1


def test_an_agencys_tightening_is_saved(world, sign_in):
    client = sign_in()
    address = url("policy_new_agency", "grunnkurs", world.agency.public_id)
    fields = {"version": "f-1", "valid_from": TODAY.isoformat(), "pass_mark": 95, "note": "Ny."}
    assert client.post(address, fields).status_code == 200
    assert client.post(address, fields | {"confirm": 1, "apply_to_open": "no"}).status_code == 302
    own = Policy.objects.current().get(agency=world.agency)
    assert (own.pass_mark, own.validity, own.made_by) == (95, "", client.person)
    assert "95 %" in client.get(url("policy_versions", "grunnkurs")).content.decode()


def test_a_stale_form_of_a_policy_changes_nothing(world, sign_in):
    client, address = sign_in("", is_superuser=True), url("policy_new", "grunnkurs")
    seen = client.get(address).context["form"]["seen"].value()
    client.post(address, national(world, confirm=1, apply_to_open="no"))
    late = national(world, version="2027-2", confirm=1, apply_to_open="no", seen=seen)
    assert CHANGED_BY_OTHERS in client.post(address, late, follow=True).content.decode()
    assert Policy.objects.current().get().version == "2027-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": ""}, {"version": "2026-2"}, {"version": "x" * 21}, {"valid_from": ""}, {"path": "ingen"},
        {"path": ""}, {"pass_mark": "101"}, {"pass_mark": ""}, {"pass_mark": "mye"}, {"validity": "en stund"},
        {"validity": ""}, {"validity": "9999 år"}, {"window": "7 måneder"}, {"date_base": "aldri"},
        {"date_base": "fixed", "fixed_day": "13-01"},
        {"least_assurance": "99"}, {"least_assurance": ""}, {"attempts": "0"}, {"note": ""},
        {"cool_down_days": "-2"}, {"grace": "99999999999 dager"},
    ],
)  # fmt: skip
def test_bad_input_to_a_policy_is_told_and_changes_nothing(world, sign_in, wrong):
    client = sign_in("", is_superuser=True)
    page = client.post(url("policy_new", "grunnkurs"), national(world, confirm=1, apply_to_open="no") | wrong)
    assert page.status_code == 200
    assert "Feil:" in page.content.decode()
    assert Policy.objects.count() == 1
