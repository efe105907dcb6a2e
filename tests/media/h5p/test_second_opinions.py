"""Ours, pyh5p and Lumi's validator judge the same packages; where they differ, the table below says why.

A difference that stands in the table and is gone fails too: then the table is wrong.
"""

import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyh5p
import pytest
from h5p_samples import (
    CONTENT,
    HELPER,
    MAIN,
    SEMANTICS,
    description,
    files,
    greeting_card_package,
    library,
    needs,
    package,
    playable_package,
)

from media.h5p.errors import H5PError
from media.h5p.inspection import inspect
from media.h5p.package import open_package

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent


def core(minor: int) -> dict[str, int]:
    return {"majorVersion": 1, "minorVersion": minor}


def main_library(**changed: Any) -> dict[str, Any]:
    return json.loads(files()[f"{MAIN}/library.json"]) | changed


def made(**changed: Any) -> bytes:
    return package(files(**changed)).read()


def zipped(*more: tuple[str, bytes], without: tuple[str, ...] = (), mode: int = 0, flags: int = 0) -> bytes:
    """A right package, and files of any name beside it, which `package` would refuse to write."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files().items():
            if name not in without:
                archive.writestr(name, data)
        for name, data in more:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    whole = out.getvalue()
    return whole if not flags else encrypted(whole)


def encrypted(whole: bytes) -> bytes:
    """The flag of an encrypted file, set on the first entry of the directory and on the file itself."""
    spoiled = bytearray(whole)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        spoiled[spoiled.index(signature) + at] |= 1
    return bytes(spoiled)


def nested(depth: int) -> bytes:
    return b'{"question": "x", "right": 1, "answers": ["a", "b"], "deep": ' + b"[" * depth + b"]" * depth + b"}"


RIGHT: dict[str, Callable[[], bytes]] = {
    "our question": lambda: playable_package().read(),
    "a card by somebody else": lambda: greeting_card_package().read(),
    "the smallest": lambda: made(**{"h5p.json": description(license=None, authors=None)}),
    "without a core named": lambda: made(**{f"{MAIN}/library.json": main_library(coreApi=None)}),
    "core 1.28": lambda: made(**{f"{MAIN}/library.json": main_library(coreApi=core(28))}),
    "another patch": lambda: made(**{f"{MAIN}/library.json": main_library(patchVersion=99)}),
    "a picture in its content": lambda: made(
        **{
            "content/images/a.png": b"PNG",
            "content/content.json": CONTENT | {"picture": {"path": "images/a.png", "mime": "image/png"}},
        }
    ),
    "a third library": lambda: made(
        **{
            f"{HELPER}/library.json": library(
                "HandlekraftShared", (2, 1, 0), preloadedJs=[{"path": "shared.js"}],
                preloadedDependencies=[needs("Tredje", 1, 2)],
            ),
            "Tredje-1.2/library.json": library("Tredje", (1, 2, 0)),
        }
    ),
    "a folder without a version": lambda: made(
        **{
            f"{HELPER}/library.json": None, f"{HELPER}/shared.js": None,
            "HandlekraftShared/library.json": library("HandlekraftShared", (2, 1, 0)),
        }
    ),
    "hidden files": lambda: zipped(("content/.DS_Store", b"x"), ("__MACOSX/x", b"x")),
}  # fmt: skip

WRONG: dict[str, Callable[[], bytes]] = {
    "no archive": lambda: b"%PDF-1.7",
    "cut off": lambda: made()[:-40],
    "a bomb": lambda: zipped(("content/a.txt", b"\0" * 30_000_000)),
    "too large a file": lambda: zipped(("content/a.txt", b"ab" * 34 * 1024 * 1024)),
    "a way out": lambda: zipped(("content/../../x.txt", b"x")),
    "from the root": lambda: zipped(("/etc/x.txt", b"x")),
    "a link": lambda: zipped(("content/a.txt", b"/etc/passwd"), mode=0o120777),
    "one name twice, by case": lambda: zipped(("content/A.txt", b"x"), ("content/a.txt", b"y")),
    "encrypted": lambda: zipped(flags=1),
    "no description": lambda: made(**{"h5p.json": None}),
    "no content": lambda: made(**{"content/content.json": None}),
    "a description that is no JSON": lambda: made(**{"h5p.json": b"{"}),
    "content that is no JSON": lambda: made(**{"content/content.json": b"{'a': 1}"}),
    "a library that is no JSON": lambda: made(**{f"{MAIN}/library.json": b"hei"}),
    "no title": lambda: made(**{"h5p.json": description(title=None)}),
    "an unknown licence": lambda: made(**{"h5p.json": description(license="Mine alone")}),
    "an unknown way to embed": lambda: made(**{"h5p.json": description(embedTypes=["object"])}),
    "a library missing": lambda: made(**{f"{HELPER}/library.json": None, f"{HELPER}/shared.js": None}),
    "the main library missing": lambda: made(**dict.fromkeys([name for name in files() if name.startswith(MAIN)])),
    "a main library that nobody listed": lambda: made(**{"h5p.json": description(mainLibrary="H5P.Other")}),
    "a main library that cannot run": lambda: made(**{f"{MAIN}/library.json": main_library(runnable=0)}),
    "a library in another one's folder": lambda: made(**{f"{MAIN}/library.json": main_library(machineName="H5P.Else")}),
    "core 1.29": lambda: made(**{f"{MAIN}/library.json": main_library(coreApi=core(29))}),
    "a script missing": lambda: made(**{f"{MAIN}/question.js": None}),
    "a version that is no number": lambda: made(**{f"{MAIN}/library.json": main_library(majorVersion="one")}),
    "libraries that need each other": lambda: made(
        **{
            f"{HELPER}/library.json": library(
                "HandlekraftShared", (2, 1, 0), preloadedDependencies=[needs("H5P.HandlekraftQuestion", 1, 0)]
            )
        }
    ),
    "SVG in content": lambda: zipped(("content/a.svg", b"<svg/>")),
    "HTML in content": lambda: zipped(("content/a.html", b"<p>")),
    "script in content": lambda: zipped(("content/a.js", b"1")),
    "a program in a library": lambda: zipped((f"{MAIN}/a.exe", b"MZ")),
    "a required text missing": lambda: made(**{"content/content.json": {"right": 1, "answers": ["a", "b"]}}),
    "too few answers": lambda: made(**{"content/content.json": CONTENT | {"answers": ["a"]}}),
    "a number out of bounds": lambda: made(**{"content/content.json": CONTENT | {"right": 99}}),
    "script in a text": lambda: made(**{"content/content.json": CONTENT | {"question": "<script>1</script>"}}),
    "a picture outside its folder": lambda: made(
        **{"content/content.json": CONTENT | {"picture": {"path": "../h5p.json"}}}
    ),
    "a picture that is not there": lambda: made(
        **{"content/content.json": CONTENT | {"picture": {"path": "images/b.png"}}}
    ),
    "nested a thousand deep": lambda: made(**{"content/content.json": nested(1000)}),
}  # fmt: skip

# Who takes what the others refuse, or refuses what they take, and why. The reasons were read in their code.
_NO_CLOSURE = "checks files and schemas, and leaves it to the install to find what libraries need each other"
_NO_CONTENT = "does not read content against semantics when a package is uploaded, but when content is saved"
DIFFERENCES: dict[str, dict[str, str]] = {
    "pyh5p": {
        "hidden files": "refuses a folder at the top that is no library, which core passes by and zip on a Mac writes",
        "one name twice, by case": "compares names with case, so two files may be one on some systems",
        "an unknown licence": "takes any text for a licence",
        "a library missing": "looks for what a content needs when it is built, not when it is loaded",
        "a main library that cannot run": "does not ask whether the main library can run",
        "core 1.29": "reads which core is wanted and does not compare",
        "a script missing": "does not look whether the files that library.json names are there",
        "libraries that need each other": "looks for circles when a content is built, not when it is loaded",
        "SVG in content": "has one list of kinds for content and libraries, so SVG may stand in content",
        "script in content": "has one list of kinds for content and libraries, so scripts may stand in content",
        "script in a text": "judges the type of a text and not what is in it",
    },
    "Lumi": {
        "the smallest": "refuses null for what is not there, which other tools write",
        "without a core named": "refuses null for what is not there, which other tools write",
        "hidden files": "judges the kind of files that begin with a dot or a line, which core passes by",
        "a bomb": "has limits of size and none of how hard a file is packed",
        "a link": "unpacks a link as an ordinary file, so it is harmless there; we refuse what no tool writes",
        "one name twice, by case": "compares names with case, so two files may be one on some systems",
        "a library missing": _NO_CLOSURE,
        "the main library missing": _NO_CLOSURE,
        "a main library that nobody listed": _NO_CLOSURE,
        "a main library that cannot run": _NO_CLOSURE,
        "libraries that need each other": _NO_CLOSURE,
        "a required text missing": _NO_CONTENT,
        "too few answers": _NO_CONTENT,
        "a number out of bounds": _NO_CONTENT,
        "script in a text": _NO_CONTENT,
        "a picture outside its folder": _NO_CONTENT,
        "a picture that is not there": _NO_CONTENT,
        "nested a thousand deep": "reads JSON of any depth that Node can read",
    },
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    assert SEMANTICS  # the question's own; without it content would be judged by nothing
    return {name: make() for name, make in (RIGHT | WRONG).items()}


@pytest.fixture(scope="module")
def lumi(corpus: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """What Lumi says of each: None where it takes it. One process for all."""
    folder = tmp_path_factory.mktemp("lumi")
    paths = {}
    for number, (name, whole) in enumerate(corpus.items()):
        paths[name] = folder / f"{number}.h5p"
        paths[name].write_bytes(whole)
    done = subprocess.run(
        ["node", str(HERE / "lumi_opinion.mjs")], cwd=ROOT, input=json.dumps([str(path) for path in paths.values()]),
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    told = json.loads(done.stdout)
    return {name: told[str(path)] for name, path in paths.items()}


def ours(whole: bytes) -> str | None:
    try:
        with open_package(io.BytesIO(whole)) as archive:
            found = inspect(archive)
            for name in archive.names:
                archive.copy(name, io.BytesIO())
            assert found.order
    except H5PError as error:
        return str(error)
    return None


def pyh5ps(whole: bytes) -> str | None:
    try:
        pyh5p.load(whole, validate=True)
    except Exception as error:  # whatever it raises is a refusal
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_ours_takes_what_is_right_and_refuses_what_is_wrong(corpus, name):
    assert (ours(corpus[name]) is None) is (name in RIGHT), ours(corpus[name])


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_pyh5p_agrees_or_the_table_says_why_not(corpus, name):
    said = pyh5ps(corpus[name])
    agrees = (said is None) is (name in RIGHT)
    assert agrees is (name not in DIFFERENCES["pyh5p"]), said


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_lumi_agrees_or_the_table_says_why_not(lumi, name):
    agrees = (lumi[name] is None) is (name in RIGHT)
    assert agrees is (name not in DIFFERENCES["Lumi"]), lumi[name]


def test_the_table_names_packages_that_are_judged():
    for table in DIFFERENCES.values():
        assert set(table) <= set(RIGHT | WRONG)
        assert all(table.values())
