"""A trainer uploads a film, is told what is wrong or lacking, and never loses what people have seen."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from film_samples import VTT, mp4, webm

from media.models import Video, VideoTrack

pytestmark = pytest.mark.django_db
ADD = "/admin/snippets/media/video/add/"
LIST = "/admin/snippets/media/video/"


def stored() -> int:
    try:
        return len(storages["private"].listdir("videos")[1])
    except FileNotFoundError:
        return 0


def form(file: bytes | None = None, name: str = "film.mp4", tracks=(), **fields):
    values = {
        "title": "Samtalen", "language": "nb", "described": "sound", "poster": "", "described_by": "",
        "transcript": "null", "tracks-TOTAL_FORMS": str(len(tracks)), "tracks-INITIAL_FORMS": "0",
        "tracks-MIN_NUM_FORMS": "0", "tracks-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for n, track in enumerate(tracks):
        values |= {f"tracks-{n}-{key}": value for key, value in {"kind": "captions", "language": "nb", **track}.items()}
    if file is not None:
        values["file"] = SimpleUploadedFile(name, file)
    return values | fields


@pytest.fixture
def send(as_person, trainer):
    client = as_person(trainer)

    def post(*args, address: str = ADD, **fields):
        return client.post(address, form(*args, **fields), follow=True)

    return post


def test_an_unfinished_video_is_saved_and_says_what_it_lacks(send, trainer):
    before = stored()
    text = send(mp4(12)).content.decode()
    video = Video.objects.get()
    assert (video.kind, video.seconds, video.uploaded_by) == ("mp4", 12, trainer)
    assert video.file.name.startswith(f"videos/{video.public_id}")
    assert stored() == before + 1
    assert "kan ikke brukes på sider ennå" in text
    assert "Ikke klar. Mangler: teksting på språket i videoen, videoen som tekst" in text


def test_with_captions_text_and_an_answer_it_is_ready(send):
    transcript = '{"blocks": [{"key": "a", "text": "Hei.", "type": "unstyled"}], "entityMap": {}}'
    text = send(webm(), "x.webm", tracks=[{"text": VTT}], transcript=transcript).content.decode()
    assert "er lagret og kan brukes på sider" in text
    assert Video.objects.get().lacking() == []
    assert VideoTrack.objects.get().text == VTT.strip()


def test_captions_may_come_as_a_file(send):
    file = SimpleUploadedFile("nb.vtt", b"\xef\xbb\xbf" + VTT.replace("\n", "\r\n").encode())
    send(webm(), tracks=[{"text": "", "file": file}])
    assert VideoTrack.objects.get().text == VTT


@pytest.mark.parametrize(
    ("file", "name", "words"),
    [
        (b"<html>" * 50, "film.mp4", "ikke en MP4- eller WebM-film, uansett hva den heter"),
        (b"MZ" + b"\0" * 200, "film.webm", "ikke en MP4- eller WebM-film"),
        (mp4()[:300], "film.mp4", "Slutten mangler"),
        (mp4(brand=b"qt  "), "film.mp4", "QuickTime"),
        (webm(None), "film.webm", "hvor lenge filmen varer"),
    ],
)
def test_what_is_no_film_is_refused_in_words_and_nothing_is_stored(send, file, name, words):
    before = stored()
    assert words in send(file, name).content.decode()
    assert not Video.objects.exists()
    assert stored() == before


def test_a_film_under_another_name_is_what_it_holds(send):
    send(webm(), "film.mp4")
    assert Video.objects.get().kind == "webm"


def test_one_that_is_too_large_is_refused(send, settings):
    settings.VIDEO_LARGEST_MIB = 0
    assert "større enn 0 MB" in send(mp4()).content.decode()
    assert not Video.objects.exists()


@pytest.mark.parametrize(
    ("track", "words"),
    [
        ({"text": VTT.replace(" -->", " ->", 1)}, "Linje 3: Her skal tiden stå"),
        ({"text": VTT.replace("00:08.000", "00:58.000")}, "Linje 6: Teksten slutter etter at filmen er slutt"),
        ({"text": "  ", "language": "en"}, "Lim inn teksten, eller velg en fil"),
        ({"text": "", "file": SimpleUploadedFile("x.vtt", b"\xff\xfe\x00")}, "UTF-8"),
    ],
)
def test_captions_that_are_wrong_are_told_by_line(send, track, words):
    assert words in send(webm(8), tracks=[track]).content.decode()
    assert not Video.objects.exists()


def test_a_track_stands_once_in_each_language(send):
    text = send(webm(8), tracks=[{"text": VTT}, {"text": VTT}]).content.decode()
    assert "Det er alt et slikt spor" in text
    assert not Video.objects.exists()


def test_the_film_of_a_draft_is_replaced_and_the_old_one_goes(send, make_video, django_capture_on_commit_callbacks):
    video = make_video(published=False, tracks=())
    before, old = stored(), video.file.name
    with django_capture_on_commit_callbacks(execute=True):
        send(mp4(30), address=f"{LIST}edit/{video.pk}/")
    video.refresh_from_db()
    assert (video.kind, video.seconds, stored()) == ("mp4", 30, before)
    assert not storages["private"].exists(old)


def test_a_video_that_people_may_have_seen_keeps_its_film_and_stays_ready(send, make_video):
    video = make_video(tracks=())
    VideoTrack.objects.create(video=video, kind="captions", language="nb", text=VTT)
    track = VideoTrack.objects.get()
    kept = {"tracks-INITIAL_FORMS": "1"}
    transcript = '{"blocks": [{"key": "a", "text": "Rettet.", "type": "unstyled"}], "entityMap": {}}'
    address = f"{LIST}edit/{video.pk}/"
    there = {"id": str(track.pk), "text": VTT}
    text = send(mp4(), address=address, tracks=[there], transcript=transcript, **kept).content.decode()
    assert "den byttes ikke" in text
    text = send(address=address, tracks=[{**there, "DELETE": "1"}], **kept).content.decode()
    assert "Den kan ikke være uten teksting" in text
    assert "Den kan ikke være uten videoen som tekst" in text
    send(address=address, tracks=[there], transcript=transcript, **kept)
    video = Video.objects.get()
    assert "Rettet." in video.transcript
    assert video.kind == "webm"


def test_it_cannot_stand_in_for_itself(send, make_video):
    video = make_video(published=False, tracks=())
    text = send(address=f"{LIST}edit/{video.pk}/", described="video", described_by=str(video.pk)).content.decode()
    assert "i stedet for seg selv" in text


def test_no_video_is_ever_deleted(send, make_video, as_person, trainer):
    video = make_video(published=False)
    client = as_person(trainer)
    assert client.post(f"{LIST}delete/{video.pk}/").status_code in (302, 403)
    assert Video.objects.exists()


def test_the_list_costs_the_same_for_one_and_many(as_person, trainer, make_video):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_person(trainer), []
    for number in (1, 6):
        for n in range(number):
            make_video(f"Video {number} {n}", described="video", described_by=make_video(f"S {number} {n}"))
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_she_sees_it_as_a_learner_does(as_person, trainer, make_video):
    response = as_person(trainer).get(f"{LIST}inspect/{make_video(published=False).pk}/")
    text = response.content.decode()
    assert "hk-video" in text
    assert "data-report" not in text
    assert "media-src 'self'" in response["Content-Security-Policy"]
