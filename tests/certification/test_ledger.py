"""The ledger tells the same as what is stored, and shows what was changed behind its back."""

import contextlib
import datetime as dt
import hashlib
import json
import random
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import World

from agencies.models import MembershipPause
from certification.ledger import Event, IllegalEventError, broken_at, fold, hash_of
from certification.models import (
    Cycle,
    Decision,
    LedgerChain,
    LedgerEvent,
    LedgerHead,
    LedgerIsAppendOnlyError,
    Policy,
    Standing,
)
from certification.services import decisions, settle_people, settle_person
from certification.services.replaying import replay, sign_head
from certification.services.terms import apply_to_open, people_with_open
from common.dated import supersede

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)


def certified(world: World, day: dt.date = START):
    person = world.teacher(since=day - 10 * DAY)
    world.read_course(person, day)
    world.take_test(person, day)
    settle_person(person.pk, day)
    return person


def reach_open(world: World, day: dt.date) -> int:
    """The policy of today for everybody with an open cycle."""
    return apply_to_open(world.certification.pk, people_with_open(world.certification.pk, day), day)


def kinds(person) -> list[str]:
    return list(LedgerEvent.objects.filter(chain__person=person).order_by("number").values_list("kind", flat=True))


def test_what_happens_to_a_person_is_told_in_order_and_settling_again_adds_nothing(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    assert kinds(person) == ["opened", "duty"]
    world.read_course(person, START + DAY)
    settle_person(person.pk, START + DAY)
    world.take_test(person, START + 2 * DAY)
    settle_person(person.pk, START + 2 * DAY)
    settle_person(person.pk, START + 3 * DAY)
    assert kinds(person) == ["opened", "duty", "begun", "satisfied"]
    assert replay().differences == []


def test_the_ledger_holds_no_name_no_address_and_no_reason(world: World) -> None:
    person = world.teacher(since=START, first_name="Zuhrah", last_name="Qvigstad")
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    told = str(list(LedgerEvent.objects.values_list("facts", flat=True)))
    assert "Qvigstad" not in told
    assert "@" not in told


def test_an_event_cannot_be_changed_or_deleted(world: World) -> None:
    event = LedgerEvent.objects.filter(chain__person=certified(world)).earliest("number")
    with pytest.raises(LedgerIsAppendOnlyError):
        event.save()
    with pytest.raises(LedgerIsAppendOnlyError):
        event.delete()


def test_a_row_changed_behind_its_back_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    person = certified(world)
    assert replay().differences == []
    Cycle.objects.filter(person=person).update(expires_on=dt.date(2030, 1, 1), grace_until=dt.date(2030, 2, 1))
    found = replay().differences
    assert any("expires_on" in text for text in found)
    with pytest.raises(SystemExit) as ended:
        call_command("certification_replay")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert person.email not in said.err
    assert said.out.strip().endswith("avvik")


def test_an_event_changed_removed_or_put_in_breaks_the_chain(world: World) -> None:
    person = certified(world)
    chain = LedgerChain.objects.get(person=person)
    first = LedgerEvent.objects.filter(chain=chain).earliest("number")
    LedgerEvent.objects.filter(pk=first.pk).update(facts={**first.facts, "pass_mark": 1})
    assert any("event 1" in text for text in replay().differences)
    LedgerEvent.objects.filter(pk=first.pk).update(facts=first.facts)
    assert replay().differences == []
    LedgerEvent.objects.filter(chain=chain, number=chain.length).delete()
    assert any("not as long" in text for text in replay().differences)


def test_erasing_the_person_leaves_the_chain_whole(world: World) -> None:
    person = certified(world)
    LedgerChain.objects.filter(person=person).update(person=None)
    found = replay()
    assert (found.chains, found.differences) == (1, [])


def test_a_standing_changed_behind_its_back_is_found(world: World) -> None:
    person = certified(world)
    Standing.objects.filter(person=person).update(expires_on=dt.date(2031, 1, 1))
    assert any("standing" in text for text in replay().differences)


def test_the_head_of_the_day_is_signed_once_and_changes_with_every_event(world: World) -> None:
    certified(world)
    head = sign_head(START)
    assert (head.chains, head.events) == (1, LedgerEvent.objects.count())
    certified(world)
    assert sign_head(START).digest == head.digest
    assert sign_head(START + DAY).digest != head.digest
    from certification.keys import verify_jws

    assert verify_jws(head.signature)["digest"] == head.digest
    assert LedgerHead.objects.count() == 2


def test_a_new_policy_reaches_open_cycles_only_when_asked_and_the_ledger_tells(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    policy = supersede(world.policy, version="2026-3", pass_mark=90, validity="P6M")
    settle_person(person.pk, START)
    cycle = Cycle.objects.get(person=person)
    assert (cycle.pass_mark, cycle.policy_versions) == (80, "2026-2")
    assert reach_open(world, START) == 1
    assert reach_open(world, START) == 0
    cycle.refresh_from_db()
    assert (cycle.pass_mark, cycle.validity, cycle.policy_ids) == (90, "P6M", [policy.pk])
    assert kinds(person)[-1] == "terms"
    assert replay().differences == []


def test_whatever_terms_cycles_differ_in_all_have_the_same_afterwards(world: World) -> None:
    first, second = world.teacher(since=START), world.teacher(since=START)
    settle_person(first.pk, START)
    between = supersede(world.policy, version="2026-3", validity="P6M")
    settle_person(second.pk, START)
    policy = supersede(between, version="2026-4", pass_mark=90)
    steps = Cycle.objects.get(person=first).steps
    assert reach_open(world, START) == 2
    terms = ("pass_mark", "validity", "policy_versions", "policy_ids", "steps")
    assert list(Cycle.objects.values_list(*terms)) == [(90, "P6M", "2026-4", [policy.pk], steps)] * 2
    assert replay().differences == []


def test_a_satisfied_cycle_keeps_what_it_was_opened_with(world: World) -> None:
    person = certified(world)
    supersede(world.policy, version="2026-3", validity="P6M")
    reach_open(world, START)
    assert Cycle.objects.get(person=person).expires_on == dt.date(2027, 5, 31)


def test_one_by_one_and_all_at_once_give_the_same(world: World) -> None:
    people = [world.teacher(since=START) for _ in range(3)]
    for person in people[:2]:
        world.read_course(person, START + DAY)
    world.take_test(people[0], START + DAY)
    settle_people([person.pk for person in people], START + DAY)
    together = list(Standing.objects.order_by("person_id").values_list("display", "due_on", "next_change_on"))
    Standing.objects.all().delete()
    for person in people:
        settle_person(person.pk, START + DAY)
    assert list(Standing.objects.order_by("person_id").values_list("display", "due_on", "next_change_on")) == together
    assert [row[0] for row in together] == ["valid", "in_progress", "not_started"]


def test_many_people_cost_as_many_queries_as_one(world: World, django_assert_max_num_queries) -> None:
    people = [world.teacher(since=START).pk for _ in range(30)]
    with django_assert_max_num_queries(45) as captured:
        settle_people(people[:1], START)
    with django_assert_max_num_queries(len(captured)):
        settle_people(people[1:], START)


# --- whatever happens, in whatever order ---


ACTS = (
    "read", "pass", "fail", "leave", "return", "move_policy", "wait", "waive", "suspend", "revoke", "extend", "correct",
    "undo",
)  # fmt: skip


def decide(world: World, person, act: str, day: dt.date, chance: random.Random) -> None:
    """A decision where one can be made; refused ones change nothing, which the replay then shows."""
    held = Cycle.objects.filter(person=person, state="satisfied").order_by("number").last()
    by = {"reason": "Etter vurdering.", "decided_by": person, "agency": world.agency}
    with contextlib.suppress(ValidationError):
        if act == "waive":
            decisions.waive(person=person, certification=world.certification, first_day=day, **by)
        elif act == "undo":
            made = Decision.objects.current().filter(person=person).order_by("pk").last()
            if made:
                decisions.undo(decision=made, undone_by=person)
        elif held and act in ("extend", "correct"):
            move = decisions.extend if act == "extend" else decisions.correct
            move(cycle=held, until=held.expires_on + chance.choice([-20, 30, 90]) * DAY, today=day, **by)
        elif held and act == "suspend":
            decisions.suspend(cycle=held, first_day=day, **by)
        elif held:
            decisions.revoke(cycle=held, today=day, **by)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=4, max_size=16), seed=st.integers(0, 10_000))
def test_replay_equals_what_is_stored_whatever_happens(world: World, acts: list[str], seed: int) -> None:
    chance = random.Random(seed)
    day = START
    person = world.teacher(since=START)
    settle_person(person.pk, day)
    version = 0
    for act in acts:
        day += dt.timedelta(days=chance.choice([1, 20, 60, 300, 400]))
        match act:
            case "read":
                world.read_course(person, day)
            case "pass":
                world.take_test(person, day)
            case "fail":
                world.take_test(person, day, passed=False)
            case "leave":
                membership = person.memberships.filter(superseded_at=None).latest("pk")
                if not MembershipPause.objects.current().filter(membership__thread=membership.thread).exists():
                    MembershipPause.objects.create(membership=membership, valid_from=day)
            case "return":
                for pause in MembershipPause.objects.current().filter(membership__person=person, valid_to=None):
                    supersede(pause, valid_to=max(day, pause.valid_from))
            case "move_policy":
                version += 1
                newest = Policy.objects.current().get(certification=world.certification)
                supersede(newest, version=f"h-{uuid.uuid4().hex[:8]}", pass_mark=chance.randint(60, 100))
                if version % 2:
                    reach_open(world, day)
            case "waive" | "suspend" | "revoke" | "extend" | "correct" | "undo":
                decide(world, person, act, day, chance)
        settle_person(person.pk, day)
        found = replay()
        assert found.differences == []
    earned = list(Cycle.objects.filter(person=person, state="satisfied").order_by("number"))
    assert [cycle.valid_from for cycle in earned] == sorted(cycle.valid_from for cycle in earned)
    assert Cycle.objects.filter(person=person, state="open").count() <= 1


# --- the arithmetic ---


REF = uuid.UUID(int=7)
AT = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


def chain_of(count: int) -> list[Event]:
    events, previous = [], ""
    for number in range(1, count + 1):
        own = hash_of(previous, REF, number, "duty", AT, {"certification": number})
        events.append(Event(number, "duty", {"certification": number}, AT, previous, own))
        previous = own
    return events


@given(
    facts=st.dictionaries(
        st.text(max_size=8),
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.dates() | st.uuids(),
        max_size=5,
    )
)
def test_anybody_can_compute_the_hash_from_what_is_stored(facts: dict[str, object]) -> None:
    """With nothing of ours: the rows as they are, JSON with sorted keys and no spaces, SHA-256."""
    stored = json.loads(json.dumps(facts, default=str))
    row = ["ab", str(REF), 3, "duty", "2026-11-22T09:30:00.000000+00:00", stored]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hash_of("ab", REF, 3, "duty", AT, facts) == hashlib.sha256(text.encode()).hexdigest()
    assert hash_of("ab", REF, 3, "duty", AT, stored) == hash_of("ab", REF, 3, "duty", AT, facts)


@given(count=st.integers(1, 12), data=st.data())
def test_any_one_change_is_found_where_it_was_made(count: int, data: st.DataObject) -> None:
    events = chain_of(count)
    assert broken_at(REF, events) is None
    place = data.draw(st.integers(0, count - 1))
    changed = list(events)
    old = changed[place]
    changed[place] = Event(old.number, old.kind, {"certification": -1}, old.recorded_at, old.previous, old.hash)
    assert broken_at(REF, changed) == place + 1
    if count > 1 and place < count - 1:
        assert broken_at(REF, events[:place] + events[place + 1 :]) == place + 1


@pytest.mark.parametrize(
    "events",
    [
        [("satisfied", {"cycle": "a"})],
        [("opened", {"cycle": "a", "certification": 1}), ("opened", {"cycle": "b", "certification": 1})],
        [("opened", {"cycle": "a", "certification": 1}), ("closed", {"cycle": "a"}), ("satisfied", {"cycle": "a"})],
        [("undone", {"decision": "x"})],
    ],
)
def test_no_state_without_a_legal_one_before(events: list[tuple[str, dict[str, object]]]) -> None:
    with pytest.raises(IllegalEventError):
        fold(events)
