"""A whole package: what fits together is taken, and everything that does not is told at once."""

import filecmp
import tracemalloc
from pathlib import Path

import h5p_samples as samples
import pytest
from h5p_samples import HELPER, MAIN, files, library, needs, package

from media.h5p.errors import Code, H5PError
from media.h5p.inspection import Inspection, Library, inspect
from media.h5p.library import LibraryName
from media.h5p.package import open_package
from media.h5p.schema import read_library

QUESTION = LibraryName("H5P.HandlekraftQuestion", 1, 0)
SHARED = LibraryName("HandlekraftShared", 2, 1)


def inspected(known: dict[LibraryName, Library] | None = None, **changed) -> Inspection:
    with open_package(package(files(**changed))) as archive:
        return inspect(archive, known)


def refused(known: dict[LibraryName, Library] | None = None, **changed) -> list[tuple[Code, str]]:
    with pytest.raises(H5PError) as error:
        inspected(known, **changed)
    return [(problem.code, problem.where) for problem in error.value.problems]


def stored(name: str, version: tuple[int, int, int], semantics: object = (), **more) -> Library:
    described = read_library(samples.as_bytes(library(name, version, **more)))
    return Library(described, list(semantics))  # type: ignore[call-overload]


def test_a_package_that_is_right_gives_its_description_its_content_and_its_libraries_in_order():
    found = inspected()
    assert (found.description.title, found.description.main) == ("Første samtale", QUESTION)
    assert found.content == samples.CONTENT
    assert found.order == (SHARED, QUESTION), "what is needed comes first"
    assert set(found.libraries) == {SHARED, QUESTION}
    assert found.libraries[QUESTION].files == ("library.json", "question.css", "question.js", "semantics.json")
    assert found.content_files == ("content.json",)


@pytest.mark.parametrize("missing", ["h5p.json", "content/content.json"])
def test_without_a_description_or_content_there_is_nothing_to_take_in(missing):
    assert (Code.MISSING_FILE, missing) in refused(**{missing: None})


def test_all_that_is_wrong_is_told_at_once():
    told = refused(
        **{
            "h5p.json": samples.description(language="norsk bokmål"),
            f"{MAIN}/question.js": None,
            f"{HELPER}/library.json": library("HandlekraftShared", (2, 1, 0), preloadedJs=[{"path": "gone.js"}]),
        }
    )
    assert (Code.WRONG_FIELD, "h5p.json") in [(code, where.partition("#")[0]) for code, where in told]
    assert (Code.MISSING_FILE, f"{MAIN}/question.js") in told
    assert (Code.MISSING_FILE, f"{HELPER}/gone.js") in told


def test_a_folder_that_is_no_library_or_another_one_is_refused():
    assert refused(**{"Extra-1.0/a.js": b""}) == [(Code.FOLDER_IS_NOT_LIBRARY, "Extra-1.0")]
    other = library("Another", (1, 0, 0))
    assert refused(**{"Extra-1.0/library.json": other}) == [(Code.FOLDER_IS_NOT_LIBRARY, "Extra-1.0")]


def test_a_folder_may_be_called_after_the_library_alone():
    moved = {name.replace(HELPER, "HandlekraftShared"): data for name, data in files().items()}
    with open_package(package(moved)) as archive:
        assert set(inspect(archive).libraries) == {SHARED, QUESTION}


def test_a_package_may_rely_on_what_the_platform_has():
    gone = {f"{HELPER}/library.json": None, f"{HELPER}/shared.js": None}
    assert [code for code, _where in refused(**gone)] == [Code.MISSING_LIBRARY] * len(refused(**gone))
    known = {SHARED: stored("HandlekraftShared", (2, 1, 7))}
    assert inspected(known, **gone).order == (SHARED, QUESTION)


def test_a_library_that_needs_a_newer_core_is_refused():
    newer = library("HandlekraftShared", (2, 1, 0), coreApi={"majorVersion": 1, "minorVersion": 29})
    assert refused(**{f"{HELPER}/library.json": newer}) == [(Code.CORE_TOO_NEW, f"{HELPER}/library.json")]


def test_a_main_library_that_cannot_run_alone_is_refused():
    described = samples.description(mainLibrary="HandlekraftShared")
    assert (Code.NOT_RUNNABLE, "h5p.json") in refused(**{"h5p.json": described})


def test_libraries_that_need_each_other_are_refused():
    circle = library("HandlekraftShared", (2, 1, 0), preloadedDependencies=[needs("H5P.HandlekraftQuestion", 1, 0)])
    assert Code.CIRCULAR in [code for code, _where in refused(**{f"{HELPER}/library.json": circle})]


def test_content_is_judged_by_the_semantics_of_the_later_patch():
    wrong = samples.CONTENT | {"right": 12}
    unusual = [(Code.UNUSUAL_VALUE, "content/content.json#right")]

    def notes(known=None):
        return [(note.code, note.where) for note in inspected(known, **{"content/content.json": wrong}).notes]

    assert notes() == unusual
    # What the platform has is later, and allows it.
    loose = [field | ({"max": 20} if field["name"] == "right" else {}) for field in samples.SEMANTICS]
    assert notes({QUESTION: stored("H5P.HandlekraftQuestion", (1, 0, 4), loose, runnable=1)}) == []
    # What it has is older: the package's own counts.
    assert notes({QUESTION: stored("H5P.HandlekraftQuestion", (1, 0, 2), loose, runnable=1)}) == unusual


def test_what_is_told_never_hides_why_a_package_is_refused():
    wrong = samples.CONTENT | {"right": 12, "question": "<script>"}
    codes = [code for code, _where in refused(**{"content/content.json": wrong})]
    assert codes == [Code.WRONG_VALUE, Code.UNUSUAL_VALUE]


def test_a_file_that_content_uses_must_be_there():
    pictured = samples.CONTENT | {"picture": {"path": "images/door.png", "mime": "image/png"}}
    assert refused(**{"content/content.json": pictured}) == [(Code.MISSING_FILE, "content/images/door.png")]
    found = inspected(**{"content/content.json": pictured, "content/images/door.png": b"\x89PNG"})
    assert found.content_files == ("content.json", "images/door.png")


def test_a_large_package_is_taken_and_neither_written_nor_read_as_a_whole(tmp_path: Path):
    first, again = tmp_path / "a.h5p", tmp_path / "b.h5p"
    samples.large_package(again, megabytes=40)
    tracemalloc.start()
    samples.large_package(first, megabytes=40)
    with first.open("rb") as file, open_package(file) as archive:
        found = inspect(archive)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {"videos/0.mp4", "images/1.jpg"} <= set(found.content_files)
    assert first.stat().st_size > 40 * 1024 * 1024 > most
    assert filecmp.cmp(first, again, shallow=False)
