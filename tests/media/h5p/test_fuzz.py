"""Whatever arrives as a package: it is taken or refused, never anything else, in little memory, and nothing is written.

`make fuzz` draws ten thousand packages; an ordinary run a hundred.
"""

import contextlib
import io
import tracemalloc
from pathlib import Path

import pytest
from h5p_samples import files, package
from hypothesis import given
from hypothesis import strategies as st

from media.h5p.errors import H5PError
from media.h5p.inspection import inspect
from media.h5p.package import open_package

MOST_MEMORY = 64 * 1024 * 1024  # bytes

PACKAGE = package().getvalue()
NAMES = sorted(files())
JSON_NAMES = [name for name in NAMES if name.endswith(".json")]
WORDS = [b"{", b"}", b"[", b"]", b'"', b"null", b"1e999", b"-1", b"..", b"/", b"\x00", b"\xff", b'"path"', b"#", b"{}"]


@st.composite
def changed_archives(draw: st.DrawFn) -> bytes:
    """A package with bytes replaced, cut out, doubled or put in."""
    data = bytearray(PACKAGE)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.sampled_from([0, 1, 2, 4, 30, 400]))
        new = draw(st.one_of(st.binary(max_size=8), st.just(bytes(data[at : at + length]) * 2), st.sampled_from(WORDS)))
        data[at : at + length] = new
    return bytes(data)


@st.composite
def changed_files(draw: st.DrawFn) -> bytes:
    """A sound archive of files whose bytes were changed."""
    made = files()
    for name in draw(st.lists(st.sampled_from(JSON_NAMES), min_size=1, max_size=4, unique=True)):
        data = bytearray(made[name])
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, max(len(data) - 1, 0)))
            data[at : at + draw(st.integers(0, 12))] = draw(st.one_of(st.binary(max_size=6), st.sampled_from(WORDS)))
        made[name] = bytes(data)
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=1)):
        made.pop(name)
    return package(made).getvalue()


@pytest.fixture(autouse=True)
def _nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.rglob("*")) == []


def take(data: bytes) -> None:
    """Reads all there is to read, in little memory. Raises H5PError."""
    tracemalloc.start()
    try:
        with open_package(io.BytesIO(data)) as archive:
            for name in archive.names:
                archive.copy(name, io.BytesIO())
            inspect(archive)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MEMORY


def test_the_package_that_the_others_are_made_of_is_right():
    take(PACKAGE)


@pytest.mark.parametrize("drawn", ["archive", "files"])
def test_nothing_but_our_own_errors_comes_out(drawn):
    @given(changed_archives() if drawn == "archive" else changed_files())
    def check(data: bytes) -> None:
        with contextlib.suppress(H5PError):
            take(data)

    check()
