"""Any subtree, whatever the tree and however many jobs people have, counts each person once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.contributions import (
    GOAL,
    Figures,
    TallyStatus,
    jobs_kept,
    lowest_common_ancestor,
    marks,
    marks_by_role,
    marks_kept,
    shared_by_role,
    together,
)

paths = st.lists(st.integers(1, 3), min_size=1, max_size=5).map(lambda steps: "".join(f"{step:04d}" for step in steps))
jobs = st.lists(st.tuples(paths, st.integers(1, 3)), min_size=1, max_size=6)
people = st.lists(jobs, max_size=6)


def below(path: str, counts: Counter[str]) -> int:
    return sum(count for unit, count in counts.items() if unit.startswith(path))


@given(people, paths)
def test_a_subtree_sums_to_the_distinct_people_in_it(everybody, subtree):
    counts: Counter[str] = Counter()
    for hers in everybody:
        counts.update(marks(path for path, _role in hers))
    assert below(subtree, counts) == sum(any(path.startswith(subtree) for path, _ in hers) for hers in everybody)


@given(people, paths, st.integers(1, 3))
def test_so_does_each_role(everybody, subtree, role):
    counts: Counter[str] = Counter()
    for hers in everybody:
        counts.update(marks_by_role(hers).get(role, Counter()))
    expected = sum(any(path.startswith(subtree) and at == role for path, at in hers) for hers in everybody)
    assert below(subtree, counts) == expected


@given(jobs)
def test_what_is_kept_is_what_was_added(hers):
    ids = {path: number for number, path in enumerate(sorted({*_ancestors(hers)}), start=1)}
    kept = [[ids[path], role] for path, role in sorted(set(hers))]
    for role, counts in shared_by_role(hers).items():
        kept += [[ids[path], role, count] for path, count in counts.items()]
    added = {(ids[path], role): count for role, counts in marks_by_role(hers).items() for path, count in counts.items()}
    assert marks_kept(kept) == added
    assert set(jobs_kept(kept)) == {(ids[path], role) for path, role in hers}


def _ancestors(hers):
    for path, _role in hers:
        yield from (path[:end] for end in range(4, len(path) + 1, 4))


@given(paths, paths)
def test_the_lowest_common_ancestor_is_above_both_and_no_lower_one_is(a, b):
    shared = lowest_common_ancestor(a, b)
    assert a.startswith(shared)
    assert b.startswith(shared)
    assert a[: len(shared) + 4] != b[: len(shared) + 4] or len(shared) in (len(a), len(b))


counts = st.dictionaries(st.sampled_from([int(status) for status in TallyStatus]), st.integers(0, 50))


@given(counts)
def test_the_parts_make_the_whole_and_the_share_is_never_flattered(found):
    figures = Figures(found)
    assert figures.ready + figures.soon + figures.missing == figures.base
    assert figures.base + figures.waived + figures.paused == figures.people == sum(figures.by_display().values())
    if figures.base == 0:
        assert figures.share is None
        assert figures.percent is None
    else:
        assert figures.share == figures.certified / figures.base
        assert figures.percent <= 100 * figures.share < figures.percent + 1
        assert (figures.percent >= GOAL) == (figures.to_goal == 0)
        assert 100 * (figures.certified + figures.to_goal) >= GOAL * figures.base


def test_leave_and_waiver_are_outside_the_share_and_grace_inside():
    figures = Figures({TallyStatus.GRACE: 1, TallyStatus.NOT_STARTED: 1, TallyStatus.WAIVED: 5, TallyStatus.PAUSED: 3})
    assert (figures.people, figures.base, figures.certified, figures.percent) == (10, 2, 1, 50)


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 12)))
def test_no_small_role_is_shown_by_itself(sizes):
    groups = [(name, Figures({TallyStatus.OVERDUE: size})) for name, size in sizes.items()]
    shown, aside = together(groups)
    assert all(figures.people >= 5 for _name, figures in shown)
    assert sum(f.people for _n, f in shown) + (aside.people if aside else 0) == sum(sizes.values())
    if aside and shown:
        assert aside.people >= 5
