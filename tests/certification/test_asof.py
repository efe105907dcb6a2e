"""How somebody stood on a day, by what was known on a day: as it was seen then, and as it is known now."""

import datetime as dt
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
import time_machine
from factories import make_membership, make_person, make_role, make_unit
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, make_world, noon

from agencies.models import Unit
from agencies.services import end_membership, end_pause, move_unit, pause_membership
from certification.asof import Answer, Pass, Said, Terms, answer_on, held_of_chain, subtree, tree_on
from certification.models import Cycle, Standing
from certification.moving import Dates
from certification.passes import Days
from certification.services import settle_person
from certification.services.asof import end_of, people_on, place_on, standings_on
from certification.services.decisions import correct, end_decision, extend, revoke, suspend, undo, waive
from certification.standing import Held

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
EXPIRES = dt.date(2027, 5, 31)
LONG_AFTER = dt.date(2029, 1, 1)


def on(day: dt.date):
    """It is `day`: whatever is done now is recorded then."""
    return time_machine.travel(noon(day), tick=False)


def asked(world: World, person, day: dt.date, known_on: dt.date, top: Unit | None = None) -> Answer | None:
    """How she stood on `day`, as known at the end of `known_on`; None where nothing was required of her there."""
    known_at = end_of(known_on, "Europe/Oslo")
    place = place_on([(top or world.agency).path], day, known_at)
    found = standings_on(place, day, known_at, [person.pk])
    return found[0].answer if found else None


def seen(person) -> tuple:
    row = Standing.objects.get(person=person)
    held = (row.valid_from, row.window_opens_on, row.expires_on, row.grace_until) if row.valid_from else None
    return row.state, row.display, held, row.required, row.waived, row.paused, row.due_on


def told(answer: Answer) -> tuple:
    held = answer.held
    dates = (held.valid_from, held.window_opens_on, held.expires_on, held.grace_until) if held else None
    duty = answer.duty
    return answer.state, answer.display, dates, duty.required, duty.waived, duty.paused, duty.due_on


@pytest.fixture
def world(db: None) -> World:
    """Made long ago, so that it was known on every day that is asked about."""
    with on(dt.date(2020, 1, 2)):
        return make_world()


def certify(world: World, person, day: dt.date) -> Cycle:
    with on(day):
        world.read_course(person, day)
        world.take_test(person, day)
        settle_person(person.pk, day)
    return Cycle.objects.filter(person=person, state="satisfied").latest("number")


@dataclass
class Diary:
    """What the ordinary answer was, day by day."""

    person: object
    days: dict[dt.date, tuple] = field(default_factory=dict)

    @contextmanager
    def page(self, day: dt.date):
        with on(day):
            yield
            settle_person(self.person.pk, day)
            self.days[day] = seen(self.person)


def test_today_as_known_today_is_what_everybody_else_says(world: World) -> None:
    with on(START - 90 * DAY):
        people = [world.teacher(since=START - 90 * DAY) for _ in range(4)]
    certified, begun, _overdue, waived = people
    certify(world, certified, START)
    with on(START):
        world.read_course(begun, START)
        waive(
            person=waived,
            certification=world.certification,
            agency=world.agency,
            reason="Pensjon",
            decided_by=certified,
            first_day=START,
        )
    for day in (START, EXPIRES - 10 * DAY, EXPIRES + DAY, EXPIRES + 100 * DAY):
        for person in people:
            with on(day):
                settle_person(person.pk, day)
                assert told(asked(world, person, day, day)) == seen(person)


def test_every_day_of_a_long_history_is_told_as_it_was_seen_then(world: World) -> None:
    """Leave, late evidence, extension, correction, suspension, all undone or ended: nothing of it rewrites a day."""
    with on(START - 30 * DAY):
        person = world.teacher(since=START - 30 * DAY)
    boss = make_person("Berit", "Sjef")
    diary = Diary(person)
    about = {"reason": "Etter vurdering", "decided_by": boss, "agency": world.agency}
    with diary.page(START):
        pass
    with diary.page(START + 10 * DAY):
        leave = pause_membership(membership=person.memberships.get(), first_day=START + 5 * DAY)
    with diary.page(START + 60 * DAY):
        end_pause(pause=leave, last_day=START + 40 * DAY)
    with diary.page(START + 70 * DAY):
        world.read_course(person, START + 50 * DAY)
    with diary.page(START + 80 * DAY):
        world.take_test(person, START + 55 * DAY)
    cycle = Cycle.objects.get(person=person, state="satisfied")
    with diary.page(START + 90 * DAY):
        longer = extend(cycle=cycle, until=cycle.expires_on + 30 * DAY, **about)
    with diary.page(START + 100 * DAY):
        shorter = correct(cycle=cycle, until=cycle.expires_on - 100 * DAY, **about)
    with diary.page(START + 110 * DAY):
        hold = suspend(cycle=cycle, first_day=START + 105 * DAY, **about)
    with diary.page(START + 120 * DAY):
        end_decision(decision=hold, last_day=START + 115 * DAY, ended_by=boss)
    with diary.page(START + 130 * DAY):
        undo(decision=shorter, undone_by=boss)
    with diary.page(START + 140 * DAY):
        undo(decision=longer, undone_by=boss)
    with diary.page(START + 360 * DAY):
        world.take_test(person, START + 360 * DAY)
    with diary.page(START + 500 * DAY):
        revoke(cycle=Cycle.objects.filter(person=person, state="satisfied").latest("number"), **about)
    assert len({display for _state, display, *_rest in diary.days.values()}) >= 5
    for day, was in diary.days.items():
        assert told(asked(world, person, day, day)) == was, day


def test_evidence_recorded_late_certifies_the_day_it_happened_but_not_as_it_was_known_then(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
        settle_person(person.pk, START)
    with on(START + 20 * DAY):
        world.read_course(person, START)
        world.take_test(person, START)
        settle_person(person.pk, START + 20 * DAY)
    assert asked(world, person, START + 5 * DAY, START + 5 * DAY).display == "not_started"
    assert asked(world, person, START + 5 * DAY, START + 20 * DAY).display == "valid"
    assert asked(world, person, START - DAY, START + 20 * DAY) is None


def test_a_renewal_of_later_does_not_change_how_she_stood_before_it(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
    certify(world, person, START)
    with on(EXPIRES - 20 * DAY):
        settle_person(person.pk, EXPIRES - 20 * DAY)
        world.take_test(person, EXPIRES - 20 * DAY)
        settle_person(person.pk, EXPIRES - 20 * DAY)
    before = asked(world, person, EXPIRES - 21 * DAY, LONG_AFTER)
    after = asked(world, person, EXPIRES - 20 * DAY, LONG_AFTER)
    assert (before.display, before.held.expires_on) == ("window", EXPIRES)
    assert (after.display, after.held.expires_on, after.held.valid_from) == ("valid", dt.date(2028, 5, 31), START)


def test_an_extension_recorded_later_is_not_known_before_it(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
    cycle = certify(world, person, START)
    decided_on, asked_on = EXPIRES + 5 * DAY, EXPIRES + 2 * DAY
    with on(decided_on):
        decision = extend(
            cycle=cycle, until=EXPIRES + 90 * DAY, reason="Sykdom", decided_by=make_person(), agency=world.agency
        )
    then, now = asked(world, person, asked_on, asked_on), asked(world, person, asked_on, decided_on)
    assert (then.display, then.held.expires_on, then.held.grace_until) == ("grace", EXPIRES, EXPIRES + 60 * DAY)
    assert (now.display, now.held.expires_on) == ("window", EXPIRES + 90 * DAY)
    with on(decided_on + 5 * DAY):
        undo(decision=decision, undone_by=make_person())
    assert asked(world, person, asked_on, decided_on).held.expires_on == EXPIRES + 90 * DAY
    assert asked(world, person, asked_on, decided_on + 5 * DAY).held.expires_on == EXPIRES


def test_a_correction_is_how_it_was_all_along_once_it_is_known(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
    cycle = certify(world, person, START)
    until = START + 99 * DAY
    with on(START + 200 * DAY):
        correct(cycle=cycle, until=until, reason="Feil dato", decided_by=make_person(), agency=world.agency)
    day = START + 120 * DAY
    assert asked(world, person, day, day).held.expires_on == EXPIRES
    assert asked(world, person, day, day).display == "valid"
    assert asked(world, person, day, START + 200 * DAY).held.expires_on == until
    assert asked(world, person, day, START + 200 * DAY).display == "grace"


def test_a_corrected_membership_is_required_as_believed_on_the_day_one_asks_about(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
        settle_person(person.pk, START)
    with on(START + 40 * DAY):
        end_membership(membership=person.memberships.get(), last_day=START + 20 * DAY)
        settle_person(person.pk, START + 40 * DAY)
    day = START + 30 * DAY
    assert asked(world, person, day, day).duty.required
    assert asked(world, person, day, START + 40 * DAY) is None
    assert asked(world, person, START + 20 * DAY, START + 40 * DAY).duty.required


def test_leave_recorded_late(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
        settle_person(person.pk, START)
    with on(START + 80 * DAY):
        pause_membership(membership=person.memberships.get(), first_day=START + 10 * DAY)
        settle_person(person.pk, START + 80 * DAY)
    day = START + 61 * DAY
    assert (asked(world, person, day, day).duty.paused, asked(world, person, day, day).display) == (False, "overdue")
    known = asked(world, person, day, START + 80 * DAY)
    assert (known.duty.paused, known.display) == (True, "not_started")


def test_people_are_counted_where_their_unit_stood_on_the_day_as_far_as_was_known(world: World) -> None:
    with on(START):
        north, south = make_unit("Nord", world.agency), make_unit("Sør", world.agency)
        person = make_person()
        school = make_unit("Haugen", north)
        make_membership(person, school, make_role(), valid_from=START)
        settle_person(person.pk, START)
    moved_on, told_on = START + 50 * DAY, START + 60 * DAY
    with on(told_on):
        move_unit(unit=school, parent=south, day=moved_on)
        settle_person(person.pk, told_on)
    north, south = Unit.objects.get(pk=north.pk), Unit.objects.get(pk=south.pk)

    def where(day: dt.date, known_on: dt.date) -> tuple[bool, bool, bool]:
        return tuple(
            asked(world, person, day, known_on, top) is not None
            for top in (north, south, Unit.objects.get(pk=world.agency.pk))
        )

    assert where(moved_on - DAY, told_on) == (True, False, True)
    assert where(moved_on, told_on) == (False, True, True)
    assert where(moved_on, told_on - DAY) == (True, False, True)


def test_a_job_outside_the_place_shows_nobody_but_counts_in_how_she_stands(world: World) -> None:
    with on(START):
        person = world.teacher(since=START)
        other = make_unit("Bråten", world.agency)
        make_membership(person, other, make_role("head", "Rektor"), valid_from=START - 100 * DAY)
        stranger = make_person()
        make_membership(stranger, other, make_role(), valid_from=START)
        for one in (person, stranger):
            settle_person(one.pk, START)
    known_at = end_of(START, "Europe/Oslo")
    place = place_on([world.school.path], START, known_at)
    found = standings_on(place, START, known_at, people_on(place, START, known_at))
    assert [row.person_id for row in found] == [person.pk]
    assert {unit for unit, _role in found[0].jobs} == {world.school.pk}
    assert told(found[0].answer) == seen(person)


def test_reads_one_person_and_a_hundred_in_the_same_queries(world: World, django_assert_num_queries) -> None:
    for count in (1, 12):
        for _ in range(count):
            with on(START):
                person = world.teacher(since=START)
            certify(world, person, START)
        with django_assert_num_queries(6):
            known_at = end_of(START, "Europe/Oslo")
            place = place_on([world.agency.path], START, known_at)
            standings_on(place, START, known_at, people_on(place, START, known_at))


def test_the_last_instant_of_a_day_is_that_of_the_agency() -> None:
    assert end_of(dt.date(2026, 6, 1), "Europe/Oslo") == dt.datetime(2026, 6, 1, 21, 59, 59, 999999, dt.UTC)
    assert end_of(dt.date(2026, 10, 25), "Europe/Oslo") == dt.datetime(2026, 10, 25, 22, 59, 59, 999999, dt.UTC)
    assert end_of(dt.date(2026, 3, 28), "Europe/Oslo") == dt.datetime(2026, 3, 28, 22, 59, 59, 999999, dt.UTC)


# --- pure -------------------------------------------------------------------------------------------

YEAR = 364 * DAY


def link(first: dt.date, days: int = 364) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    last = first + days * DAY
    return first, max(first, last - 60 * DAY), last, last + 60 * DAY


@pytest.mark.parametrize(
    ("starts", "first"),
    [
        ([START], START),
        ([START, START + 365 * DAY], START),
        ([START, START + 366 * DAY], START + 366 * DAY),
        ([START, START + 300 * DAY], START),
        ([START, START + 400 * DAY, START + 765 * DAY], START + 400 * DAY),
    ],
)
def test_a_chain_is_unbroken_while_each_begins_no_later_than_the_day_after_the_other(starts, first) -> None:
    newest = link(starts[-1])
    assert held_of_chain([link(start) for start in starts]) == Held(first, *newest[1:])


def test_no_periods_hold_nothing() -> None:
    assert held_of_chain([]) is None


days = st.integers(0, 1500).map(lambda n: dt.date(2026, 1, 1) + n * DAY)


def instant(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


@st.composite
def passes(draw) -> Pass:
    pk = draw(st.integers(1, 6))
    first, opens, last, grace = link(draw(days), draw(st.integers(0, 800)))
    done = draw(st.booleans())
    return Pass(
        pk=pk,
        public_id=uuid.UUID(int=pk),
        number=pk,
        imported=draw(st.booleans()),
        opened_on=first,
        recorded_at=instant(draw(days)),
        begun_on=draw(st.none() | days),
        closed_on=None if done else draw(st.none() | days),
        satisfied_on=draw(days) if done else None,
        proven_at=instant(draw(days)) if done else None,
        dates=Dates(first, last, last, opens, grace) if done else None,
        terms=Terms("P12M", "P60D", "P60D", "expiry", "", ""),
    )


@st.composite
def decisions(draw) -> Said:
    kind = draw(st.sampled_from(["waiver", "extension", "correction", "suspension", "revocation"]))
    moves = kind in ("extension", "correction")
    cycle = None if kind == "waiver" else draw(st.integers(1, 6))
    recorded = draw(days)
    gone = draw(st.none() | st.integers(1, 300))
    return Said(
        pk=draw(st.integers(1, 100)),
        kind=kind,
        cycle_id=cycle,
        days=Days(draw(days), None),
        until=dt.date(2031, 1, 1) + draw(st.integers(0, 500)) * DAY if moves else None,
        recorded_at=instant(recorded),
        superseded_at=instant(recorded + gone * DAY) if gone else None,
    )


@given(st.lists(passes(), max_size=5), st.lists(decisions(), max_size=5), days, days)
def test_what_was_recorded_after_the_day_it_was_known_changes_nothing(rows, said, day, known) -> None:
    rows = list({row.pk: row for row in rows}.values())
    known_at = instant(known)

    def answer(some, decided) -> Answer:
        return answer_on(day, known_at, passes=some, decisions=decided, claims=(), leave={})

    def before_the_proof(row: Pass) -> Pass:
        # Where nothing was seen before all of it was shown, nobody knew before the proof that it had begun.
        begun_on = None if row.begun_on and row.begun_on >= row.satisfied_on else row.begun_on
        return replace(row, proven_at=None, satisfied_on=None, dates=None, begun_on=begun_on)

    # A certificate whose dates nobody had moved yet by then, and no decision of later.
    early = [
        before_the_proof(row) if row.proven_at and row.proven_at > known_at else row
        for row in rows
        if row.recorded_at <= known_at or (row.proven_at and row.proven_at <= known_at)
    ]
    believed = [one if one.known_at(known_at) else None for one in said]
    if all(one is not None or said[i].until is None for i, one in enumerate(believed)):
        # Without moves of the dates that came or went later, the stored dates are those of then.
        assert told(answer(rows, said)) == told(answer(early, [one for one in believed if one]))
    # And what is believed now but was not then is never needed: asking twice gives the same.
    assert told(answer(rows, said)) == told(answer(list(reversed(rows)), said))


@given(st.lists(passes(), max_size=5), days, days)
def test_a_certificate_earned_after_the_day_changes_nothing(rows, day, known) -> None:
    rows = list({row.pk: row for row in rows}.values())

    def answer(some) -> Answer:
        return answer_on(day, instant(known), passes=some, decisions=(), claims=(), leave={})

    earlier = [
        replace(row, satisfied_on=None, proven_at=None, dates=None)
        if row.satisfied_on and row.satisfied_on > day
        else row
        for row in rows
    ]
    assert told(answer(rows)) == told(answer(earlier))


def test_a_unit_stands_where_it_was_put_even_before_and_after_anybody_wrote_it_down() -> None:
    placed = [(1, None, START, None), (2, 1, START, START + 9 * DAY), (2, 3, START + 10 * DAY, START + 20 * DAY)]
    assert tree_on(placed, START - DAY)[2] == 1
    assert tree_on(placed, START + 9 * DAY)[2] == 1
    assert tree_on(placed, START + 10 * DAY)[2] == 3
    assert tree_on(placed, LONG_AFTER)[2] == 3


def test_a_subtree_ends_even_where_what_was_believed_goes_round() -> None:
    assert subtree({1: 2, 2: 1, 3: 2, 4: None}, [1]) == {1, 2, 3}
