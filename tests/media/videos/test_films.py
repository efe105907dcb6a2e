"""A film is told by what it holds, whatever it is called, and a header that lies costs nothing."""

import io
import struct

import pytest
from film_samples import box, element, ftyp, mp4, mvhd, trak, webm
from hypothesis import given
from hypothesis import strategies as st

from media.films import FilmError, FilmProblem, read_film

P = FilmProblem


def problem(data: bytes) -> FilmProblem:
    with pytest.raises(FilmError) as raised:
        read_film(io.BytesIO(data))
    return raised.value.problem


def test_an_mp4_says_how_long_it_is_and_what_is_in_it():
    film = read_film(io.BytesIO(mp4(12.5)))
    assert (film.kind, film.seconds, film.has_picture, film.has_sound) == ("mp4", 12.5, True, True)
    assert read_film(io.BytesIO(mp4(70, long=True))).seconds == 70


def test_a_webm_says_how_long_it_is_and_what_is_in_it():
    film = read_film(io.BytesIO(webm(8.25)))
    assert (film.kind, film.seconds, film.has_picture, film.has_sound) == ("webm", 8.25, True, False)
    assert read_film(io.BytesIO(webm(kind=2))).has_sound


def test_an_mp4_in_fragments_says_it_elsewhere():
    mehd = box(b"mvex", box(b"mehd", b"\0\0\0\0" + struct.pack(">I", 9000)))
    assert read_film(io.BytesIO(mp4(0, more=mehd))).seconds == 9


def test_the_moov_may_come_last():
    data = ftyp() + box(b"mdat", b"\0" * 50) + box(b"moov", mvhd() + trak())
    assert read_film(io.BytesIO(data)).seconds == 8


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(mp4())
    read_film(file)
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", P.UNKNOWN),
        (b"<html>not a film</html>" * 20, P.UNKNOWN),
        (b"%PDF-1.7" + b"\0" * 100, P.UNKNOWN),
        (b"PK\x03\x04" + b"\0" * 100, P.UNKNOWN),
        (mp4(brand=b"qt  "), P.QUICKTIME),
        (box(b"moov", mvhd()), P.QUICKTIME),
        (webm(doc_type="matroska"), P.MATROSKA),
        (webm(doc_type="other"), P.UNKNOWN),
        (mp4(0), P.NO_DURATION),
        (webm(None), P.NO_DURATION),
        (webm(float("nan")), P.NO_DURATION),
        (webm(float("inf")), P.TOO_LONG),
        (mp4(7 * 3600), P.TOO_LONG),
        (mp4(8, trak(b"text")), P.NO_TRACK),
        (webm(kind=17), P.NO_TRACK),
        (mp4(8, trak(coding=b"hvc1")), P.CODING),
        (ftyp() + box(b"mdat", b"\0" * 50), P.CUT),  # the part that describes it is missing
        (ftyp() + box(b"moov", mvhd() + trak()), P.CUT),  # nothing to show
    ],
)
def test_what_is_no_film_for_browsers_is_refused_by_its_reason(data, expected):
    assert problem(data) == expected


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_film_that_was_cut_off_is_refused(share):
    for whole in (mp4(), webm()):
        assert problem(whole[: int(len(whole) * share)]) in (P.CUT, P.BROKEN)


def test_sizes_that_lie_are_not_believed():
    huge = struct.pack(">I4sQ", 1, b"moov", 2**62)
    assert problem(ftyp() + huge + b"\0" * 50) == P.CUT
    assert problem(ftyp() + struct.pack(">I4s", 3, b"moov") + b"\0" * 50) == P.BROKEN
    inside = box(b"moov", struct.pack(">I4s", 2**31, b"mvhd"))
    assert problem(ftyp() + inside + box(b"mdat", b"\0")) == P.BROKEN
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    assert problem(head + b"\x18\x53\x80\x67" + b"\x01" + b"\x7f" * 7) == P.CUT


def test_a_webm_info_of_a_gigabyte_is_not_read():
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    lie = head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\x15\x49\xa9\x66\x01" + (2**30).to_bytes(7, "big")
    assert problem(lie + b"\0" * 100) == P.CUT


@given(st.binary(max_size=400), st.sampled_from([mp4(), webm()]), st.integers(0, 2000), st.data())
def test_whatever_comes_is_a_film_or_refused(noise, whole, at, data):
    at = min(at, len(whole))
    for bytes_ in (noise, whole[:at] + noise + whole[at + len(noise) :], whole[:at] + noise):
        try:
            read_film(io.BytesIO(bytes_))
        except FilmError:
            continue
