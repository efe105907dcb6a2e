"""An attempt is begun once, keeps its questions, keeps the last answer, and is finished once."""

import threading
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from factories import make_person, make_unit

from assessments import services
from assessments.models import Answer, Attempt, Item, ItemOption, ItemVersion
from assessments.tasks import sweep_attempts
from evidence.models import Evidence
from evidence.signals import evidence_recorded


def together(*acts):
    """Runs `acts` at the same moment, each in a thread with a connection of its own; gives results or errors."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        gate.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# --- what is asked ---


@pytest.mark.django_db
def test_saving_an_unchanged_item_makes_no_version(quiz):
    item = Item.objects.first()
    first = services.save_item_version(item=item, made_by=None)
    assert services.save_item_version(item=Item.objects.get(pk=item.pk), made_by=make_person()) == first
    assert ItemVersion.objects.filter(item=item).count() == 1


@pytest.mark.django_db
def test_a_changed_item_makes_the_next_version_and_leaves_the_old_one(quiz):
    item = Item.objects.first()
    item.stem_nb = "Et annet spørsmål?"
    item.save()
    author = make_person()
    new = services.save_item_version(item=item, made_by=author)
    assert (new.number, new.stem, new.made_by) == (2, "Et annet spørsmål?", author)
    assert item.versions.get(number=1).stem != new.stem


@pytest.mark.django_db
def test_option_keys_are_letters_in_the_authors_order(quiz):
    version = ItemVersion.objects.first()
    assert [option["key"] for option in version.content["options"]] == ["a", "b", "c", "d"]
    assert version.content["options"][2]["harmful"]


@pytest.mark.django_db
@pytest.mark.parametrize("right", [0, 2])
def test_an_item_that_cannot_be_asked_makes_no_version(quiz, right):
    item = Item(code="X-1", topic=Item.objects.first().topic, stem_nb="?", why_nb="!")
    item.options = [ItemOption(text_nb=str(n), correct=n < right) for n in range(3)]
    item.save()
    with pytest.raises(ValidationError):
        services.save_item_version(item=item, made_by=None)
    assert not item.versions.exists()


@pytest.mark.django_db
def test_editing_the_bank_changes_nothing_in_an_attempt_that_is_open(learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    drawn = attempt.draw
    for item in Item.objects.all():
        options = list(item.options.all())
        options[0].correct, options[1].correct = False, True
        item.options, item.retired = options, True
        item.save()
        services.save_item_version(item=item, made_by=None)
    assert services.start_attempt(person=learner, quiz=quiz).draw == drawn
    answer(attempt, "aaaaaaaa")
    assert services.finish_attempt(attempt=attempt).correct == 8


@pytest.mark.django_db
def test_a_new_attempt_draws_the_latest_versions_of_items_in_use(learner, quiz, allow, make_item):
    item = Item.objects.get(code="gru-b1")
    Item.objects.filter(pk=item.pk).update(retired=True)
    make_item("ny", item.topic)
    changed = Item.objects.get(code="gru-b2")
    changed.why_nb = "En bedre grunn."
    changed.save()
    latest = services.save_item_version(item=changed, made_by=None)
    allow(learner, quiz)
    drawn = {one["version"] for one in services.start_attempt(person=learner, quiz=quiz).draw}
    assert latest.pk in drawn
    assert not drawn & set(changed.versions.filter(number=1).values_list("pk", flat=True))
    assert not drawn & set(item.versions.values_list("pk", flat=True))


# --- answers ---


@pytest.mark.django_db
def test_the_same_save_twice_is_one_answer(learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    for _ in range(2):
        assert services.save_answer(attempt=attempt, position=0, option="b", sequence=5) is True
    assert Answer.objects.get().option == "b"


@pytest.mark.django_db
@pytest.mark.parametrize(("sequence", "kept"), [(4, "b"), (5, "b"), (6, "c")])
def test_only_a_newer_save_overwrites(learner, quiz, allow, sequence, kept):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    services.save_answer(attempt=attempt, position=0, option="b", sequence=5)
    saved = services.save_answer(attempt=attempt, position=0, option="c", sequence=sequence)
    assert saved is (kept == "c")
    assert Answer.objects.get().option == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("position", "option"), [(-1, "a"), (8, "a"), (0, "e"), (0, "")])
def test_what_was_not_asked_cannot_be_answered(learner, quiz, allow, position, option):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    with pytest.raises(services.UnknownAnswerError):
        services.save_answer(attempt=attempt, position=position, option=option, sequence=1)


# --- the finish ---


@pytest.mark.django_db
def test_a_finish_records_one_row_of_evidence_with_the_share(learner, quiz, allow, sit):
    agency = make_unit("Etaten")
    allow(learner, quiz, agency=agency)
    attempt = sit(learner, quiz, "aaaaaaab")
    row = Evidence.objects.get()
    assert (row.person, row.agency, row.subject, row.subject_key) == (learner, agency, "quiz", quiz.key)
    assert (row.result, row.score, row.assurance) == ("passed", Decimal("0.875"), 30)
    assert row.source_ref == f"attempt:{attempt.public_id}"
    assert row.occurred_at == attempt.finished_at


@pytest.mark.django_db
def test_a_second_finish_gives_the_same_result_and_no_second_row(learner, quiz, allow, sit):
    allow(learner, quiz)
    first = sit(learner, quiz, "aaaaaaaa")
    second = services.finish_attempt(attempt=first)
    assert (second.finished_at, second.correct, second.passed) == (first.finished_at, 8, True)
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_a_harmful_answer_fails_with_everything_else_right(learner, quiz, allow, sit):
    allow(learner, quiz, pass_mark=1)
    attempt = sit(learner, quiz, "aaaaaaac")
    assert (attempt.correct, attempt.harmful, attempt.passed) == (7, 1, False)


@pytest.mark.django_db
def test_if_the_evidence_cannot_be_recorded_the_attempt_stays_open(learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "aaaaaaaa")

    def fail(**kwargs):
        raise RuntimeError("cut here")

    evidence_recorded.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            services.finish_attempt(attempt=attempt)
    finally:
        evidence_recorded.disconnect(fail)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPEN
    assert services.finish_attempt(attempt=attempt).passed
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_the_sweep_finishes_what_ran_out_and_only_that(quiz, allow):
    quiz.minutes_limit = 30
    quiz.save()
    people = [make_person() for _ in range(3)]
    with time_machine.travel("2027-04-20 12:00+02:00", tick=False):
        for person in people:
            allow(person, quiz)
        early = [services.start_attempt(person=person, quiz=quiz) for person in people[:2]]
        services.save_answer(attempt=early[0], position=0, option="a", sequence=1)
    with time_machine.travel("2027-04-20 12:20+02:00", tick=False):
        late = services.start_attempt(person=people[2], quiz=quiz)
    with time_machine.travel("2027-04-20 12:40+02:00", tick=False):
        assert sweep_attempts.delay().get() == 2
        assert sweep_attempts.delay().get() == 0
    for attempt in early:
        attempt.refresh_from_db()
        assert attempt.finished_at == attempt.deadline_at
    assert early[0].correct == 1
    late.refresh_from_db()
    assert late.state == Attempt.State.OPEN


@pytest.mark.django_db
def test_beginning_again_after_the_time_ran_out_finishes_the_old_attempt_first(learner, quiz, allow):
    quiz.minutes_limit = 30
    quiz.save()
    allow(learner, quiz, cool_down_days=0)
    with time_machine.travel("2027-04-20 12:00+02:00", tick=False):
        old = services.start_attempt(person=learner, quiz=quiz)
    with time_machine.travel("2027-04-20 13:00+02:00", tick=False):
        new = services.start_attempt(person=learner, quiz=quiz)
    old.refresh_from_db()
    assert (old.state, new.number) == (Attempt.State.FINISHED, 2)


# --- at the same moment ---


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_begin_at_once_get_one_attempt(make_quiz, allow):
    person, quiz = make_person(), make_quiz()
    allow(person, quiz)
    results = together(*[lambda: services.start_attempt(person=person, quiz=quiz)] * 4)
    assert {type(result) for result in results} == {Attempt}, results
    assert len({result.pk for result in results}) == Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_hand_in_at_once_give_one_result_and_one_row(make_quiz, allow, answer):
    person, quiz = make_person(), make_quiz()
    allow(person, quiz)
    attempt = services.start_attempt(person=person, quiz=quiz)
    answer(attempt, "aaaaaaaa")
    results = together(*[lambda: services.finish_attempt(attempt=attempt)] * 4)
    assert {type(result) for result in results} == {Attempt}, results
    assert len({result.finished_at for result in results}) == 1
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_saves_at_once_keep_the_newest(make_quiz, allow):
    person, quiz = make_person(), make_quiz()
    allow(person, quiz)
    attempt = services.start_attempt(person=person, quiz=quiz)
    saves = [
        lambda sequence=sequence, option=option: services.save_answer(
            attempt=attempt, position=0, option=option, sequence=sequence
        )
        for sequence, option in enumerate("abcd", 1)
    ]
    results = together(*saves)
    assert results[3] is True
    assert {type(result) for result in results} == {bool}, results
    assert Answer.objects.get().option == "d"


@pytest.mark.django_db(transaction=True)
def test_what_was_reported_as_saved_before_the_finish_is_graded(make_quiz, allow):
    person, quiz = make_person(), make_quiz()
    allow(person, quiz)
    attempt = services.start_attempt(person=person, quiz=quiz)
    saves = [
        lambda position=position: services.save_answer(attempt=attempt, position=position, option="a", sequence=1)
        for position in range(6)
    ]
    *saved, finished = together(*saves, lambda: services.finish_attempt(attempt=attempt))
    assert {type(result) for result in saved} <= {bool, services.AttemptClosedError}, saved
    assert finished.correct == saved.count(True) == Answer.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_same_leave_given_twice_at_once_is_one_row(make_quiz, allow):
    person, quiz = make_person(), make_quiz()
    results = together(*[lambda: allow(person, quiz)] * 3)
    assert len({result.pk for result in results}) == 1, results
