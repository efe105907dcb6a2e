"""Ours, pyh5p and Lumi's validator judge the same packages; where they differ, the table below says why.

A difference that stands in the table and is gone fails too: then the table is wrong.
"""

import io
import json
import random
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
    as_bytes,
    description,
    files,
    greeting_card_package,
    library,
    needs,
    package,
    playable_package,
)

from media.h5p.errors import Code, H5PError
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


def described(**changed: Any) -> bytes:
    return made(**{"h5p.json": description(**changed)})


def of_library(**changed: Any) -> bytes:
    return made(**{f"{MAIN}/library.json": main_library(**changed)})


def with_content(**changed: Any) -> bytes:
    return made(**{"content/content.json": CONTENT | changed})


def zipped(*more: tuple[str, bytes], mode: int = 0, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A right package, and files of any name beside it, which `package` would refuse to write."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files().items():
            archive.writestr(name, data)
        for name, data in more:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            info.compress_type = packing
            archive.writestr(info, data)
    return out.getvalue()


def encrypted(whole: bytes) -> bytes:
    """The flag of an encrypted file, set on the first entry of the directory and on the file itself."""
    spoiled = bytearray(whole)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        spoiled[spoiled.index(signature) + at] |= 1
    return bytes(spoiled)


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def of_megabytes(size: int) -> bytes:
    """So much that packs forty times smaller: large, and no bomb."""
    noise = random.Random(size)
    return b"".join(noise.randbytes(5) + bytes(400) for _ in range(size * 1024 * 1024 // 405))


def with_inner(library_of_content: str) -> bytes:
    """Content with a library in it; the semantics offer one."""
    inner = {"name": "inner", "type": "library", "label": "Inner", "options": ["Indre 1.2"]}
    told = {
        "library": library_of_content, "params": {"word": "hei"}, "metadata": {"title": "Indre"},
        "subContentId": "0f2d1f5e-8a52-4b6c-9c3e-2a7b1d4e5f60",
    }  # fmt: skip
    dependencies = [*description()["preloadedDependencies"], needs("Indre", 1, 2)]
    return made(
        **{
            "h5p.json": description(preloadedDependencies=dependencies),
            "content/content.json": CONTENT | {"inner": told},
            f"{MAIN}/semantics.json": [*SEMANTICS, inner],
            "Indre-1.2/library.json": library("Indre", (1, 2, 0)),
            "Indre-1.2/semantics.json": [{"name": "word", "type": "text", "label": "Word"}],
        }
    )


def nested(depth: int) -> bytes:
    return as_bytes(CONTENT)[:-1] + b', "deep": ' + b"[" * depth + b"]" * depth + b"}"


RIGHT: dict[str, Callable[[], bytes]] = {
    "our question": lambda: playable_package().read(),
    "a card by somebody else": lambda: greeting_card_package().read(),
    "the smallest": lambda: made(
        **{
            "h5p.json": without(description(), "license", "authors"),
            f"{MAIN}/library.json": without(main_library(), "coreApi", "preloadedCss"),
        }
    ),
    "null for what is not there": lambda: made(
        **{
            "h5p.json": description(license=None, authors=None),
            f"{MAIN}/library.json": main_library(coreApi=None, preloadedCss=None),
        }
    ),
    "a version as text": lambda: of_library(majorVersion="1", patchVersion="3"),
    "a path that begins here": lambda: of_library(preloadedJs=[{"path": "./question.js"}]),
    "a byte order mark": lambda: made(**{"h5p.json": b"\xef\xbb\xbf" + files()["h5p.json"]}),
    "letters of our own": lambda: made(
        **{
            "content/images/blåbær.png": b"PNG",
            "content/content.json": json.dumps(
                CONTENT | {"picture": {"path": "images/blåbær.png", "mime": "image/png"}}, ensure_ascii=False
            ).encode(),
        }
    ),
    "a library in its content": lambda: with_inner("Indre 1.2"),
    "core 1.28": lambda: of_library(coreApi=core(28)),
    "another patch": lambda: of_library(patchVersion=99),
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

# Each has one thing wrong, and stands below what it is to be refused for: for another reason it would prove nothing.
WRONG_BY_CODE: dict[Code, dict[str, Callable[[], bytes]]] = {
    Code.NOT_AN_ARCHIVE: {
        "empty": lambda: b"",
        "no archive": lambda: b"%PDF-1.7",
    },
    Code.DAMAGED: {
        "cut off": lambda: made()[:-40],
        "cut in the middle": lambda: made()[: len(made()) // 2],
        "packed in another way": lambda: zipped(("content/a.txt", b"x"), packing=zipfile.ZIP_BZIP2),
    },
    Code.ENCRYPTED: {"encrypted": lambda: encrypted(made())},
    Code.COMPRESSED_TOO_HARD: {"a bomb": lambda: zipped(("content/a.txt", b"\0" * 30_000_000))},
    Code.FILE_TOO_LARGE: {"too large a file": lambda: zipped(("content/a.txt", of_megabytes(65)))},
    Code.UNSAFE_NAME: {
        "a way out": lambda: zipped(("content/../../x.txt", b"x")),
        "from the root": lambda: zipped(("/etc/x.txt", b"x")),
    },
    Code.NOT_A_FILE: {"a link": lambda: zipped(("content/a.txt", b"/etc/passwd"), mode=0o120777)},
    Code.SAME_NAME_TWICE: {
        "one name twice": lambda: zipped(("content/A.txt", b"x"), ("content/a.txt", b"y")).replace(b"A.txt", b"a.txt"),
        "one name twice, by case": lambda: zipped(("content/A.txt", b"x"), ("content/a.txt", b"y")),
        "a file that is a folder too": lambda: zipped(("content/a.txt", b"x"), ("content/a.txt/b.txt", b"y")),
    },
    Code.KIND_NOT_ALLOWED: {
        "SVG in content": lambda: zipped(("content/a.svg", b"<svg/>")),
        "HTML in content": lambda: zipped(("content/a.html", b"<p>")),
        "script in content": lambda: zipped(("content/a.js", b"1")),
        "a program in a library": lambda: zipped((f"{MAIN}/a.exe", b"MZ")),
    },
    Code.MISSING_FILE: {
        "no description": lambda: made(**{"h5p.json": None}),
        "no content": lambda: made(**{"content/content.json": None}),
        "a script missing": lambda: made(**{f"{MAIN}/question.js": None}),
        "a picture that is not there": lambda: with_content(picture={"path": "images/b.png", "mime": "image/png"}),
    },
    Code.NOT_JSON: {
        "a description that is no JSON": lambda: made(**{"h5p.json": b"{"}),
        "content that is no JSON": lambda: made(**{"content/content.json": b"{'a': 1}"}),
        "a library that is no JSON": lambda: made(**{f"{MAIN}/library.json": b"hei"}),
        "a number that is none": lambda: with_content(more=float("nan")),
        "nested a thousand deep": lambda: made(**{"content/content.json": nested(1000)}),
    },
    Code.MISSING_FIELD: {
        "no title": lambda: made(**{"h5p.json": without(description(), "title")}),
        "a title of null": lambda: described(title=None),
        "a required text missing": lambda: made(**{"content/content.json": without(CONTENT, "question")}),
    },
    Code.WRONG_FIELD: {
        "an unknown licence": lambda: described(license="Mine alone"),
        "an unknown way to embed": lambda: described(embedTypes=["object"]),
        "no way to embed": lambda: described(embedTypes=[]),
        "a main library that nobody listed": lambda: described(mainLibrary="H5P.Other"),
        "a version that is no number": lambda: of_library(majorVersion="one"),
        "a script outside its library": lambda: of_library(preloadedJs=[{"path": f"../{HELPER}/shared.js"}]),
        "a script from the root": lambda: of_library(preloadedJs=[{"path": "/question.js"}]),
    },
    Code.FOLDER_IS_NOT_LIBRARY: {"a library in another one's folder": lambda: of_library(machineName="H5P.Else")},
    Code.CORE_TOO_NEW: {"core 1.29": lambda: of_library(coreApi=core(29))},
    Code.MISSING_LIBRARY: {
        "a library missing": lambda: made(**{f"{HELPER}/library.json": None, f"{HELPER}/shared.js": None}),
        "the main library missing": lambda: made(**dict.fromkeys(name for name in files() if name.startswith(MAIN))),
    },
    Code.CIRCULAR: {
        "libraries that need each other": lambda: made(
            **{
                f"{HELPER}/library.json": library(
                    "HandlekraftShared", (2, 1, 0), preloadedDependencies=[needs("H5P.HandlekraftQuestion", 1, 0)]
                )
            }
        ),
    },
    Code.NOT_RUNNABLE: {"a main library that cannot run": lambda: of_library(runnable=0)},
    Code.NOT_IN_SEMANTICS: {"a library in content that is not offered": lambda: with_inner("HandlekraftShared 2.1")},
    Code.WRONG_VALUE: {
        "content that is a list": lambda: made(**{"content/content.json": [CONTENT]}),
        "too few answers": lambda: with_content(answers=["a"]),
        "a number out of bounds": lambda: with_content(right=99),
        "script in a text": lambda: with_content(question="<script>1</script>"),
        "a picture outside its folder": lambda: with_content(picture={"path": "../h5p.json", "mime": "image/png"}),
    },
}
WRONG = {name: make for group in WRONG_BY_CODE.values() for name, make in group.items()}
CODES = {name: code for code, group in WRONG_BY_CODE.items() for name in group}

# Who takes what the others refuse, or refuses what they take, and why. The reasons were read in their code.
_NO_CLOSURE = "checks files and schemas, and leaves it to the install to find what libraries need each other"
_NO_CONTENT = "does not read content against semantics when a package is uploaded, but when content is saved"
_NO_WAY = "judges each way to embed that is listed, and none is listed"
_ANY_PATH = "does not judge the paths in library.json, nor look for the files"
DIFFERENCES: dict[str, dict[str, str]] = {
    "pyh5p": {
        "a byte order mark": "refuses the mark that some editors write before UTF-8",
        "hidden files": "refuses a folder at the top that is no library, which core passes by and zip on a Mac writes",
        "packed in another way": "reads whatever Python's zipfile can unpack; other platforms read deflate alone",
        "too large a file": "has a higher limit, 100 MiB",
        "one name twice, by case": "compares names with case, so two files may be one on some systems",
        "a file that is a folder too": "reads from the archive by whole names, and never unpacks it into folders",
        "a number that is none": "reads NaN, as Python's json does unless told otherwise",
        "an unknown licence": "takes any text for a licence",
        "no way to embed": _NO_WAY,
        "a script outside its library": _ANY_PATH,
        "a script from the root": _ANY_PATH,
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
        "null for what is not there": "refuses null for what is not there, which other tools write",
        "a version as text": "refuses a number written as text, which older packages have",
        "a byte order mark": "refuses the mark that some editors write before UTF-8",
        "hidden files": "judges the kind of files that begin with a dot or a line, which core passes by",
        "a bomb": "has limits of size and none of how hard a file is packed",
        "a link": "unpacks a link as an ordinary file, so it is harmless there; we refuse what no tool writes",
        "one name twice": "unpacks one over the other",
        "one name twice, by case": "compares names with case, so two files may be one on some systems",
        "no way to embed": _NO_WAY,
        "a script outside its library": "looks for the file wherever the path leads, and there is one",
        "a script from the root": "takes the library's folder for the root",
        "a library missing": _NO_CLOSURE,
        "the main library missing": _NO_CLOSURE,
        "a main library that nobody listed": _NO_CLOSURE,
        "a main library that cannot run": _NO_CLOSURE,
        "libraries that need each other": _NO_CLOSURE,
        "content that is a list": _NO_CONTENT,
        "a library in content that is not offered": _NO_CONTENT,
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
def corpus() -> dict[str, bytes]:
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


def ours(whole: bytes) -> None:
    with open_package(io.BytesIO(whole)) as archive:
        assert inspect(archive).order
        for name in archive.names:
            archive.copy(name, io.BytesIO())


def pyh5ps(whole: bytes) -> str | None:
    try:
        pyh5p.load(whole, validate=True)
    except Exception as error:  # whatever it raises is a refusal
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("name", RIGHT)
def test_ours_takes_what_is_right(corpus, name):
    ours(corpus[name])


@pytest.mark.parametrize("name", WRONG)
def test_ours_refuses_what_is_wrong_and_for_what_is_wrong_with_it(corpus, name):
    with pytest.raises(H5PError) as refusal:
        ours(corpus[name])
    assert refusal.value.problems[0].code == CODES[name], str(refusal.value)


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
