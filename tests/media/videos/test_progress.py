"""What a person has seen is kept, is counted no faster than the clock, and is recorded once."""

import datetime as dt
import json
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from factories import make_person

from accounts.models import User
from evidence.models import Evidence
from media.models import Video, VideoProgress
from media.services.videos import merge_progress, publish_videos, read_transcript, report_watched, seen
from media.watching import SLACK

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


def report(person, video, *stretches, at=None, time_machine=None, position=0.0, sequence=1) -> VideoProgress:
    if at is not None:
        time_machine.move_to(NOON + dt.timedelta(seconds=at), tick=False)
    return report_watched(person=person, video=video, stretches=stretches, position=position, sequence=sequence)


def evidence(person):
    return list(
        Evidence.objects.filter(person=person, subject="activity")
        .order_by("pk")
        .values_list("subject_key", "result", "assurance", "source_ref")
    )


def test_who_has_seen_nine_tenths_has_seen_it_and_that_is_recorded_once(learner, make_video, time_machine):
    video = make_video(seconds=100)
    report(learner, video, at=0, time_machine=time_machine)
    for at in range(10, 90, 10):
        row = report(learner, video, (0, at), at=at, time_machine=time_machine)
        assert not row.is_seen
    assert seen(learner, [video.pk]) == set()
    assert report(learner, video, (0, 90), at=90, time_machine=time_machine).is_seen
    report(learner, video, (0, 100), at=100, time_machine=time_machine)
    assert seen(learner, [video.pk]) == {video.pk}
    key = video.public_id
    assert evidence(learner) == [(key, "completed", 20, f"video:{learner.public_id}:{key}")]


def test_a_forged_report_of_the_whole_film_gives_what_the_clock_allows(learner, make_video, time_machine):
    video = make_video(seconds=1000)
    row = report(learner, video, (0, 1000), at=0, time_machine=time_machine)
    for _ in range(20):
        row = report(learner, video, (0, 1000), at=0, time_machine=time_machine)
    assert row.ranges == [[0, SLACK]]
    row = report(learner, video, (0, 1000), at=10, time_machine=time_machine)
    assert row.ranges == [[0, SLACK + 20]]
    assert not row.is_seen


def test_what_came_too_early_counts_when_it_is_told_again(learner, make_video, time_machine):
    video = make_video(seconds=100)
    report(learner, video, (0, 60), at=0, time_machine=time_machine)
    assert report(learner, video, (0, 60), at=60, time_machine=time_machine).ranges == [[0, 60]]


def test_late_doubled_and_disordered_reports_do_no_harm(learner, make_video, time_machine):
    video = make_video(seconds=100)
    report(learner, video, at=0, time_machine=time_machine)
    report(learner, video, (20, 40), at=40, time_machine=time_machine, position=40, sequence=9)
    report(learner, video, (20, 40), at=40, time_machine=time_machine, position=40, sequence=9)
    row = report(learner, video, (0, 20), at=60, time_machine=time_machine, position=20, sequence=3)
    assert (row.ranges, row.position) == ([[0, 40]], 40)


def test_who_reads_it_as_text_has_seen_it_by_her_own_word(learner, make_video):
    video = make_video()
    read_transcript(person=learner, video=video)
    read_transcript(person=learner, video=video)
    assert seen(learner, [video.pk]) == {video.pk}
    key = video.public_id
    assert evidence(learner) == [(key, "completed", 10, f"video-text:{learner.public_id}:{key}")]


def test_who_has_seen_the_described_one_has_seen_it(learner, make_video, django_assert_num_queries):
    described = make_video("Synstolket")
    video, other = make_video(described="video", described_by=described), make_video("En annen")
    read_transcript(person=learner, video=described)
    with django_assert_num_queries(1):
        assert seen(learner, [video.pk, other.pk]) == {video.pk}
    assert seen(make_person(), [video.pk]) == set()
    assert seen(learner, []) == set()


def test_publishing_opens_the_described_one_too(make_video):
    described = make_video("Synstolket", published=False)
    video = make_video(published=False, described="video", described_by=described)
    publish_videos(video_ids=[video.pk])
    first = set(Video.objects.values_list("published_at", flat=True))
    assert None not in first
    publish_videos(video_ids=[video.pk])
    assert set(Video.objects.values_list("published_at", flat=True)) == first


def test_two_accounts_of_one_person_have_seen_what_either_saw(learner, make_video):
    video, other, target = make_video(seconds=100), make_video("En annen"), make_person()
    now = dt.datetime.now(dt.UTC)
    VideoProgress.objects.create(person=learner, video=video, ranges=[[0, 50]], position=50, watched_at=now)
    VideoProgress.objects.create(person=learner, video=other, ranges=[[0, 1]])
    VideoProgress.objects.create(person=target, video=video, ranges=[[40, 80]], position=80)
    merge_progress(source=learner, target=target)
    row = VideoProgress.objects.get(person=target, video=video)
    assert (row.ranges, row.position, row.watched_at) == ([[0, 80]], 80, now)
    assert VideoProgress.objects.filter(person=target).count() == 2
    assert not VideoProgress.objects.filter(person=learner).exists()


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_lose_nothing_and_record_once(make_video):
    person, video = make_person(), make_video(seconds=8)
    VideoProgress.objects.create(person=person, video=video, credit=SLACK, reported_at=NOON)
    halves, failed = [(0.0, 4.0), (4.0, 8.0)], []

    def tell(stretch) -> None:
        try:
            for _ in range(5):
                report(User.objects.get(pk=person.pk), video, stretch)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tell, args=[half]) for half in halves * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    row = VideoProgress.objects.get()
    assert row.ranges == [[0, 8]]
    assert len(evidence(person)) == 1


# --- by the player ----------------------------------------------------------------------------------


@pytest.fixture
def tell(as_person, learner, make_video):
    video = make_video()
    client = as_person(learner)

    def post(told, address: str = "film_watched"):
        body = told if isinstance(told, str) else json.dumps(told)
        return client.post(reverse(address, args=[video.public_id]), body, content_type="application/json")

    return post


def test_the_player_learns_what_is_counted(tell):
    told = {"position": 3, "ranges": [[0, 3]], "sequence": 5}
    assert tell(told).json() == {"ranges": [[0, 3]], "seen": False}
    assert tell(told).json() == {"ranges": [[0, 3]], "seen": False}


@pytest.mark.parametrize(
    "told",
    ["", "nei", "[]", "{}", {"position": "3", "ranges": []}, {"position": 3, "ranges": [[5, 1]]},
     {"position": -1, "ranges": []}, {"position": 1, "ranges": [], "sequence": 1.5}, {"position": 1, "ranges": [[0]]},
     '{"position": NaN, "ranges": []}', "[" * 50_000, json.dumps({"position": 1, "ranges": [], "x": "y" * 70_000})],
)  # fmt: skip
def test_what_no_player_sends_is_refused_and_nothing_is_kept(tell, told):
    answer = tell(told)
    assert answer.status_code == 400
    assert "message" in answer.json()
    assert not VideoProgress.objects.exists()


def test_another_site_cannot_tell_for_her(learner, make_video):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    address = reverse("film_watched", args=[make_video().public_id])
    assert client.post(address, "{}", content_type="application/json").status_code == 403


def test_nobody_tells_of_a_film_that_she_may_not_see(as_person, learner, make_video, client):
    video = make_video(published=False)
    for name in ("film_watched", "film_transcript_read"):
        address = reverse(name, args=[video.public_id])
        assert as_person(learner).post(address, "{}", content_type="application/json").status_code == 404
        client.logout()
        assert client.post(address).status_code == 302
    assert not VideoProgress.objects.exists()


def test_having_read_leads_back_to_where_she_was_and_nowhere_else(as_person, learner, make_video):
    address = reverse("film_transcript_read", args=[make_video().public_id])
    client = as_person(learner)
    assert client.post(address, {"back": "/nb/kurs/a/b/?del=2#v-1"})["Location"] == "/nb/kurs/a/b/?del=2#v-1"
    assert client.post(address, {"back": "https://ondt.example/"})["Location"] == "/nb/"
    assert VideoProgress.objects.get().is_seen
