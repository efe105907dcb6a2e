"""What a load of files may write, and what it leaves alone."""

import pytest

from common.in_step import InStep, Verdict, digest, unlike

OLD, NEW, MINE = {"title": "Før"}, {"title": "Nå"}, {"title": "Min"}


@pytest.mark.parametrize(
    ("here", "agreed", "overwrite", "verdict"),
    [
        (None, None, False, Verdict.ADD),
        (NEW, None, False, Verdict.SAME),
        (OLD, OLD, False, Verdict.CHANGE),
        (MINE, NEW, False, Verdict.EDITED),
        (MINE, OLD, False, Verdict.CONFLICT),
        (MINE, None, False, Verdict.CONFLICT),
        (MINE, OLD, True, Verdict.OVERWRITE),
        (MINE, NEW, True, Verdict.OVERWRITE),
    ],
)
def test_who_has_changed_it_since_decides(here, agreed, overwrite, verdict):
    step = InStep({"x": digest(agreed)} if agreed else {}, overwrite=["x"] if overwrite else [])
    wrote = step.writes("x", file=NEW, here=here)
    assert step.told[0].verdict == verdict
    assert wrote is (verdict in (Verdict.ADD, Verdict.CHANGE, Verdict.OVERWRITE))
    assert ("x" in step.now) is (wrote or verdict == Verdict.SAME)


def test_the_order_of_keys_makes_no_difference():
    assert digest({"a": 1, "b": [{"c": 2, "d": 3}]}) == digest({"b": [{"d": 3, "c": 2}], "a": 1})
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})


def test_a_difference_is_told_in_a_few_lines():
    assert unlike({"title": "Før", "same": 1}, {"title": "Nå", "same": 1}).splitlines() == ["-title: Før", "+title: Nå"]
    long = unlike({"lines": list(range(200))}, {"lines": []})
    assert len(long.splitlines()) == 41
    assert long.endswith("… 162")
