"""Statements: what is read, what is refused, and how many of them become one result."""

import datetime as dt
import math
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.xapi import (
    LONGEST_RESPONSE,
    SINGLE_QUESTIONS,
    Result,
    Rule,
    Statement,
    StatementError,
    finishes,
    read_statement,
    result_of,
)

IRI = "https://example.org/h5p/contents/7"
SUB = f"{IRI}?subContentId=0a4ccb2a-5b1f-4d1c-9a53-1d9a3b8dbf51"
ADL = "http://adlnet.gov/expapi/verbs/"
NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


def statement(verb: str = "completed", *, object_id: str = IRI, **parts: Any) -> dict[str, Any]:
    """A statement as core writes it, with the id that the player adds."""
    return {
        "id": "6f1e4a0c-6f0e-4f5b-8a53-0c8f5e3a9b11",
        "actor": {"account": {"name": "someone"}, "objectType": "Agent"},
        "verb": {"id": ADL + verb, "display": {"en-US": verb}},
        "object": {"id": object_id, "objectType": "Activity", "definition": {"extensions": {}}},
        **parts,
    }


def scored(**score: Any) -> dict[str, Any]:
    return statement(result={"score": score})


def ending(number: int = 0, **parts: Any) -> Statement:
    return replace(Statement(str(uuid.UUID(int=number)), "completed", IRI), **parts)


def fold(*statements: Statement, pass_share: float | None = None, single_question: bool = False) -> Result:
    return result_of(statements, iri=IRI, pass_share=pass_share, single_question=single_question)


# Reading


def test_a_statement_as_core_writes_it_is_read_whole() -> None:
    data = statement(
        "answered",
        object_id=SUB,
        timestamp="2027-03-01T13:00:00+01:00",
        context={"contextActivities": {"parent": [{"id": IRI, "objectType": "Activity"}]}},
        result={
            "score": {"min": 0, "max": 3, "raw": 2, "scaled": 0.6667},
            "completion": True,
            "success": False,
            "response": "0[,]2",
            "duration": "PT12.34S",
        },
    )
    assert read_statement(data) == Statement(
        id="6f1e4a0c-6f0e-4f5b-8a53-0c8f5e3a9b11",
        verb="answered",
        object_id=SUB,
        sub_content_id="0a4ccb2a-5b1f-4d1c-9a53-1d9a3b8dbf51",
        parent_ids=(IRI,),
        raw=2,
        max=3,
        scaled=0.6667,
        success=False,
        completion=True,
        response="0[,]2",
        duration_seconds=12.34,
        timestamp=NOON,
    )


def test_known_verbs_get_a_short_name_and_others_keep_their_iri() -> None:
    consumed = statement() | {"verb": {"id": "http://activitystrea.ms/schema/1.0/consume"}}
    foreign = statement() | {"verb": {"id": "https://example.org/verbs/completed"}}
    assert read_statement(statement("progressed")).verb == "progressed"
    assert read_statement(consumed).verb == "consumed"
    assert read_statement(foreign).verb == "https://example.org/verbs/completed"


def test_a_verb_that_is_only_a_short_name_is_refused_so_that_nobody_passes_for_a_known_one() -> None:
    with pytest.raises(StatementError, match=r"verb\.id"):
        read_statement(statement() | {"verb": {"id": "completed"}})


def test_null_counts_as_absent_because_core_writes_it_for_a_number_that_is_none() -> None:
    read = read_statement(statement(context=None, timestamp=None, result={"score": {"raw": None}, "success": None}))
    assert (read.raw, read.success, read.timestamp) == (None, None, None)


def test_a_sub_content_is_known_by_its_iri_or_by_the_extension_of_core() -> None:
    extended = statement()
    extended["object"]["definition"]["extensions"]["http://h5p.org/x-api/h5p-subContentId"] = "abc"
    assert read_statement(extended).sub_content_id == "abc"
    assert read_statement(statement(object_id=SUB)).sub_content_id == SUB.rpartition("=")[2]
    assert read_statement(statement()).sub_content_id is None


def test_one_parent_may_stand_without_a_list_and_one_without_an_id_is_skipped() -> None:
    alone = statement(context={"contextActivities": {"parent": {"id": IRI}}})
    nameless = statement(context={"contextActivities": {"parent": [{"objectType": "Activity"}]}})
    assert read_statement(alone).parent_ids == (IRI,)
    assert read_statement(nameless).parent_ids == ()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT0S", 0), ("PT0.5S", 0.5), ("PT1M", 60), ("PT1H2M3S", 3_723), ("P1DT1S", 86_401), ("P2W", 1_209_600)],
)
def test_durations_are_read_in_seconds(text: str, seconds: float) -> None:
    assert read_statement(statement(result={"duration": text})).duration_seconds == seconds


def test_a_clock_set_back_while_she_worked_costs_the_duration_and_not_the_result() -> None:
    assert read_statement(statement(result={"duration": "PT-3.5S"})).duration_seconds is None


def test_a_long_answer_is_cut_and_what_cannot_be_stored_is_taken_out() -> None:
    read = read_statement(statement(result={"response": "bl\u00e5b\u00e6r\x00\ud800" + "x" * 20_000}))
    assert read.response is not None
    assert read.response.startswith("blåbær?x")
    assert len(read.response) < LONGEST_RESPONSE
    assert "\x00" not in read.response


@pytest.mark.parametrize(
    "score",
    [
        {"raw": -1},
        {"raw": 3, "max": 2},
        {"max": -1},
        {"scaled": 1.01},
        {"scaled": -1.01},
        {"raw": True},
        {"raw": "1"},
        {"raw": math.nan},
        {"raw": math.inf},
        {"max": math.inf},
        {"scaled": math.nan},
        {"raw": 10**400},
        {"scaled": [1]},
    ],
)
def test_a_score_out_of_bounds_is_refused(score: dict[str, Any]) -> None:
    with pytest.raises(StatementError, match=r"result\.score"):
        read_statement(scored(**score))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": None}, "id"),
        ({"id": "{6f1e4a0c-6f0e-4f5b-8a53-0c8f5e3a9b11}"}, "id"),
        ({"verb": None}, "verb"),
        ({"verb": {"id": "x:" + "y" * 3_000}}, "verb.id"),
        ({"object": {"definition": {}}}, "object.id"),
        ({"object": {"id": "https://example.org/\ud800"}}, "object.id"),
        ({"object": {"id": IRI, "objectType": "StatementRef"}}, "object.objectType"),
        ({"object": {"id": IRI, "definition": []}}, "object.definition"),
        ({"result": []}, "result"),
        ({"result": {"success": 1}}, "result.success"),
        ({"result": {"completion": "true"}}, "result.completion"),
        ({"result": {"response": 1}}, "result.response"),
        ({"result": {"duration": "P1Y"}}, "result.duration"),
        ({"result": {"duration": "PT"}}, "result.duration"),
        ({"result": {"duration": "P"}}, "result.duration"),
        ({"result": {"duration": 3}}, "result.duration"),
        ({"timestamp": "2027-03-01T12:00:00"}, "timestamp"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": 1}, "timestamp"),
        ({"context": {"contextActivities": {"parent": ["x"]}}}, "context.contextActivities.parent"),
        ({"context": {"contextActivities": {"parent": [{"id": IRI}] * 21}}}, "context.contextActivities.parent"),
    ],
)
def test_nonsense_is_refused_and_the_part_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(StatementError) as refused:
        read_statement(statement() | changed)
    assert refused.value.field == field
    assert refused.value.reason


# Whatever comes

texts = st.text(st.characters())  # lone surrogates too: JSON can write them
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def near(valid: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly right, now and then anything."""
    return st.one_of(valid, valid, valid, anything)


nearly_a_score = st.fixed_dictionaries({}, optional={name: near(st.floats(-1, 3)) for name in ("raw", "max", "scaled")})
nearly_a_result = st.fixed_dictionaries(
    {},
    optional={
        "score": near(nearly_a_score),
        "success": near(st.booleans()),
        "completion": near(st.booleans()),
        "response": near(texts),
        "duration": near(st.from_regex(r"P[0-9TDHMSW.-]*", fullmatch=True)),
    },
)
nearly_a_statement = st.fixed_dictionaries(
    {
        "id": near(st.uuids().map(str)),
        "verb": near(st.fixed_dictionaries({"id": near(st.sampled_from([ADL + "completed", ADL + "answered"]))})),
        "object": near(st.fixed_dictionaries({"id": near(st.sampled_from([IRI, SUB]))})),
    },
    optional={
        "result": near(nearly_a_result),
        "timestamp": near(st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat)),
        "context": near(
            st.fixed_dictionaries({"contextActivities": near(st.dictionaries(st.just("parent"), anything))})
        ),
    },
)


@given(anything | nearly_a_statement)
def test_any_json_is_a_statement_that_makes_sense_or_is_refused(data: object) -> None:
    try:
        read = read_statement(data)
    except StatementError:
        return
    assert read.raw is None or 0 <= read.raw <= (math.inf if read.max is None else read.max)
    assert read.share is None or -1 <= read.share <= 1
    assert read.duration_seconds is None or 0 <= read.duration_seconds < math.inf
    for text in (read.id, read.verb, read.object_id, read.response or "", *read.parent_ids):
        text.encode()
        assert "\x00" not in text


# Folding

endings = st.builds(
    Statement,
    id=st.sampled_from([str(uuid.UUID(int=number)) for number in range(4)]),
    verb=st.sampled_from(["attempted", "progressed", "answered", "completed", "passed", "failed", "consumed"]),
    object_id=st.sampled_from([IRI, IRI, SUB, "https://example.org/other"]),
    sub_content_id=st.none() | st.just("abc"),
    parent_ids=st.sampled_from([(), (), (IRI,)]),
    raw=st.none() | st.sampled_from([0.0, 1.0, 2.0]),
    max=st.none() | st.sampled_from([0.0, 2.0, 3.0]),
    scaled=st.none() | st.sampled_from([-1.0, 0.0, 0.5, 1.0]),
    success=st.none() | st.booleans(),
    completion=st.none() | st.booleans(),
    timestamp=st.none() | st.sampled_from([NOON, NOON + dt.timedelta(minutes=1)]),
)
shares = st.none() | st.sampled_from([0.0, 0.5, 1.0])


@given(st.lists(endings, max_size=6), st.data(), shares, st.booleans())
def test_neither_order_nor_repetition_changes_the_result(
    statements: list[Statement], data: st.DataObject, share: float | None, single: bool
) -> None:
    again = data.draw(st.lists(st.sampled_from(statements), max_size=4)) if statements else []
    shuffled = data.draw(st.permutations(statements + again))
    assert fold(*shuffled, pass_share=share, single_question=single) == fold(
        *statements, pass_share=share, single_question=single
    )


@given(st.lists(endings, max_size=6), endings, shares, st.booleans())
def test_a_further_statement_never_takes_back_what_she_reached(
    statements: list[Statement], more: Statement, share: float | None, single: bool
) -> None:
    before = fold(*statements, pass_share=share, single_question=single)
    after = fold(*statements, more, pass_share=share, single_question=single)
    assert after.finished >= before.finished
    assert after.passed is True or before.passed is not True
    assert before.scaled is None or (after.scaled is not None and after.scaled >= before.scaled)


@given(endings, st.booleans())
def test_what_a_sub_content_completed_never_finishes_the_whole(inner: Statement, single: bool) -> None:
    for part in (
        replace(inner, object_id=SUB),
        replace(inner, sub_content_id="abc"),
        replace(inner, parent_ids=(IRI,)),
    ):
        assert fold(part, single_question=single) == Result()


def test_a_chapter_completed_does_not_finish_the_book() -> None:
    chapter = read_statement(statement(object_id=SUB, result={"completion": True, "success": True}))
    assert not fold(chapter).finished


def test_progressed_after_completed_is_harmless() -> None:
    done = ending(1, raw=1, max=2)
    late = ending(2, verb="progressed", raw=0, max=2, timestamp=NOON)
    assert fold(done, late) == fold(done) == Result(True, None, 1, 2, 0.5, done.id)


def test_answered_ends_a_single_question_and_nothing_else() -> None:
    answered = ending(verb="answered", success=True)
    assert fold(answered, single_question=True).finished
    assert not fold(answered).finished
    assert not fold(replace(answered, completion=False), single_question=True).finished
    assert "H5P.MultiChoice" in SINGLE_QUESTIONS
    assert "H5P.QuestionSet" not in SINGLE_QUESTIONS


@pytest.mark.parametrize(
    ("verb", "ends"), [("completed", True), ("passed", True), ("failed", False), ("consumed", False)]
)
def test_the_whole_ends_with_completed_or_passed(verb: str, ends: bool) -> None:
    assert finishes(ending(verb=verb), iri=IRI, single_question=True) is ends


@pytest.mark.parametrize(
    ("parts", "share", "passed"),
    [
        ({"success": True, "raw": 0, "max": 1}, 1.0, True),
        ({"success": False, "raw": 1, "max": 1}, 0.5, False),
        ({"raw": 8, "max": 10}, 0.8, True),
        ({"raw": 7, "max": 10}, 0.8, False),
        ({"scaled": 0.3333}, 1 / 3, True),
        ({"raw": 1, "max": 1}, None, None),
        ({"raw": 0, "max": 0}, 0.5, None),
        ({}, 0.5, None),
        ({"verb": "passed"}, None, True),
    ],
)
def test_she_passed_when_the_content_says_so_or_her_share_reaches_the_mark(
    parts: dict[str, Any], share: float | None, passed: bool | None
) -> None:
    assert fold(ending(**parts), pass_share=share).passed is passed


def test_the_best_ending_counts_then_the_earliest_then_the_smallest_id() -> None:
    half, early, late = ending(0, scaled=0.5), ending(9, scaled=1, timestamp=NOON), ending(2, scaled=1)
    assert fold(half, early, late).finished_by == early.id
    assert fold(half, late, replace(late, id=ending(1).id)).finished_by == ending(1).id


def test_the_rule_says_whether_reaching_the_end_is_enough() -> None:
    assert [fold(ending(success=said)).meets(Rule.FINISHED) for said in (None, False, True)] == [True, True, True]
    assert [fold(ending(success=said)).meets(Rule.PASSED) for said in (None, False, True)] == [False, False, True]
    assert not Result().meets(Rule.FINISHED)


@pytest.mark.parametrize("share", [-0.1, 1.1, 80, math.nan])
def test_a_mark_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="pass_share"):
        fold(ending(), pass_share=share)
