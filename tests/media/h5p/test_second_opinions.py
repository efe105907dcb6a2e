"""What other people's validators say of the same packages: pyh5p, and Lumi's server for H5P set to our player's core.

Where they differ from ours it is written down why, and a difference that is no more must come off the list.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyh5p
import pytest
from h5p_corpus import BROKEN, LIMITS, VALID
from opinions import opinion_of

from media.h5p.errors import H5PError
from media.h5p.inspection import inspect
from media.h5p.package import open_package

SCRIPT = Path(__file__).with_name("lumi_opinion.mjs")
PACKAGES = {**VALID, **BROKEN}

# Who judges otherwise than we do, why, and of which packages.
DIFFERENCES: Sequence[tuple[str, str, Sequence[str]]] = (
    # Lumi refuses what we take in.
    ("lumi", "takes null for a wrong type, where H5P core takes it for nothing", ["fields that are null"]),
    ("lumi", "wants years as text and versions as numbers; H5P core takes either", [
        "years as numbers", "a version as text", "runnable as true or false",
    ]),
    ("lumi", "knows the versions of Creative Commons only, while the editor offers v1 to v3 for GNU GPL", [
        "a version of a licence that is not Creative Commons",
    ]),
    ("lumi", "wants one word for a role; we only show it", ["an author whose role is two words"]),
    ("lumi", "has a list of licences of libraries; which one a library has is for whoever approves it", [
        "a licence of the library that H5P has no word for",
    ]),
    ("lumi", "cannot read past a byte order mark, which editors on Windows write", ["a byte order mark"]),
    ("lumi", "looks for files under the name with the version only, against its own rule for folders", [
        "a folder without a version",
    ]),
    ("lumi", "looks whether the file is hidden and not whether its folder is", ["a hidden folder"]),
    ("lumi", "wants an extension of every file; licences of libraries have none", [
        "a licence beside the library's code",
    ]),
    ("lumi", "reads the words for authors, which we never use", ["words of a library that cannot be read"]),
    # pyh5p refuses what we take in.
    ("pyh5p", "cannot read past a byte order mark, which editors on Windows write", ["a byte order mark"]),
    ("pyh5p", "judges what is left out anyway", ["a hidden folder", "a file beside h5p.json"]),
    ("pyh5p", "holds content to its limits, where H5P core mends it and we tell its author", [
        "nothing where something is needed", "a number too large", "too few of a list",
    ]),
    # Lumi takes in what we refuse.
    ("lumi", "has no limit to how hard a file is packed, nor to how many there are", [
        "packed too hard", "too many files",
    ]),
    ("lumi", "reads the form for large archives; we need none, and refuse what may have two directories", [
        "large archive's end record",
    ]),
    ("lumi", "turns backslashes around", ["a name with backslashes"]),
    ("lumi", "does not look for characters that turn text around", ["a name that turns around"]),
    ("lumi", "writes a link as a file with the address in it", ["a link", "a device"]),
    ("lumi", "lets the last of several files of a name count", ["a name twice", "a name twice but for case"]),
    ("lumi", "does not look whether files share bytes", ["the same bytes twice"]),
    ("lumi", "lets XML and Flash stand in content", ["markup in content", "an old film format in content"]),
    ("lumi", "looks for libraries when the content is played", [
        "a main library that is not among the dependencies", "a main library that is not there",
        "a needed library that is not there", "another version than is needed", "a main library that cannot run",
        "libraries that need each other", "a library that needs itself",
    ]),
    ("lumi", "takes an empty list, and the library's own ways of embedding for it", [
        "an empty list of ways of embedding",
    ]),
    ("lumi", "takes a minor version of nought for one that is not given", ["core 2.0"]),
    ("lumi", "joins the path and looks for it in the whole package", ["a script outside of the library"]),
    ("lumi", "does not read semantics and repairs content when it is edited", [
        "semantics that cannot be read", "content is a list", "content nested too deep", "text that is a number",
        "a script in text", "an event in text", "a picture that is not there", "a picture outside of the folder",
        "content of a library that is not there", "content of another version than is there",
        "content in content that does not fit", "content in content with an id that is none",
    ]),
    # pyh5p takes in what we refuse.
    ("pyh5p", "uses Python's reader, which looks for the end of the archive from behind", [
        "something behind the archive",
    ]),
    ("pyh5p", "reads every form and packing that Python reads", [
        "large archive's end record", "packed in a way that browsers lack",
    ]),
    ("pyh5p", "does not look for characters that turn text around", ["a name that turns around"]),
    ("pyh5p", "uses Python's reader of JSON, which takes NaN", ["content with a number that is none"]),
    ("pyh5p", "looks for links only", ["a device"]),
    ("pyh5p", "keeps files in memory, where case and folders make no difference", [
        "a name twice but for case", "a file inside a file",
    ]),
    ("pyh5p", "has one list of kinds for content and libraries", [
        "a drawing in content", "a script in content", "markup in content", "an old film format in content",
    ]),
    ("pyh5p", "looks whether a field is there and of its type, not what it says", [
        "a title too long", "a language in words", "an empty list of ways of embedding",
        "a dependency whose name climbs", "an unknown licence", "a source that is a script",
        "a main library that is not among the dependencies",
    ]),
    ("pyh5p", "reads of library.json no more than the name and the version", [
        "library.json without a patch", "library.json does not say whether it runs", "a version below nought",
        "core 1.29", "core 2.0", "a script that is not there", "a style that is not there",
        "a script outside of the library", "a drawing as a script", "a script of another server",
        "a main library that cannot run",
    ]),
    ("pyh5p", "resolves what libraries need when a package is built, not when it is read", [
        "a needed library that is not there", "another version than is needed", "libraries that need each other",
        "a library that needs itself",
    ]),
    ("pyh5p", "does not look into text, nor how deep fields lie that semantics do not know", [
        "a script in text", "an event in text", "content nested too deep",
    ]),
    ("pyh5p", "compares libraries of content in content without their versions, and no ids", [
        "content of another version than is there", "content in content with an id that is none",
    ]),
)  # fmt: skip
REASONS: Mapping[tuple[str, str], str] = {(name, who): why for who, why, names in DIFFERENCES for name in names}


def ours(data: bytes) -> str:
    """Empty when the package would be taken in, else what is wrong; so in those that follow."""
    try:
        with open_package(io.BytesIO(data), LIMITS) as archive:
            inspect(archive)
            for name in archive.names:
                archive.copy(name, io.BytesIO())
    except H5PError as error:
        return str(error)
    return ""


def of_pyh5p(data: bytes) -> str:
    limits = pyh5p.PackageLimits(
        max_files=LIMITS.files,
        max_file_size=LIMITS.file,
        max_total_size=LIMITS.unpacked,
        max_compression_ratio=LIMITS.ratio,
    )
    try:
        pyh5p.read_package(data, limits=limits).require_valid(require_content=True)
        pyh5p.load(data, validate=True)
    except Exception as error:  # it has errors of its own, and lets through those of what it uses
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, str]]:
    """Name of the package → who → what is wrong with it. All are asked in one go, as starting Node takes a while."""
    folder = tmp_path_factory.mktemp("packages")
    paths = {name: folder / f"{number}.h5p" for number, name in enumerate(PACKAGES)}
    for name, path in paths.items():
        path.write_bytes(PACKAGES[name])
    asked = {
        "files": [str(path) for path in paths.values()],
        "limits": {"file": LIMITS.file, "unpacked": LIMITS.unpacked},
    }
    lumi = opinion_of(SCRIPT, asked)
    return {
        name: {"ours": ours(data), "pyh5p": of_pyh5p(data), "lumi": lumi[str(paths[name])]}
        for name, data in PACKAGES.items()
    }


def test_no_package_is_in_both_lists_and_every_difference_is_about_one_and_told_once() -> None:
    assert not VALID.keys() & BROKEN.keys()
    assert {name for name, _ in REASONS} <= PACKAGES.keys()
    assert {who for _, who in REASONS} == {"pyh5p", "lumi"}
    assert len(REASONS) == sum(len(names) for _, _, names in DIFFERENCES)


@pytest.mark.parametrize("name", PACKAGES)
def test_all_agree_or_it_is_written_down_why_not(opinions, name: str) -> None:
    told = opinions[name]
    right = name in VALID
    assert (told["ours"] == "") is right, told["ours"] or "taken in, though it is broken"
    for who in ("pyh5p", "lumi"):
        agrees = (told[who] == "") is right
        differs = (name, who) in REASONS
        assert agrees is not differs, (
            f"{who} agrees by now: take it off" if agrees else f"{who}: {told[who] or 'right'}"
        )
