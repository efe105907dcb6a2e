"""h5p.json and library.json as they come from other platforms, and as they must not come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.errors import Code, H5PError
from media.h5p.library import LibraryName
from media.h5p.schema import (
    JSON_DEPTH,
    Author,
    Change,
    H5PDescription,
    LibraryDescription,
    load_json,
    read_description,
    read_library,
)

QUIZ = {"machineName": "H5P.Quiz", "majorVersion": 1, "minorVersion": 16}


def description(**fields):
    given_fields = {
        "title": "Hva gjør du nå?",
        "language": "nb",
        "mainLibrary": "H5P.Quiz",
        "preloadedDependencies": [QUIZ],
        "embedTypes": ["iframe"],
    }
    return {name: value for name, value in (given_fields | fields).items() if value != "left out"}


def library(**fields):
    given_fields = {"title": "Quiz", **QUIZ, "patchVersion": 4, "runnable": 1}
    return {name: value for name, value in (given_fields | fields).items() if value != "left out"}


def read(fields):
    return read_description(json.dumps(fields).encode())


def read_lib(fields):
    return read_library(json.dumps(fields).encode())


def problems_of(reading, fields):
    with pytest.raises(H5PError) as caught:
        reading(fields)
    return [(problem.code, problem.facts["field"]) for problem in caught.value.problems]


def test_the_least_a_description_must_have_is_enough():
    found = read(description())
    assert found.title == "Hva gjør du nå?"
    assert found.main == LibraryName("H5P.Quiz", 1, 16)
    assert found.main_library == "H5P.Quiz"
    assert found.preloaded_dependencies == (found.main,)
    assert found.embed_types == ("iframe",)
    assert (found.authors, found.source, found.license, found.year_from) == ((), "", "", None)


def test_everything_the_specification_knows_is_read():
    found = read(
        description(
            authors=[{"name": "Kari", "role": "Author"}, {"name": "Ola"}],
            source="https://example.org/quiz",
            license="CC BY-SA",
            licenseVersion="4.0",
            licenseExtras="Bare i opplæring",
            yearFrom=2021,
            yearTo="2024",
            changes=[{"date": "24-01-01 10:00:00", "author": "Kari", "log": "Ny tekst"}],
            authorComments="Til kursledere",
            dynamicDependencies=[QUIZ | {"machineName": "H5P.Image"}],
            editorDependencies=[QUIZ | {"machineName": "H5PEditor.Quiz"}],
        )
    )
    assert found.authors == (Author("Kari", "Author"), Author("Ola", ""))
    assert found.changes == (Change("24-01-01 10:00:00", "Kari", "Ny tekst"),)
    assert (found.license, found.license_version, found.license_extras) == ("CC BY-SA", "4.0", "Bare i opplæring")
    assert (found.year_from, found.year_to) == (2021, 2024)
    assert (found.source, found.author_comments) == ("https://example.org/quiz", "Til kursledere")
    assert [str(name) for name in found.dynamic_dependencies] == ["H5P.Image 1.16"]
    assert [str(name) for name in found.editor_dependencies] == ["H5PEditor.Quiz 1.16"]


def test_years_are_read_under_both_names_that_platforms_use():
    found = read(description(yearsFrom="1999", yearsTo=2001))
    assert (found.year_from, found.year_to) == (1999, 2001)


def test_unknown_fields_null_and_empty_texts_are_as_if_not_there():
    found = read(description(nonsense={"deep": [1]}, license=None, source="", yearFrom="", authors=None))
    assert found == read(description())


def test_a_byte_order_mark_is_no_part_of_the_json():
    assert read_description(b"\xef\xbb\xbf" + json.dumps(description()).encode()) == read(description())


def test_of_equal_keys_the_last_one_counts():
    data = json.dumps(description()).encode().replace(b"{", b'{"title": "First", ', 1)
    assert read_description(data).title == "Hva gjør du nå?"


def test_everything_wrong_is_told_at_once():
    wrong = description(title="left out", language="norsk_bokmål", embedTypes=["popup"], license="free")
    assert problems_of(read, wrong) == [
        (Code.MISSING_FIELD, "title"),
        (Code.WRONG_FIELD, "language"),
        (Code.WRONG_FIELD, "embedTypes"),
        (Code.WRONG_FIELD, "license"),
    ]


def test_no_more_than_fifty_problems_are_told():
    assert len(problems_of(read, description(preloadedDependencies=[{}] * 100))) == 50


@pytest.mark.parametrize("field", ["title", "language", "mainLibrary", "preloadedDependencies", "embedTypes"])
def test_what_is_required_is_missed(field):
    assert (Code.MISSING_FIELD, field) in problems_of(read, description(**{field: "left out"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 256),
        ("title", "   "),
        ("title", 7),
        ("title", "half \ud83d"),
        ("title", "nul \0"),
        ("language", "nb\n"),
        ("mainLibrary", "../etc"),
        ("mainLibrary", "H5P.Other"),
        ("preloadedDependencies", {}),
        ("preloadedDependencies", ["H5P.Quiz 1.16"]),
        ("embedTypes", []),
        ("embedTypes", "iframe"),
        ("source", "javascript:alert(1)"),
        ("yearFrom", True),
        ("yearFrom", -1),
        ("yearFrom", 2021.5),
        ("licenseExtras", "x" * 5001),
        ("authors", "Kari"),
    ],
)
def test_wrong_values_are_told_by_field(field, value):
    assert problems_of(read, description(**{field: value})) == [(Code.WRONG_FIELD, field)]


@pytest.mark.parametrize(("minor", "right"), [(16, True), ("16", True), (True, False), ("1.6", False), (1.0, False)])
def test_versions_are_whole_numbers_or_digits_and_never_booleans(minor, right):
    fields = description(preloadedDependencies=[QUIZ | {"minorVersion": minor}])
    if right:
        assert read(fields).main == LibraryName("H5P.Quiz", 1, 16)
    else:
        assert problems_of(read, fields) == [(Code.WRONG_FIELD, "preloadedDependencies[0].minorVersion")]


def test_a_library_says_what_it_is_and_what_it_loads():
    found = read_lib(
        library(
            coreApi={"majorVersion": 1, "minorVersion": "19"},
            preloadedJs=[{"path": "js/a.js"}, {"path": "js/b.js"}],
            preloadedCss=[{"path": "css/a.css"}],
            preloadedDependencies=[QUIZ | {"machineName": "FontAwesome"}] * 2,
            dropLibraryCss=[{"machineName": "H5P.Old"}],
            fullscreen=1,
            embedTypes=["div", "iframe"],
            metadataSettings={"disable": 0},
            author="ignored",
        )
    )
    assert (found.name, found.patch, found.version) == (LibraryName("H5P.Quiz", 1, 16), 4, "1.16.4")
    assert (found.runnable, found.fullscreen, found.core_api) == (True, True, (1, 19))
    assert (found.preloaded_js, found.preloaded_css) == (("js/a.js", "js/b.js"), ("css/a.css",))
    assert found.preloaded_dependencies == (LibraryName("FontAwesome", 1, 16),)
    assert found.drop_library_css == ("H5P.Old",)
    assert found.embed_types == ("div", "iframe")
    assert found.metadata_settings == {"disable": 0}


def test_the_least_a_library_must_have_is_enough():
    found = read_lib(library())
    assert (found.core_api, found.preloaded_js, found.fullscreen, found.metadata_settings) == (None, (), False, {})


@pytest.mark.parametrize("field", ["title", "machineName", "majorVersion", "minorVersion", "patchVersion", "runnable"])
def test_what_a_library_must_have_is_missed(field):
    assert problems_of(read_lib, library(**{field: "left out"})) == [(Code.MISSING_FIELD, field)]


@pytest.mark.parametrize(
    "path", ["../x.js", "/x.js", "a\\x.js", "https://evil.example/x.js", "a/%2e%2e/x.js", "a//x.js"]
)
def test_a_library_cannot_load_files_from_outside(path):
    assert problems_of(read_lib, library(preloadedJs=[{"path": path}])) == [(Code.WRONG_FIELD, "preloadedJs[0].path")]


@pytest.mark.parametrize(
    ("field", "path"),
    [("preloadedJs", "icon.svg"), ("preloadedJs", "LICENSE"), ("preloadedJs", "a.css"), ("preloadedCss", "a.js")],
)
def test_a_library_loads_scripts_and_styles_and_nothing_else(field, path):
    assert problems_of(read_lib, library(**{field: [{"path": path}]})) == [(Code.WRONG_FIELD, f"{field}[0].path")]
    assert read_lib(library(preloadedJs=[{"path": "A.JS"}])).preloaded_js == ("A.JS",)


def test_a_path_may_begin_with_the_folder_it_is_relative_to():
    told = library(preloadedJs=[{"path": "./dist/x.js"}], preloadedCss=[{"path": "./x.css"}])
    read = read_lib(told)
    assert (read.preloaded_js, read.preloaded_css) == (("dist/x.js",), ("x.css",)), "as the files are called"
    for path in ("./", "./../x.js", ".//x.js", "././x.js"):
        refused = problems_of(read_lib, library(preloadedJs=[{"path": path}]))
        assert refused == [(Code.WRONG_FIELD, "preloadedJs[0].path")]


@pytest.mark.parametrize("runnable", [2, "yes", 1.0, []])
def test_runnable_is_a_flag(runnable):
    assert problems_of(read_lib, library(runnable=runnable)) == [(Code.WRONG_FIELD, "runnable")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"9" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * (JSON_DEPTH + 1) + b"]" * (JSON_DEPTH + 1),
    ],
    ids=lambda data: f"{data[:8]!r}…",
)
def test_what_is_not_json_or_nested_too_deep_is_said_to_be_not_json(data):
    with pytest.raises(H5PError) as caught:
        load_json(data, "content/content.json")
    assert [(found.code, found.where) for found in caught.value.problems] == [(Code.NOT_JSON, "content/content.json")]


@pytest.mark.parametrize("data", [b"[]", b"null", b'"h5p"', b"7"])
def test_a_description_is_an_object(data):
    for reading in (read_description, read_library):
        with pytest.raises(H5PError):
            reading(data)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.binary())
def test_any_bytes_give_a_description_or_say_why_not(data):
    for reading in (read_description, read_library):
        with pytest.raises(H5PError):  # no description is that short
            reading(data)


@given(st.dictionaries(st.sampled_from([*description(), "authors", "changes", "license", "yearFrom"]), ANY_JSON))
def test_any_fields_of_a_description_are_read_or_refused(fields):
    try:
        found = read(description(**fields))
    except H5PError:
        return
    assert isinstance(found, H5PDescription)


@given(st.dictionaries(st.sampled_from([*library(), "coreApi", "preloadedJs", "fullscreen", "embedTypes"]), ANY_JSON))
def test_any_fields_of_a_library_are_read_or_refused(fields):
    try:
        found = read_lib(library(**fields))
    except H5PError:
        return
    assert isinstance(found, LibraryDescription)
