"""The dictionary that starts H5P core."""

import json
import math
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.building import write_package
from media.h5p.integration import CORE_STRINGS, Display, LoadedLibrary, build_integration

BASE = "https://example.org/h5p/token"
IRI = "https://example.org/contents/7"


def library(name: str, *files: str) -> LoadedLibrary:
    folder = f"{BASE}/libraries/{name}-1.2"
    return LoadedLibrary(name, 1, 2, [f"{folder}/{file}.js" for file in files], [f"{folder}/{name}.css"])


LIBRARIES = [library("H5P.Zebra", "b", "a"), library("H5P.Ape", "one"), library("H5P.Question", "main")]


def build(**changed: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "content_id": "7",
        "main": "H5P.Question 1.2",
        "params": {"question": "Blåbær?"},
        "libraries": LIBRARIES,
        "base_url": BASE,
        "iri": IRI,
        "title": "Bær",
        "licence": {"license": "CC BY", "licenseVersion": "4.0", "authors": [{"name": "Kari", "role": "Author"}]},
        "state": '{"answers":[1]}',
        "save_every": 10,
        "l10n": {"close": "Lukk"},
        "fullscreen": True,
        "display": Display(),
    }
    return build_integration(**wanted | changed)


def content_of(built: dict[str, Any]) -> dict[str, Any]:
    (content,) = built["contents"].values()
    assert isinstance(content, dict)
    return content


def texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []


def test_the_whole_is_what_core_looks_for() -> None:
    built = build()
    scripts = [
        f"{BASE}/libraries/H5P.Zebra-1.2/b.js",
        f"{BASE}/libraries/H5P.Zebra-1.2/a.js",
        f"{BASE}/libraries/H5P.Ape-1.2/one.js",
        f"{BASE}/libraries/H5P.Question-1.2/main.js",
    ]
    styles = [f"{BASE}/libraries/{name}-1.2/{name}.css" for name in ("H5P.Zebra", "H5P.Ape", "H5P.Question")]
    assert json.loads(content_of(built).pop("jsonContent")) == {"question": "Blåbær?"}
    assert built == {
        "url": BASE,
        "urlLibraries": f"{BASE}/libraries",
        "postUserStatistics": False,
        "reportingIsEnabled": True,
        "saveFreq": 10,
        "ajax": {},
        "l10n": {"H5P": {"close": "Lukk"}},
        "core": {"scripts": [], "styles": []},
        "loadedJs": scripts,
        "loadedCss": styles,
        "contents": {
            "cid-7": {
                "library": "H5P.Question 1.2",
                "fullScreen": True,
                "exportUrl": "",
                "displayOptions": {
                    "frame": True,
                    "copyright": True,
                    **dict.fromkeys(("export", "copy", "embed", "icon"), False),
                },
                "metadata": {
                    "title": "Bær",
                    "license": "CC BY",
                    "licenseVersion": "4.0",
                    "authors": [{"name": "Kari", "role": "Author"}],
                },
                "title": "Bær",
                "url": IRI,
                "contentUrl": f"{BASE}/content/7",
                "contentUserData": [{"state": '{"answers":[1]}'}],
                "scripts": scripts,
                "styles": styles,
            }
        },
    }


def test_it_goes_through_json_unchanged() -> None:
    built = build()
    assert json.loads(json.dumps(built, allow_nan=False)) == built


def test_the_learner_is_not_named_so_that_core_sends_and_tells_nothing_by_itself() -> None:
    assert "user" not in build()


def test_a_script_asked_for_twice_is_loaded_once_where_it_first_came() -> None:
    content = content_of(build(libraries=[*LIBRARIES, LIBRARIES[0]]))
    assert content["scripts"] == content_of(build())["scripts"]


def test_nothing_points_outside_the_base() -> None:
    built = build()
    urls = [text for text in texts_in(built) if "://" in text]
    assert urls
    assert [url for url in urls if not f"{url}/".startswith(f"{BASE}/")] == [IRI]


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.org/x.js",
        f"{BASE}x/x.js",
        f"{BASE}/../x.js",
        f"{BASE}/a/%2E%2e/../x.js",
        f"{BASE}/%2e%2e/x.js",
        f"{BASE}/..\\x.js",
        f"{BASE}/a%5c..%5cx.js",
        f"{BASE}/a b.js",
        "//elsewhere.org/x.js",
        "javascript:alert(1)",
        "x.js",
        "",
    ],
)
@pytest.mark.parametrize("kind", ["js", "css"])
def test_a_file_outside_the_base_is_refused(url: str, kind: str) -> None:
    with pytest.raises(ValueError, match="not below the base_url"):
        build(libraries=[*LIBRARIES, LoadedLibrary("H5P.Evil", 1, 0, **{kind: [url]})])


@pytest.mark.parametrize("base", ["/h5p/x", "/h5p/x/", "http://127.0.0.1:8000/h5p"])
def test_the_base_may_be_of_the_site_or_of_another_origin(base: str) -> None:
    kept = base.rstrip("/")
    built = build(base_url=base, libraries=[LoadedLibrary("H5P.Question", 1, 2, [f"{kept}/a.js"])])
    assert built["url"] == kept
    assert content_of(built)["contentUrl"] == f"{kept}/content/7"


@pytest.mark.parametrize(
    "base",
    ["", "/", "h5p", "//cdn.example.org/x", "ftp://x/y", "javascript:x", "https:///x", "/x?y", "/x#y", "/x/../y"],
)
def test_a_base_that_core_could_not_use_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        build(base_url=base)


def test_a_state_is_given_only_where_saving_is_on() -> None:
    with pytest.raises(ValueError, match="state"):
        build(save_every=0)
    without = build(save_every=0, state=None)
    assert without["saveFreq"] is False
    assert content_of(without)["contentUserData"] == []


def test_a_state_of_null_is_left_out_so_that_nobody_is_told_to_start_over() -> None:
    assert content_of(build(state=" null "))["contentUserData"] == []


@pytest.mark.parametrize("state", ["", "RESET", "{", "NaN", '{"a":Infinity}', "[" * 100_000])
def test_a_state_that_a_browser_could_not_read_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="state"):
        build(state=state)


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_saving_again_and_again_without_a_pause_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="save_every"):
        build(save_every=seconds)


@pytest.mark.parametrize("content_id", ["", "0", "null", "false", "NaN", "a b", '"', "a/b", "x" * 65, "å"])
def test_a_content_id_that_core_would_not_find_is_refused(content_id: str) -> None:
    with pytest.raises(ValueError, match="content_id"):
        build(content_id=content_id)


@pytest.mark.parametrize("main", ["H5P.Question", "H5P.Question 1.3", "H5P.Other 1.2", ""])
def test_what_starts_must_be_loaded(main: str) -> None:
    with pytest.raises(ValueError, match="main"):
        build(main=main)


@pytest.mark.parametrize("params", [None, [], "{}", 1, {"a": math.nan}, {"a": object()}])
def test_params_that_core_would_not_take_are_refused(params: object) -> None:
    with pytest.raises(ValueError, match="params"):
        build(params=params)


@pytest.mark.parametrize("iri", ["", "contents/7", f"{IRI}?a=b", f"{IRI}#a", f"{IRI} x"])
def test_an_iri_that_could_not_carry_a_sub_content_is_refused(iri: str) -> None:
    with pytest.raises(ValueError, match="iri"):
        build(iri=iri)


def test_the_rights_can_be_hidden_and_no_other_button_is_ever_shown() -> None:
    assert not any(content_of(build(display=Display(rights=False)))["displayOptions"].values())


def test_a_licence_that_would_stop_core_is_told_as_undisclosed() -> None:
    assert content_of(build(licence={"license": "WTFPL"}))["metadata"] == {"title": "Bær", "license": "U"}


@pytest.mark.parametrize("source", ["javascript:alert(1)", 'https://x/"onclick="y', 3, None])
def test_a_source_that_is_no_link_of_the_web_is_left_out(source: object) -> None:
    assert "source" not in content_of(build(licence={"source": source}))["metadata"]


def test_the_rights_are_told_whole() -> None:
    rights = {
        "license": "GNU GPL",
        "licenseVersion": "v3",
        "licenseExtras": "None",
        "yearFrom": 2026,
        "yearTo": "2027",
        "source": "https://example.org/",
        "authors": [{"name": "Kari"}],
        "changes": [{"log": "Translated", "author": "Ola", "date": "2027-01-01"}],
    }
    assert content_of(build(licence=rights))["metadata"] == {"title": "Bær", **rights}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
rights = ["license", "licenseVersion", "licenseExtras", "yearFrom", "yearTo", "source", "authors", "changes"]


@given(st.dictionaries(st.sampled_from(rights) | st.text(), json_values))
def test_whatever_the_rights_say_core_finds_the_shapes_it_takes_for_granted(licence: dict[str, Any]) -> None:
    metadata = content_of(build(licence=licence))["metadata"]
    assert metadata["title"] == "Bær"
    assert isinstance(metadata["license"], str)
    assert all(isinstance(author["name"], str) for author in metadata.get("authors", ()))
    assert all(isinstance(change["log"], str) for change in metadata.get("changes", ()))
    json.dumps(metadata, allow_nan=False)


@given(st.dictionaries(st.text(st.characters()), json_values))
def test_the_content_arrives_as_it_was(params: dict[str, Any]) -> None:
    built = json.dumps(build(params=params)).encode()
    assert json.loads(content_of(json.loads(built))["jsonContent"]) == params


def test_the_names_of_the_strings_are_names_and_complete_for_the_start() -> None:
    assert {"close", "copyrights", "copyrightsDescription", "licenseU", "offlineDialogHeader"} <= CORE_STRINGS
    assert all(name.isidentifier() for name in CORE_STRINGS)


def test_the_example_in_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"machineName": "H5P.MultiChoice", "majorVersion": 1, "minorVersion": 16}
    described = {"title": "Bær", "language": "nb", "mainLibrary": "H5P.MultiChoice", "embedTypes": ["div"]}
    files: dict[str, Any] = {
        "h5p.json": described | {"preloadedDependencies": [name], "license": "CC BY", "licenseVersion": "4.0"},
        "content/content.json": {"question": "Blåbær?"},
        "H5P.MultiChoice-1.16/library.json": name
        | {"title": "Multiple Choice", "patchVersion": 1, "runnable": 1, "preloadedJs": [{"path": "js/main.js"}]},
        "H5P.MultiChoice-1.16/semantics.json": [{"name": "question", "type": "text", "label": "Question"}],
    }
    packed = {path: json.dumps(value).encode() for path, value in files.items()}
    with (tmp_path / "quiz.h5p").open("wb") as out:
        write_package(out, packed | {"H5P.MultiChoice-1.16/js/main.js": b""})
    answered = {
        "id": "6f1e4a0c-6f0e-4f5b-8a53-0c8f5e3a9b11",
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {"id": IRI},
        "result": {"score": {"raw": 1, "max": 1}, "completion": True},
    }
    (tmp_path / "statements.jsonl").write_text(json.dumps(answered) + "\n")
    readme = Path(__file__).parents[3] / "media" / "h5p" / "README.md"
    (tmp_path / "example.py").write_text(readme.read_text().partition("```python\n")[2].partition("```")[0])

    monkeypatch.chdir(tmp_path)
    said = runpy.run_path("example.py")
    assert said["found"].content == {"question": "Blåbær?"}
    assert said["done"] is True
    assert content_of(said["integration"])["scripts"] == [
        "https://play.example.org/h5p/libraries/H5P.MultiChoice-1.16/js/main.js"
    ]
