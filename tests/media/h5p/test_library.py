"""Names of libraries, the core they need, their patches, and the order to load them in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.errors import Code, H5PError
from media.h5p.library import CORE_API, LibraryName, check_core, closure, newer, safe_path
from media.h5p.schema import LibraryDescription


def named(letter):
    return LibraryName(f"H5P.{letter}", 1, 0)


def describe(name, needs=(), **fields):
    empty = LibraryDescription(
        name=name,
        patch=0,
        title=name.machine_name,
        runnable=True,
        core_api=None,
        preloaded_js=(),
        preloaded_css=(),
        preloaded_dependencies=tuple(needs),
        dynamic_dependencies=(),
        editor_dependencies=(),
        drop_library_css=(),
        fullscreen=False,
        embed_types=(),
        metadata_settings={},
    )
    return replace(empty, **fields)


def shelf(**needs):
    """Libraries by letter, each with the letters of those it needs."""
    return {named(letter): describe(named(letter), map(named, needed)) for letter, needed in needs.items()}


def letters(order):
    return "".join(name.machine_name.removeprefix("H5P.") for name in order)


def problems_of(*arguments):
    with pytest.raises(H5PError) as caught:
        closure(*arguments)
    return [(problem.code, dict(problem.facts)) for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["H5P.MultiChoice 1.16", "H5P.MultiChoice-1.16"])
def test_a_name_is_read_from_content_and_from_a_folder(text):
    name = LibraryName.parse(text)
    assert name == LibraryName("H5P.MultiChoice", 1, 16)
    assert (str(name), name.folder) == ("H5P.MultiChoice 1.16", "H5P.MultiChoice-1.16")


def test_a_machine_name_may_have_hyphens_and_numbers():
    assert LibraryName.parse("Slides-SlidesJS-1-2.0") == LibraryName("Slides-SlidesJS-1", 2, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H5P.Quiz",
        "H5P.Quiz 1",
        "H5P.Quiz 1.16.4",
        "H5P.Quiz 1.x",
        "../Quiz 1.0",
        "H5P.Quiz 1.0\n",
        "Q 01.0",
        "Q ١.٠",
    ],
)
def test_what_is_no_name_is_refused(text):
    with pytest.raises(ValueError, match="not the name"):
        LibraryName.parse(text)


@given(
    st.from_regex(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,40}", fullmatch=True), st.integers(0, 99_999), st.integers(0, 99_999)
)
def test_what_a_name_writes_it_can_read(machine_name, major, minor):
    name = LibraryName(machine_name, major, minor)
    assert LibraryName.parse(str(name)) == LibraryName.parse(name.folder) == name


@given(st.text())
def test_any_text_is_a_name_or_a_value_error(text):
    try:
        name = LibraryName.parse(text)
    except ValueError:
        return
    assert text in (str(name), name.folder)


@pytest.mark.parametrize(
    ("api", "runs"), [(None, True), ((1, 0), True), (CORE_API, True), ((1, 29), False), ((2, 0), False)]
)
def test_a_library_for_a_newer_core_is_told(api, runs):
    problem = check_core(describe(named("A"), core_api=api))
    if runs:
        assert problem is None
    else:
        assert problem.code == Code.CORE_TOO_NEW
        assert problem.facts == {"library": "H5P.A 1.0", "wanted": f"{api[0]}.{api[1]}", "have": "1.28"}


def test_a_higher_patch_is_newer_and_an_equal_one_is_not():
    old, new = describe(named("A"), patch=9), describe(named("A"), patch=10)
    assert newer(new, old)
    assert not newer(old, new)
    assert not newer(new, new)


def test_patches_of_different_libraries_cannot_be_compared():
    with pytest.raises(ValueError, match="same library"):
        newer(describe(named("A")), describe(named("B")))


@pytest.mark.parametrize("path", ["x.js", "js/x.js", "a/b/c-1.2_æ.css", "fonts/a b.woff", "..x/y..js"])
def test_paths_inside_are_safe(path):
    assert safe_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/x.js", "../x.js", "a/../x.js", "./x.js", "a//x.js", "a/", "a\\x.js", "C:x.js", "//evil/x.js",
        "http://evil/x.js", "%2e%2e/x.js", "a/%2E%2E/x.js", "..%2fx.js", "x\0.js", "x\n.js",
    ],
)  # fmt: skip
def test_paths_that_lead_out_are_not_safe(path):
    assert not safe_path(path)


def test_what_a_library_needs_is_loaded_before_it_in_the_order_it_gives():
    assert letters(closure(named("A"), shelf(A="BC", B="D", C="D", D=""))) == "DBCA"


def test_libraries_that_only_the_content_names_are_loaded_too_and_once():
    assert letters(closure(named("A"), shelf(A="B", B="", C="B"), [named("C"), named("A")])) == "BAC"


def test_every_missing_library_is_told_with_who_needs_it():
    known = shelf(A="BX", B="XY")
    assert problems_of(named("A"), known, [named("Z")]) == [
        (Code.MISSING_LIBRARY, {"library": "H5P.X 1.0", "needed_by": "H5P.B 1.0"}),
        (Code.MISSING_LIBRARY, {"library": "H5P.Y 1.0", "needed_by": "H5P.B 1.0"}),
        (Code.MISSING_LIBRARY, {"library": "H5P.Z 1.0", "needed_by": "h5p.json"}),
    ]


def test_a_library_of_another_version_does_not_help():
    known = shelf(A="")
    assert problems_of(LibraryName("H5P.A", 1, 1), known) == [
        (Code.MISSING_LIBRARY, {"library": "H5P.A 1.1", "needed_by": "h5p.json"})
    ]


def test_libraries_that_need_each_other_are_told():
    assert problems_of(named("A"), shelf(A="B", B="C", C="B")) == [(Code.CIRCULAR, {"library": "H5P.B 1.0"})]
    assert problems_of(named("A"), shelf(A="A")) == [(Code.CIRCULAR, {"library": "H5P.A 1.0"})]


def test_a_very_long_chain_is_walked():
    chain = [LibraryName("H5P.Chain", 1, number) for number in range(20_000)]
    known = {name: describe(name, chain[number + 1 : number + 2]) for number, name in enumerate(chain)}
    assert closure(chain[0], known) == chain[::-1]


def test_no_more_than_fifty_problems_are_told():
    missing = [LibraryName("H5P.Missing", 1, number) for number in range(100)]
    assert len(problems_of(named("A"), {named("A"): describe(named("A"), missing)})) == 50


@given(st.lists(st.lists(st.integers(0, 11), max_size=4), min_size=1, max_size=12), st.integers(0, 11))
def test_every_library_comes_after_what_it_needs_and_none_is_left_out_or_loaded_twice(graph, start):
    names = [LibraryName("H5P.L", 1, number) for number in range(12)]
    known = {names[number]: describe(names[number], [names[to] for to in needs]) for number, needs in enumerate(graph)}
    try:
        order = closure(names[0], known, [names[start]])
    except H5PError:
        return
    assert {names[0], names[start]} <= set(order)
    assert len(set(order)) == len(order)
    for position, name in enumerate(order):
        assert set(known[name].preloaded_dependencies) <= set(order[:position])


@given(st.lists(st.lists(st.integers(0, 30), max_size=5), min_size=31, max_size=31))
def test_libraries_that_only_need_later_ones_always_have_an_order(graph):
    names = [LibraryName("H5P.L", 1, number) for number in range(31)]
    known = {
        name: describe(name, [names[to] for to in needs if to > number])
        for number, (name, needs) in enumerate(zip(names, graph, strict=True))
    }
    order = closure(names[0], known, names)
    assert sorted(order) == names
