"""What the browser tells is kept first and concluded from after; late, doubled, out of order: it comes to the same."""

import datetime as dt
import itertools
import threading

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone
from factories import make_person

from evidence.models import Evidence
from media.activities import DoneWhen
from media.h5p.xapi import read_statement
from media.models import H5PResult, H5PStatement
from media.services import statements as service
from media.services.statements import conclude, read_as_text, reconcile, take_in_statements

INTERACTED = "http://adlnet.gov/expapi/verbs/interacted"


def tell(person, content, *told):
    take_in_statements(person=person, version=content.current, statements=[read_statement(one) for one in told])


@pytest.mark.django_db
def test_what_ends_the_activity_becomes_a_result_and_evidence(activity, told):
    person, content = make_person(), activity()
    tell(person, content, told(content, verb=INTERACTED), told(content, raw=3, most=4))
    result = H5PResult.objects.get()
    assert (result.person, result.content, result.share) == (person, content, 0.75)
    row = Evidence.objects.get()
    assert (row.subject, row.subject_key) == (Evidence.Subject.ACTIVITY, content.public_id)
    assert row.assurance == Evidence.Assurance.CLIENT_ASSERTED
    assert (row.result, float(row.score), row.edition_number) == (Evidence.Result.COMPLETED, 0.75, 1)


@pytest.mark.django_db
def test_what_ends_nothing_is_kept_and_nothing_is_concluded(activity, told):
    person, content = make_person(), activity()
    part = told(content)
    part["object"]["id"] += "?subContentId=0d5f9d0e-0000-4000-8000-000000000000"
    tell(person, content, told(content, verb=INTERACTED), part)
    assert H5PStatement.objects.count() == 2
    assert not H5PResult.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_the_same_statement_again_counts_once(activity, told):
    person, content = make_person(), activity()
    one = told(content)
    tell(person, content, one)
    tell(person, content, one, one)
    assert H5PStatement.objects.count() == H5PResult.objects.count() == Evidence.objects.count() == 1


@pytest.mark.django_db
def test_whatever_the_order_the_best_try_stands(activity, told):
    content = activity()
    tries = [told(content, raw=1, most=4), told(content, raw=4, most=4), told(content, raw=2, most=4)]
    for order in itertools.permutations(tries):
        person = make_person()
        for one in order:
            tell(person, content, one)
        assert H5PResult.objects.get(person=person).share == 1.0
        assert Evidence.objects.of(person.pk).latest("score").score == 1


@pytest.mark.django_db
def test_evidence_is_added_only_when_she_does_better(activity, told):
    person, content = make_person(), activity()
    for raw in (1, 0, 1, 3, 2):
        tell(person, content, told(content, raw=raw, most=4))
    assert [float(row.score) for row in Evidence.objects.of(person.pk).order_by("pk")] == [0.25, 0.75]


@pytest.mark.django_db
def test_her_answer_is_not_kept(activity, told):
    person, content = make_person(), activity()
    one = told(content)
    one["result"]["response"] = "noe hun har opplevd"
    one["actor"] = {"name": "Ingrid", "mbox": "mailto:ingrid@example.no"}
    tell(person, content, one)
    kept = str(H5PStatement.objects.values().get())
    assert "opplevd" not in kept
    assert "ingrid" not in kept.lower()


@pytest.mark.django_db
def test_what_was_finished_and_not_counted_is_found_at_night(activity, told, monkeypatch):
    person, content = make_person(), activity()
    with monkeypatch.context() as cut:
        cut.setattr(service, "conclude", lambda **named: None)
        tell(person, content, told(content))
    assert not H5PResult.objects.exists()
    assert reconcile() == 0  # it may be under way
    H5PStatement.objects.update(received_at=timezone.now() - dt.timedelta(hours=1))
    assert reconcile() == 1
    assert H5PResult.objects.get().person == person
    assert Evidence.objects.count() == 1
    assert reconcile() == 0


@pytest.mark.django_db
def test_a_failure_while_concluding_never_loses_what_was_told(activity, told, monkeypatch):
    person, content = make_person(), activity()
    monkeypatch.setattr(service, "_record", lambda *args: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        tell(person, content, told(content))
    assert H5PStatement.objects.filter(ends=True, counted_at=None).count() == 1
    assert not H5PResult.objects.exists()


@pytest.mark.django_db
def test_who_reads_it_as_text_has_done_it_and_says_so_herself(activity):
    person, content = make_person(), activity(as_text="<p>Lytt først.</p>")
    for _ in range(2):
        read_as_text(person=person, content=content)
    assert DoneWhen(100).met(H5PResult.objects.get())
    assert Evidence.objects.get().assurance == Evidence.Assurance.SELF_DECLARED


@pytest.mark.django_db
def test_text_and_then_the_activity_itself_both_count(activity, told):
    person, content = make_person(), activity(as_text="<p>Lytt først.</p>")
    read_as_text(person=person, content=content)
    tell(person, content, told(content, raw=1, most=2))
    result = H5PResult.objects.get()
    assert result.as_text
    assert result.share == 0.5
    assert Evidence.objects.count() == 2


@pytest.mark.django_db
def test_one_persons_statements_are_nobody_elses(activity, told):
    one, other, content = make_person(), make_person(), activity()
    same = told(content)
    tell(one, content, same)
    tell(other, content, same)
    assert set(H5PResult.objects.values_list("person", flat=True)) == {one.pk, other.pk}
    assert conclude(person=make_person(), content=content) is None


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="two at once wait in line on SQLite by themselves")
@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_come_to_one_result(activity, told):
    person, content = make_person(), activity()
    tries = [told(content, raw=raw, most=4) for raw in (1, 2, 3, 4)]

    def run(one):
        tell(person, content, one)
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert H5PResult.objects.get().share == 1.0
    assert not H5PStatement.objects.filter(counted_at=None).exists()


@pytest.mark.parametrize(
    ("rule", "share", "success", "met"),
    [
        (DoneWhen(), None, None, True),
        (DoneWhen(70), 0.7, None, True),
        (DoneWhen(70), 0.6999, True, False),  # the author's mark, not the content's own
        (DoneWhen(33), 0.3333, None, True),
        (DoneWhen(70), None, True, True),
        (DoneWhen(70), None, None, False),
        (DoneWhen(70), None, False, False),
    ],
)
def test_the_authors_sentence_decides_what_is_done(rule, share, success, met):
    assert rule.met(H5PResult(share=share, success=success)) is met
    assert rule.met(None) is False


@pytest.mark.parametrize(("rule", "least"), [("passed", None), ("passed", 0), ("passed", 101), ("noe", 50)])
def test_a_rule_that_no_author_can_set_is_refused(rule, least):
    with pytest.raises(ValueError, match=rule):
        DoneWhen.read(rule, least)
