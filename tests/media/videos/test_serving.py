"""A film is served in the parts that are asked for, to those who may see it, as a film and nothing else."""

import uuid

import pytest
from django.urls import reverse
from film_samples import VTT

from media.models import VideoTrack
from tests.media.videos.conftest import FILM

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(as_person, learner, make_video):
    video = make_video()
    client = as_person(learner)

    def get(method: str = "get", **headers: str):
        return getattr(client, method)(reverse("film", args=[video.public_id]), headers=headers)

    return get


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_whole_film_comes_as_what_it_is_and_runs_nothing(ask):
    response = ask()
    assert (response.status_code, body(response)) == (200, FILM)
    assert response["Content-Type"] == "video/webm"
    assert response["Content-Length"] == str(len(FILM))
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"].startswith("private")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, len(FILM) - 1), ("bytes=-5", -5, len(FILM) - 1)],
)
def test_a_part_comes_alone(ask, asked, first, last):
    response = ask(range=asked)
    first %= len(FILM)
    assert (response.status_code, body(response)) == (206, FILM[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(FILM)}"
    assert response["Content-Length"] == str(last - first + 1)


def test_beyond_the_end_is_416_and_says_how_long_it_is(ask):
    response = ask(range=f"bytes={len(FILM)}-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(FILM)}"


def test_a_part_of_another_film_is_not_mixed_in(ask):
    etag = ask("head")["ETag"]
    assert body(ask(**{"if-range": etag, "range": "bytes=0-9"})) == FILM[:10]
    assert body(ask(**{"if-range": '"another"', "range": "bytes=0-9"})) == FILM
    assert ask(**{"if-none-match": etag}).status_code == 304


def test_head_says_how_long_it_is_and_sends_nothing(ask):
    response = ask("head", range="bytes=0-9")
    assert (response.status_code, body(response)) == (200, b"")
    assert response["Content-Length"] == str(len(FILM))


def test_nobody_writes_to_a_film(ask):
    assert ask("post").status_code == 405


def test_a_film_that_no_course_has_shown_is_for_those_who_make_courses(client, make_video, learner, trainer):
    video = make_video(published=False)
    track = VideoTrack.objects.get()
    addresses = [reverse("film", args=[video.public_id]), reverse("film_track", args=[video.public_id, track.pk])]
    for address in addresses:
        client.logout()
        assert client.get(address).status_code == 302
        client.force_login(learner)
        assert client.get(address).status_code == 404
        client.force_login(trainer)
        assert body(client.get(address))


def test_captions_come_as_text_and_only_with_their_own_film(as_person, learner, make_video):
    video, other = make_video(), make_video("En annen")
    client, track = as_person(learner), VideoTrack.objects.get(video=video)
    response = client.get(reverse("film_track", args=[video.public_id, track.pk]))
    assert response.content.decode() == VTT
    assert response["Content-Type"] == "text/vtt; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("film_track", args=[other.public_id, track.pk])).status_code == 404


def test_a_film_that_is_not_there_is_not_found(as_person, learner, make_video):
    video = make_video()
    video.file.storage.delete(video.file.name)
    client = as_person(learner)
    assert client.get(reverse("film", args=[video.public_id])).status_code == 404
    assert client.get(reverse("film", args=[uuid.uuid4()])).status_code == 404
