"""Two accounts with certifications become one person's: nothing she earned is lost, and the ledger still agrees."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from factories import make_membership, make_person

from accounts.models import User
from accounts.services import merge_person, preview_merge
from assessments.models import AttemptAllowance
from certification.ledger import Event, broken_at
from certification.models import Certificate, Cycle, Decision, LedgerChain, LedgerEvent, Notice, Requirement, Standing
from certification.services import settle_due, settle_person
from certification.services.decisions import extend, revoke, suspend, waive
from certification.services.health import find_contradictions
from certification.services.replaying import replay
from certification.services.undoing import undo
from certification.statuses import StandingState
from reports.models import Counted
from reports.services import difference

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


def merge(source: User, target: User) -> list[str]:
    return merge_person(source=source, target=target, by=make_person("Arne", "Vik"))


def certified(world, day: dt.date, **names: str) -> User:
    """A teacher who was certified on `day`, and settled as of today."""
    person = world.teacher(since=day, **names)
    settle_person(person.pk, day)
    world.read_course(person, day)
    world.take_test(person, day)
    settle_person(person.pk, day)
    settle_person(person.pk)
    return person


def assert_sound() -> None:
    """The ledger tells what is stored, the counts add up, and nobody's rows contradict each other."""
    assert replay().differences == []
    assert difference() == []
    assert list(find_contradictions()) == []


def test_a_certificate_goes_along_with_its_code_and_its_dates(world, today, client):
    source, target = certified(world, today - 40 * DAY), world.teacher(since=today)
    settle_person(target.pk)
    code = Certificate.objects.get(cycle__person=source).code
    before = Standing.objects.get(person=source)
    merge(source, target)
    standing = Standing.objects.get(person=target)
    assert (standing.state, standing.expires_on, standing.cycle) == ("certified", before.expires_on, before.cycle)
    assert str(target) in client.get(reverse("check", args=[code])).content.decode()
    assert_sound()


def test_the_chain_of_the_other_account_is_whole_and_nobodys(world, today):
    source, target = certified(world, today - 40 * DAY), certified(world, today - 800 * DAY)
    ref = LedgerChain.objects.get(person=source).ref
    events = LedgerEvent.objects.filter(chain__ref=ref).order_by("number")
    untouched = list(events.values_list("number", "hash"))
    merge(source, target)
    chain = LedgerChain.objects.get(ref=ref)
    rows = LedgerEvent.objects.filter(chain=chain).order_by("number")
    assert chain.person is None
    assert list(rows.values_list("number", "hash"))[: len(untouched)] == untouched
    columns = ("number", "kind", "facts", "recorded_at", "previous", "hash")
    assert broken_at(ref, [Event(*row) for row in rows.values_list(*columns)]) is None
    assert rows.last().facts["required"] is False, "the last it says is that she must no more"
    told = LedgerEvent.objects.filter(chain__person=target, facts__merged_from=str(ref), kind="opened")
    assert told.count() == Cycle.objects.filter(person=target, public_id__in=_cycles_of(ref)).count() == 1


def _cycles_of(ref: uuid.UUID) -> list[str]:
    return [event.facts["cycle"] for event in LedgerEvent.objects.filter(chain__ref=ref, kind="opened")]


def test_both_histories_are_hers_and_the_newest_certificate_counts(world, today):
    """Certified long ago on the one account, and lately on the other."""
    for order in ("old into new", "new into old"):
        old, new = certified(world, today - 800 * DAY), certified(world, today - 40 * DAY)
        source, target = (old, new) if order == "old into new" else (new, old)
        expires = Standing.objects.get(person=new).expires_on
        merge(source, target)
        standing = Standing.objects.get(person=target)
        assert (standing.state, standing.expires_on) == (StandingState.CERTIFIED, expires), order
        satisfied = Cycle.objects.filter(person=target, state=Cycle.State.SATISFIED)
        assert satisfied.count() == 2
        assert not Cycle.objects.filter(person=target, state=Cycle.State.OPEN).exists()
        assert_sound()


def test_a_renewal_on_the_other_account_is_a_renewal(world, today):
    target, source = certified(world, today - 330 * DAY), certified(world, today - 20 * DAY)
    merge(source, target)
    standing = Standing.objects.get(person=target)
    assert standing.state == StandingState.CERTIFIED
    assert standing.valid_from == today - 330 * DAY, "one unbroken time"
    assert standing.expires_on > today + 300 * DAY
    assert_sound()


def test_certificates_for_the_same_time_are_refused_and_nothing_is_changed(world, today):
    older, newer = certified(world, today - 330 * DAY), certified(world, today - 20 * DAY)
    with pytest.raises(ValidationError, match="samme tid"):
        merge(older, newer)
    assert Cycle.objects.filter(person=older).exists()
    assert User.objects.filter(pk=older.pk).exists()
    assert_sound()
    merge(newer, older)


@pytest.mark.parametrize("what", ["suspended", "revoked"])
def test_a_certificate_that_was_taken_is_not_hidden_behind_another(world, today, what):
    source, target = certified(world, today - 800 * DAY), certified(world, today - 20 * DAY)
    named = {"reason": "Feil person", "decided_by": make_person(), "agency": None}
    cycle = Cycle.objects.get(person=source, state=Cycle.State.SATISFIED)
    suspend(cycle=cycle, first_day=today, **named) if what == "suspended" else revoke(cycle=cycle, **named)
    with pytest.raises(ValidationError, match="satt på vent eller trukket"):
        merge(source, target)
    with pytest.raises(ValidationError, match="satt på vent eller trukket"):
        preview_merge(source=source, target=target, by=None)


def test_a_revoked_certificate_is_revoked_on_the_account_it_comes_to(world, today):
    source, target = certified(world, today - 40 * DAY), world.teacher(since=today)
    settle_person(target.pk)
    cycle = Cycle.objects.get(person=source, state=Cycle.State.SATISFIED)
    revoke(cycle=cycle, reason="Feil", decided_by=make_person(), agency=None)
    settle_person(source.pk)
    merge(source, target)
    assert Standing.objects.get(person=target).state == StandingState.REVOKED
    assert Cycle.objects.filter(person=target, state=Cycle.State.OPEN).count() == 1
    assert_sound()


def test_half_a_pass_on_each_is_a_whole_one(world, today):
    source, target = world.teacher(since=today - 30 * DAY), world.teacher(since=today - 10 * DAY)
    for person, since in ((source, today - 30 * DAY), (target, today - 10 * DAY)):
        settle_person(person.pk, since)
    world.read_course(source, today - 20 * DAY)
    world.take_test(target, today - 5 * DAY)
    for person in (source, target):
        settle_person(person.pk)
    told = merge(source, target)
    assert any("begynt på begge" in line for line in told)
    standing = Standing.objects.get(person=target)
    assert (standing.state, standing.valid_from) == (StandingState.CERTIFIED, today - 5 * DAY)
    states = Cycle.objects.filter(person=target).order_by("number").values_list("state", flat=True)
    assert sorted(states) == [Cycle.State.CLOSED, Cycle.State.SATISFIED]
    assert_sound()


def test_one_pass_is_open_afterwards_and_only_it_lets_her_sit_the_test(world, today):
    source, target = world.teacher(since=today - 30 * DAY), world.teacher(since=today - 10 * DAY)
    for person in (source, target):
        world.read_course(person, today - 5 * DAY)
        settle_person(person.pk)
    merge(source, target)
    open_cycle = Cycle.objects.get(person=target, state=Cycle.State.OPEN)
    leave = AttemptAllowance.objects.get(person=target, superseded_at__isnull=True)
    assert leave.given_for == f"cycle:{open_cycle.public_id}"
    assert_sound()


def test_what_earned_a_certificate_does_not_renew_it_too(world, today):
    """The open pass of the other account counts evidence from before the certificate: it must not go on."""
    source, target = certified(world, today - 320 * DAY), world.teacher(since=today)
    settle_person(target.pk)
    merge(source, target)
    assert Cycle.objects.filter(person=target, state=Cycle.State.SATISFIED).count() == 1
    standing = Standing.objects.get(person=target)
    assert standing.state == StandingState.WINDOW
    assert standing.open_cycle.evidence_from == standing.window_opens_on
    assert_sound()


def test_decisions_go_along_and_can_still_be_undone(world, today):
    source, target = certified(world, today - 40 * DAY), make_person()
    cycle = Cycle.objects.get(person=source)
    baseline = cycle.expires_on
    named = {"reason": "Sykdom", "decided_by": make_person(), "agency": None}
    extension = extend(cycle=cycle, until=baseline + 30 * DAY, **named)
    waive(person=source, certification=world.certification, first_day=today, **named)
    settle_person(source.pk)
    merge(source, target)
    standing = Standing.objects.get(person=target)
    assert (standing.expires_on, standing.waived) == (baseline + 30 * DAY, True)
    assert_sound()
    undo(decision=Decision.objects.get(pk=extension.pk), undone_by=make_person(), reason="Feil")
    settle_person(target.pk)
    assert Standing.objects.get(person=target).expires_on == baseline
    assert_sound()


def test_requirements_messages_and_counts_are_hers_once(world, today):
    source, target = world.teacher(since=today - 30 * DAY), world.teacher(since=today - 10 * DAY)
    make_membership(source, world.agency)
    for person in (source, target):
        settle_person(person.pk)
        weekly = {"person": person, "stage": Notice.Stage.DIGEST, "week": "2026-W47"}
        Notice.objects.create(**weekly, message_id=f"<{person.pk}>")
    merge(source, target)
    assert Notice.objects.get(stage=Notice.Stage.DIGEST).person == target
    assert Counted.objects.get().person == target
    held = Requirement.objects.on(today).filter(person=target)
    assert sorted(row.unit_id for row in held) == sorted([world.school.pk, world.agency.pk])
    assert_sound()


def test_a_later_sweep_changes_nothing(world, today):
    source, target = certified(world, today - 800 * DAY), certified(world, today - 40 * DAY)
    merge(source, target)
    events = LedgerEvent.objects.count()
    settle_due()
    settle_person(target.pk)
    assert LedgerEvent.objects.count() == events
    assert_sound()


def test_two_merges_one_after_the_other(world, today):
    first, second, third = (certified(world, today - days * DAY) for days in (1300, 800, 40))
    merge(first, second)
    merge(second, third)
    assert Cycle.objects.filter(person=third, state=Cycle.State.SATISFIED).count() == 3
    assert LedgerChain.objects.filter(person__isnull=True).count() == 2
    assert_sound()


def test_accounts_without_certifications_merge_without_a_chain(world):
    source, target = make_person(), make_person()
    merge(source, target)
    assert not LedgerChain.objects.exists()
    assert_sound()
