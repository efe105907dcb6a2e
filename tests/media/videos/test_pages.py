"""A video on a page: at her place, with its texts, for the same queries whatever their number."""

import pytest
from film_samples import CHAPTERS
from wagtail.blocks import StructBlockValidationError

from courses.blocks import VideoBlock
from courses.models import PartDone
from media.models import Video, VideoProgress, VideoTrack
from media.player_styles import VERSION
from media.screening import clock, read_videos
from media.services.videos import read_transcript
from tests.courses.synthetic import block, make_course, make_module, make_picture, publish
from tests.test_layout import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_with():
    """A published module with these videos in its first part; gives its address."""

    def make(*videos: Video, **options) -> str:
        course = make_course()
        blocks = [block("video", {"video": video.pk, "required": False, **options}) for video in videos]
        module = make_module(
            course, parts=[block("part", {"title": "Se", "body": [*blocks, block("text", "<p>A</p>")]})]
        )
        publish(course)
        return f"/nb/kurs/{course.slug}/{module.slug}/"

    return make


def test_it_shows_the_player_captions_chapters_and_the_text(as_person, learner, make_video, page_with):
    video = make_video(published=False, tracks=("captions", "descriptions"))
    VideoTrack.objects.create(video=video, kind="chapters", language="nb", text=CHAPTERS)
    text = as_person(learner).get(page_with(video, required=True)).content.decode()
    assert f'src="/film/{video.public_id}/"' in text
    assert '<track kind="captions"' in text
    assert 'srclang="nb" label="Bokmål" default' in text
    assert '<track kind="descriptions"' in text
    assert "Ved døren" in text
    assert "Les videoen som tekst" in text
    assert "Den må være sett før du går videre." in text
    assert " controls " in text, "the browser's own controls, without script"
    video.refresh_from_db()
    assert video.published_at is not None


def test_she_goes_on_where_she_left(as_person, learner, make_video, page_with):
    video = make_video(seconds=100)
    address = page_with(video)
    row = VideoProgress.objects.create(person=learner, video=video, ranges=[[0, 42]], position=42)
    text = as_person(learner).get(address).content.decode()
    assert 'data-resume-at="42.00"' in text
    assert "Underveis" in text
    VideoProgress.objects.filter(pk=row.pk).update(position=99)
    assert 'data-resume-at="0.00"' in as_person(learner).get(address).content.decode()


def test_only_pages_with_a_video_have_the_policy_of_its_player(as_person, learner, make_video, page_with):
    client = as_person(learner)
    policy = client.get(page_with(make_video()))["Content-Security-Policy"]
    assert "media-src 'self'" in policy
    assert "'sha256-" in policy
    assert "unsafe" not in policy
    text = client.get(page_with())
    assert "media-src" not in text["Content-Security-Policy"]
    assert "sha256" not in text["Content-Security-Policy"]
    assert "media-chrome" not in text.content.decode()


def test_the_styles_were_looked_at_for_the_version_that_is_installed():
    assert f'"media-chrome": "{VERSION}"' in (ROOT / "package.json").read_text()


def test_one_video_and_many_cost_the_same(learner, make_video, django_assert_num_queries):
    described = make_video("Synstolket")
    fields = {"described": "video", "described_by": described, "poster": make_picture()}
    videos = [make_video(f"Video {n}", tracks=("captions", "descriptions"), **fields) for n in range(6)]
    read_videos(person=learner, video_ids=[videos[0].pk], language="nb")  # makes the still
    for some in (videos[:1], videos):
        with django_assert_num_queries(1):
            found = read_videos(person=learner, video_ids=[video.pk for video in some], language="nb")
            assert all(reading.described and reading.tracks and reading.poster_url for reading in found.values())


def test_a_page_with_many_videos_costs_what_one_with_a_single_does(as_person, learner, make_video, page_with):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_person(learner), []
    for number in (1, 5):
        address = page_with(*(make_video(f"{number}: {n}") for n in range(number)))
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_captions_in_the_readers_language_come_first(learner, make_video):
    video = make_video()
    VideoTrack.objects.create(video=video, kind="captions", language="en", text="WEBVTT\n")
    for language, expected in (("nb", "nb"), ("en", "en"), ("nn", "nb")):
        tracks = read_videos(person=learner, video_ids=[video.pk], language=language)[video.pk].tracks
        assert [track.language for track in tracks if track.default] == [expected] == [tracks[0].language]


def test_a_part_is_not_done_until_what_must_be_seen_is_seen(as_person, learner, make_video, page_with):
    video = make_video()
    url, client = page_with(video, required=True), as_person(learner)

    def go_on():
        reading = client.get(url).context["reading"]
        return client.post(reading.part.url, {"part": reading.part.id, "utgave": reading.edition.number}, follow=True)

    assert f"Gjør «{video.title}» før du går videre." in go_on().content.decode()
    assert not PartDone.objects.exists()
    read_transcript(person=learner, video=video)
    go_on()
    assert PartDone.objects.exists()


def test_a_preview_shows_it_and_keeps_nothing(make_video, rf, trainer):
    course = make_course()
    part = block("part", {"title": "Se", "body": [block("video", {"video": make_video(published=False).pk})]})
    module = make_module(course, parts=[part])
    request = rf.get("/")
    request.user = trainer
    response = module.serve_preview(request, "").render()
    assert "hk-video" in response.content.decode()
    assert "data-report" not in response.content.decode()
    assert "Jeg har lest teksten" not in response.content.decode()
    assert response._csp_update["media-src"] == ["'self'"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"tracks": ()}, "teksting"),
        ({"language": "en"}, "teksting"),
        ({"transcript": "<p> </p>"}, "som tekst"),
        ({"described": ""}, "ikke ser bildet"),
        ({"described": "track"}, "beskrivelser av bildet"),
        ({"described": "video"}, "synstolket video"),
    ],
)
def test_a_page_cannot_use_one_that_is_not_ready(make_video, fields, word):
    chosen = VideoBlock().to_python({"video": make_video(**fields).pk, "required": False})
    with pytest.raises(StructBlockValidationError) as raised:
        VideoBlock().clean(chosen)
    message = str(raised.value.block_errors["video"].messages)
    assert word in message
    assert "Samtalen" in message


def test_a_page_can_use_one_that_is_ready(make_video):
    assert VideoBlock().clean(VideoBlock().to_python({"video": make_video().pk, "required": True}))["required"]


def test_clocks_are_written_as_players_write_them():
    assert [clock(seconds) for seconds in (0, 7.9, 75, 3723)] == ["0:00", "0:07", "1:15", "1:02:03"]
