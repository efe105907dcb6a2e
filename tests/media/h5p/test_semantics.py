"""Content judged by the semantics of its libraries, and the files it uses."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.errors import TOLERATED, Code
from media.h5p.library import LibraryName
from media.h5p.semantics import DEPTH, referenced_files, unsafe_text, validate_content

TEXT = {"name": "text", "type": "text"}
IMAGE = LibraryName("H5P.Image", 1, 1)
LIBRARIES = {
    IMAGE: [{"name": "file", "type": "image"}, {"name": "alt", "type": "text"}],
    LibraryName("H5P.Nil", 1, 0): None,
}
LIBRARY = {"name": "action", "type": "library", "options": ["H5P.Image 1.1", "H5P.Nil 1.0", "H5P.Gone 1.0"]}
PICTURE = {
    "library": "H5P.Image 1.1",
    "params": {"file": {"path": "images/a.png", "mime": "image/png"}, "alt": "En dør"},
    "subContentId": "251ec718-6347-4d1f-9f61-44d4589f5fc6",
    "metadata": {"title": "Dør", "license": "U"},
}


def problems_of(field, value, libraries=LIBRARIES):
    """What is said of one value in the content of a library with one more field, so that nothing is flattened."""
    return validate_content({field["name"]: value}, [field], libraries)


def told(field, value, libraries=LIBRARIES):
    return [(problem.code, problem.where.partition("#")[2]) for problem in problems_of(field, value, libraries)]


def test_content_as_an_editor_writes_it_fits():
    semantics = [
        {"name": "question", "type": "text", "widget": "html", "tags": ["strong"]},
        {
            "name": "media",
            "type": "group",
            "fields": [LIBRARY | {"optional": True}, {"name": "zoom", "type": "boolean"}],
        },
        {
            "name": "answers",
            "type": "list",
            "min": 1,
            "field": {
                "name": "answer",
                "type": "group",
                "fields": [TEXT, {"name": "correct", "type": "boolean"}, TEXT | {"name": "tip", "optional": True}],
            },
        },
        {
            "name": "overallFeedback",
            "type": "group",
            "fields": [
                {
                    "name": "overallFeedback",
                    "type": "list",
                    "field": {"name": "r", "type": "group", "fields": [{"name": "from", "type": "number"}, TEXT]},
                }
            ],
        },
        {"name": "UI", "type": "group", "common": True, "fields": [TEXT | {"default": "Check"}, TEXT | {"name": "b"}]},
    ]
    content = {
        "question": "<p>Hva gjør du <strong>nå</strong>?</p>",
        "media": {"action": {"params": {}}, "zoom": False},
        "answers": [{"text": "<div>Lytter</div>\n", "correct": True}, {"text": "Går", "correct": False, "tip": ""}],
        "overallFeedback": [{"from": 0, "text": "Bra"}],
        "UI": {"b": "Fasit"},
        "added by the library": 7,
    }
    assert validate_content(content, semantics, {}) == []


def test_problems_say_where_they_are_in_the_order_of_the_content():
    semantics = [{"name": "list", "type": "list", "field": {"name": "g", "type": "group", "fields": [TEXT, LIBRARY]}}]
    content = {"list": [{"action": PICTURE}, {"text": "<script>", "action": PICTURE}]}
    found = validate_content(content, semantics, LIBRARIES)
    assert [str(problem) for problem in found] == [
        "content/content.json#list/0/text: missing-value (field text)",
        "content/content.json#list/1/text: wrong-value (field text, wanted text without script)",
    ]


@pytest.mark.parametrize("content", [None, [], "x", 7])
def test_content_is_an_object(content):
    assert [problem.code for problem in validate_content(content, [TEXT], {})] == [Code.WRONG_VALUE]


@pytest.mark.parametrize(
    "semantics", [None, {}, 7, ["x", {}, {"name": 1}], [{"name": "a"}], [{"name": "a", "type": []}]]
)
def test_semantics_that_say_nothing_refuse_nothing(semantics):
    assert validate_content({"a": 1}, semantics, {}) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "text"}, ""),
        ({"type": "text"}, "onsdag = fri, 3 < 4"),
        ({"type": "number", "min": 0, "max": 100, "decimals": 1}, 0.1 + 0.2),
        ({"type": "number", "min": 0}, 10**300),
        ({"type": "number"}, "47.8"),
        ({"type": "boolean"}, False),
        ({"type": "select", "options": [{"value": "a", "label": "A"}, {"value": 1}]}, "1"),
        ({"type": "select", "options": [{"type": "optgroup", "options": [{"value": "b"}]}]}, "b"),
        ({"type": "select", "multiple": True, "options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "select", "optional": True, "options": [{"value": "a"}]}, ""),
        ({"type": "select"}, "from a widget"),
        ({"type": "list", "min": 1, "max": 2, "field": TEXT}, ["a", "b"]),
        ({"type": "list", "min": 1, "optional": True, "field": TEXT}, []),
        ({"type": "image"}, {"path": "images/a.png#tmp"}),
        ({"type": "video"}, [{"path": "videos/a.mp4", "mime": "video/mp4"}]),
        ({"type": "image", "optional": True}, {"copyright": {"license": "U"}}),
        (LIBRARY, PICTURE),
        (LIBRARY, {"library": "H5P.Nil 1.0", "params": []}),
        ({"type": "something later"}, object()),
    ],
)
def test_values_that_fit(field, value):
    assert told({"name": "f", **field}, value) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "text"}, 7),
        ({"type": "number"}, True),
        ({"type": "number"}, "many"),
        ({"type": "number"}, float("inf")),
        ({"type": "number"}, float("nan")),
        ({"type": "number"}, 10**4000),
        ({"type": "select"}, 10**4000),
        ({"type": "boolean"}, 1),
        ({"type": "select", "options": [{"value": "a"}]}, ["a"]),
        ({"type": "select"}, {"a": 1}),
        ({"type": "list", "field": TEXT}, "a"),
        ({"type": "group", "fields": [TEXT, LIBRARY]}, "a"),
        ({"type": "image"}, "images/a.png"),
        ({"type": "image"}, {"path": "../a.png"}),
        ({"type": "file"}, {"path": "/etc/passwd"}),
        ({"type": "file"}, {"path": 7}),
        ({"type": "audio"}, {"path": "a.mp3"}),
        ({"type": "video"}, [{"path": "https://www.youtube.com/watch?v=x"}]),
        ({"type": "library"}, "H5P.Image 1.1"),
        ({"type": "library"}, {"library": "Image"}),
    ],
)
def test_values_that_do_not_fit(field, value):
    assert told({"name": "f", **field}, value) == [(Code.WRONG_VALUE, "f")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "number", "min": 1}, 0),
        ({"type": "number", "max": 1}, "2"),
        ({"type": "number", "decimals": 0}, 1.5),
        ({"type": "select", "options": [{"value": "a"}]}, "b"),
        ({"type": "select", "multiple": True, "options": [{"value": "a"}]}, ["a", "b"]),
        ({"type": "list", "min": 2, "field": TEXT}, ["a"]),
        ({"type": "list", "max": 1, "field": TEXT}, ["a", "b"]),
    ],
)
def test_what_the_core_would_mend_is_told_and_tolerated(field, value):
    assert told({"name": "f", **field}, value) == [(Code.UNUSUAL_VALUE, "f")]
    assert {Code.UNUSUAL_VALUE, Code.MISSING_VALUE, Code.NOT_IN_SEMANTICS} == TOLERATED


def test_any_number_of_tolerated_problems_hides_none_that_is_not():
    number = {"name": "n", "type": "number", "max": 1}
    group = {"name": "l", "type": "list", "field": {"name": "g", "type": "group", "fields": [number, TEXT]}}
    content = [{"n": 7, "text": "a"}] * 200 + [{"n": 1, "text": "<script>"}]
    found = [code for code, _where in told(group, content)]
    assert (found.count(Code.UNUSUAL_VALUE), found[-1]) == (50, Code.WRONG_VALUE)


def test_what_is_not_optional_is_missed():
    for kind in ("text", "number", "boolean", "select", "image", "file", "audio", "video", "library"):
        assert told({"name": "f", "type": kind}, None) == [(Code.MISSING_VALUE, "f")]
    assert told({"name": "f", "type": "list", "min": 1, "field": TEXT}, None) == [(Code.MISSING_VALUE, "f")]


@pytest.mark.parametrize(
    "why", [{"optional": True}, {"default": "x"}, {"widget": "none"}, {"widget": "showWhen", "showWhen": {"rules": []}}]
)
def test_what_is_optional_hidden_or_has_a_default_is_not_missed_and_nothing_in_it_is(why):
    assert told(TEXT | why, None) == []
    outer = {"name": "g", "type": "group", "fields": [{"name": "h", "type": "group", "fields": [TEXT, LIBRARY]}, TEXT]}
    assert told(outer | why, None) == []
    assert told(outer | why, {"h": {}}) == []
    assert len(told(outer, {"h": {}})) == 3


def test_a_group_of_one_field_may_be_stored_as_the_field_or_as_the_group():
    group = {"name": "g", "type": "group", "fields": [{"name": "only", "type": "list", "field": TEXT}]}
    assert told(group, ["a"]) == []
    assert told(group, {"only": ["a"]}) == []
    assert told(group, {}) == []
    assert told(group, [7]) == [(Code.WRONG_VALUE, "g/0")]
    assert told(group | {"isSubContent": True}, {"only": ["a"], "subContentId": "x"}) == []


def test_a_library_that_is_not_among_the_options_is_told_and_must_be_there_all_the_same():
    found = problems_of(LIBRARY, PICTURE | {"library": "H5P.Evil 1.0"})
    assert [problem.code for problem in found] == [Code.NOT_IN_SEMANTICS, Code.MISSING_LIBRARY]
    assert found[0].facts == {"field": "H5P.Evil 1.0"}


def test_a_library_that_nobody_has_is_missing():
    problem = problems_of(LIBRARY, {"library": "H5P.Gone 1.0"})[0]
    assert problem.code == Code.MISSING_LIBRARY
    assert problem.facts == {"library": "H5P.Gone 1.0", "needed_by": "action"}


def test_what_is_in_a_library_is_judged_by_that_librarys_semantics():
    wrong = copy.deepcopy(PICTURE)
    wrong["params"] = {"alt": 7}
    assert told(LIBRARY, wrong) == [
        (Code.MISSING_VALUE, "action/params/file"),
        (Code.WRONG_VALUE, "action/params/alt"),
    ]


@pytest.mark.parametrize(
    "part", [{"subContentId": "1"}, {"subContentId": 7}, {"metadata": "x"}, {"metadata": {"title": "<script>"}}]
)
def test_the_frame_around_a_library_is_judged_too(part):
    assert told(LIBRARY, PICTURE | part) == [(Code.WRONG_VALUE, "action")]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<SCRIPT/x>", "<img src=x onerror=alert(1)>", "<img/onerror = 'x'>",
        '<img alt=">" ONERROR=x>', '<img alt="a"onerror=x>', "<b\nonclick=x", '<style><a b="</style><img onerror=x>">',
        '<a b="<img onerror=x>', "<!-- <img onerror=x> -->", "<iframe src=x>", "<base href=x>",
        '<a href="javascript:x">', "<a href=' java\nscript:x'>", '<a href="&#106;avascript&colon;x">',
        "<a href=VBScript:x>", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_text_that_runs_script_is_refused(text):
    assert unsafe_text(text)
    assert told(TEXT, text) == [(Code.WRONG_VALUE, "text")]


@pytest.mark.parametrize(
    "text",
    [
        "<p>Hver onsdag = fri</p>", "Bruk onclick=… i koden", "3 < 4 og onkel = bror", "&lt;script&gt;", r"\(a<b\)",
        '<p style="color:red">Rød</p>', '<a href="https://example.org/?a=1" target="_blank">JavaScript</a>',
        "<p>on</p>", "Om JavaScript",
    ],
)  # fmt: skip
def test_plain_and_formatted_text_is_let_through(text):
    assert not unsafe_text(text)


@pytest.mark.parametrize("piece", ["<a ", '<a b="', "<a b='<a b=\"", "< ", "<a/b=", '"<a b=c ', "&#x6a"])
def test_long_broken_text_is_judged_in_reasonable_time(piece):
    unsafe_text(piece * 200_000)


def test_files_are_found_everywhere_and_only_those_of_the_package():
    content = {
        "a": PICTURE,
        "b": [[{"path": "videos/b.mp4#tmp"}, {"path": "images/a.png"}]],
        "c": [
            {"path": "https://example.org/x.mp4"},
            {"path": "../x.png"},
            {"path": "/x.png"},
            {"path": "chapter"},
            {"path": 1},
        ],
    }
    assert referenced_files(content) == {"images/a.png", "videos/b.mp4"}


def test_content_nested_too_deep_is_refused_and_never_overflows():
    field, value = TEXT, "a"
    for _ in range(5000):
        field, value = {"name": "l", "type": "list", "field": field}, [value]
    assert [code for code, _ in told(field, value)] == [Code.WRONG_VALUE]
    assert problems_of(field, value)[0].facts["wanted"] == f"at most {DEPTH} levels"
    assert referenced_files(value) == set()


def test_no_more_than_fifty_problems_are_told():
    assert len(told({"name": "l", "type": "list", "field": TEXT}, [7] * 1000)) == 50


LEAVES = [
    ({"type": "text"}, st.text(alphabet="abcæøå <>=&", max_size=8).filter(lambda text: not unsafe_text(text))),
    ({"type": "number", "min": -5, "max": 5}, st.integers(-5, 5) | st.floats(-5, 5)),
    ({"type": "boolean"}, st.booleans()),
    ({"type": "select", "options": [{"value": "a"}, {"value": "b"}]}, st.sampled_from("ab")),
    ({"type": "image"}, st.just({"path": "images/a.png", "mime": "image/png"})),
    ({"type": "audio"}, st.lists(st.just({"path": "audios/a.mp3"}), min_size=1)),
    (LIBRARY, st.just(PICTURE)),
]


@st.composite
def fields_and_values(draw, name="f", depth=0, leaves=None):
    """A field of semantics, and a value that fits it, flattened where an editor would. `leaves` replaces its leaves."""
    kind = draw(st.sampled_from(["leaf", "group", "list"] if depth < 3 else ["leaf"]))
    if kind == "leaf":
        field, values = draw(st.sampled_from(LEAVES))
        return {**field, "name": name}, draw(values if leaves is None else leaves)
    if kind == "list":
        field, value = draw(fields_and_values("item", depth + 1, leaves))
        return {"name": name, "type": "list", "min": 1, "max": 3, "field": field}, [value] * draw(st.integers(1, 3))
    inner = [draw(fields_and_values(f"f{number}", depth + 1, leaves)) for number in range(draw(st.integers(1, 3)))]
    group = {"name": name, "type": "group", "fields": [field for field, _ in inner]}
    return group, inner[0][1] if len(inner) == 1 else {field["name"]: value for field, value in inner}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["f", "name", "type", "fields", "field", "options", "min", "path", "library", "params"])
            | st.text(max_size=3),
            inner | st.sampled_from(["text", "number", "select", "list", "group", "library", "image", "H5P.Image 1.1"]),
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(fields_and_values())
def test_content_made_from_semantics_fits_them(made):
    assert told(*made) == []


@given(fields_and_values(leaves=st.just({"no": "field has this name"})))
def test_content_with_values_of_no_kind_does_not_fit(made):
    """An object that is no file, no library and no group's: with it something is wrong, or missing."""
    assert told(*made) != []


@given(fields_and_values(leaves=ANYTHING))
def test_content_with_anything_for_values_gives_problems_and_never_an_exception(made):
    assert len(told(*made)) <= 100


@given(fields_and_values(), ANYTHING)
def test_anything_in_place_of_content_gives_problems_and_never_an_exception(made, value):
    assert len(told(made[0], value)) <= 100
    referenced_files(value)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_any_semantics_are_survived(content, semantics, nested):
    assert len(validate_content(content, semantics, {IMAGE: nested})) <= 100
    assert len(validate_content({"f": content}, [{"name": "f", "type": "group", "fields": semantics}], {})) <= 100
