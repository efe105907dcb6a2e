"""A draw keeps to the blueprint, never asks the same twice, and says which topic lacks questions."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.drawing import BankTooSmallError, Candidate, draw


def dice(seed):
    return random.Random(seed)


@st.composite
def blueprints(draw_from):
    """A bank that is large enough, and a blueprint for it with at least one question."""
    bank, blueprint, version = {}, [], 0
    for topic in draw_from(st.lists(st.text("abc", min_size=1), unique=True, min_size=1, max_size=5)):
        candidates = []
        for _ in range(draw_from(st.integers(1, 8))):
            version += 1
            candidates.append(Candidate(version, tuple("abcdef"[: draw_from(st.integers(2, 6))])))
        bank[topic] = candidates
        blueprint.append((topic, draw_from(st.integers(1, len(candidates)))))
    return blueprint, bank


@given(blueprints(), st.integers())
def test_each_topic_gives_as_many_as_asked_for_and_no_question_comes_twice(drawn_from, seed):
    blueprint, bank = drawn_from
    drawn = draw(blueprint, bank, dice(seed))
    topic_of = {one.version: topic for topic, candidates in bank.items() for one in candidates}
    assert Counter(topic_of[one["version"]] for one in drawn) == dict(blueprint)
    assert len({one["version"] for one in drawn}) == len(drawn)


@given(blueprints(), st.integers())
def test_every_option_is_shown_once(drawn_from, seed):
    blueprint, bank = drawn_from
    options = {one.version: one.options for candidates in bank.values() for one in candidates}
    for one in draw(blueprint, bank, dice(seed)):
        assert sorted(one["options"]) == sorted(options[one["version"]])


@given(blueprints(), st.integers())
def test_the_same_chance_gives_the_same_draw(drawn_from, seed):
    assert draw(*drawn_from, dice(seed)) == draw(*drawn_from, dice(seed))


@given(blueprints(), st.integers())
def test_the_bank_is_left_as_it_was(drawn_from, seed):
    blueprint, bank = drawn_from
    before = {topic: list(candidates) for topic, candidates in bank.items()}
    draw(blueprint, bank, dice(seed))
    assert bank == before


def test_options_and_questions_do_not_always_stand_in_the_author_s_order():
    bank = {"a": [Candidate(version, tuple("abcd")) for version in range(4)]}
    drawn = [draw([("a", 4)], bank, dice(seed)) for seed in range(30)]
    assert len({tuple(one["version"] for one in sitting) for sitting in drawn}) > 1
    assert len({tuple(one["options"]) for sitting in drawn for one in sitting}) > 1


def test_too_few_questions_names_the_topic_and_the_numbers():
    bank = {"plikter": [Candidate(1, ("a", "b"))]}
    with pytest.raises(BankTooSmallError) as raised:
        draw([("plikter", 2)], bank, dice(1))
    assert (raised.value.topic, raised.value.wanted, raised.value.found) == ("plikter", 2, 1)


@pytest.mark.parametrize("blueprint", [[], [("plikter", 0)]])
def test_a_blueprint_that_asks_for_nothing_is_refused(blueprint):
    with pytest.raises(BankTooSmallError):
        draw(blueprint, {}, dice(1))
