"""Captions are read strictly, and every fault is told by its line."""

import pytest
from film_samples import CHAPTERS, VTT
from hypothesis import given
from hypothesis import strategies as st

from media.webvtt import MOST_FAULTS, Cue, Fault, WebVTTError, normal, plain, read_webvtt


def faults(text: str, **options) -> list[tuple[int, str]]:
    with pytest.raises(WebVTTError) as raised:
        read_webvtt(text, **options)
    return [(found.line, found.fault) for found in raised.value.faults]


def cue(timing: str, text: str = "Hei.") -> str:
    return f"WEBVTT\n\n{timing}\n{text}\n"


def test_cues_are_read_with_their_times():
    assert read_webvtt(VTT, seconds=8)[0] == Cue(0.0, 4.0, "Hei, jeg heter Amira.")
    assert read_webvtt(cue("01:00:00.500 --> 01:00:01.000"))[0].start == 3600.5
    assert [found.text for found in read_webvtt(CHAPTERS, chapters=True)] == ["Ved døren", "Samtalen"]


def test_names_notes_and_places_are_allowed():
    text = (
        "WEBVTT - Samtalen\n\nNOTE\nav oss\n\nførste\n00:00.000 --> 00:01.000 line:0 align:start\n<v Amira>Hei.</v>\n"
    )
    assert [found.text for found in read_webvtt(text)] == ["<v Amira>Hei.</v>"]


def test_line_breaks_and_marks_of_other_machines_are_made_ours():
    assert read_webvtt("\ufeffWEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\nHei.\r\n")[0].text == "Hei."
    assert normal("a\r\nb\rc\x00") == "a\nb\nc\ufffd"


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", 1, Fault.HEADER),
        ("1\n00:00:01,000 --> 00:00:02,000\nHei.\n", 1, Fault.HEADER),  # SRT
        ("WEBVTT\n", 2, Fault.EMPTY),
        (cue("00:01.000 -> 00:02.000"), 3, Fault.TIMING),
        (cue("00:01,000 --> 00:02,000"), 3, Fault.TIMING),
        (cue("00:61.000 --> 00:62.000"), 3, Fault.TIMING),
        (cue("00:02.000 --> 00:01.000"), 3, Fault.BACKWARDS),
        (VTT.replace("00:04.000 --> 00:08.000", "00:05.000 --> 00:08.000") + "\n00:01.000 --> 00:02.000\nA\n", 9,
         Fault.ORDER),
        (cue("00:01.000 --> 00:20.000"), 3, Fault.PAST_END),
        (cue("00:01.000 --> 00:02.000 color:red"), 3, Fault.SETTING),
        (cue("00:01.000 --> 00:02.000", "<i></i>"), 3, Fault.NO_TEXT),
        (cue("00:01.000 --> 00:02.000", "Hei\n<c.red>du</c>"), 5, Fault.MARKUP),
        (cue("00:01.000 --> 00:02.000", "<script>alert(1)</script>"), 4, Fault.MARKUP),
        (cue("00:01.000 --> 00:02.000", "<img src=x>Hei"), 4, Fault.MARKUP),
        (cue("00:01.000 --> 00:02.000", "<b>Hei"), 4, Fault.MARKUP),
        (cue("00:01.000 --> 00:02.000", "A & B"), 4, Fault.MARKUP),
        (cue("00:01.000 --> 00:02.000", "1 < 2"), 4, Fault.MARKUP),
        ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:00.000 --> 00:01.000\nHei\n", 3, Fault.BLOCK),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_line(text, line, fault):
    assert (line, fault) in faults(text, seconds=10)


def test_a_chapter_is_one_plain_line():
    assert faults(cue("00:01.000 --> 00:02.000", "Ved\ndøren"), chapters=True) == [(5, Fault.LINE_BREAK)]
    assert faults(cue("00:01.000 --> 00:02.000", "<b>Ved</b>"), chapters=True) == [(4, Fault.MARKUP)]


def test_many_faults_are_told_ten_at_a_time():
    text = "WEBVTT\n\n" + "\n\n".join(f"00:0{n % 9}.000 -> nei\nHei" for n in range(50))
    assert len(faults(text)) == MOST_FAULTS


def test_markup_is_not_read_aloud():
    assert plain("<v Amira>Hei &amp; <i>hå</i>\n&lt;3</v>") == "Hei & hå <3"


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_or_refused(text):
    for whole in (text, f"WEBVTT\n\n{text}", f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}"):
        try:
            cues = read_webvtt(whole, seconds=5)
        except WebVTTError:
            continue
        assert cues
        assert all(found.start < found.end <= 6 for found in cues)
