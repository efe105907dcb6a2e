"""Videos and people that the tests of videos share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from factories import make_grant, make_membership, make_person, make_unit, with_second_factor
from film_samples import VTT, webm

from agencies.models import Grant
from courses.services import ensure_site, sync_trainer
from media.models import Video, VideoTrack

FILM = webm(8)


@pytest.fixture
def make_video(db) -> Callable[..., Video]:
    """A video that is ready, and that a course has shown unless told otherwise."""

    def make(
        title: str = "Samtalen", *, published: bool = True, tracks: tuple[str, ...] = ("captions",), **fields: Any
    ):
        values = {"kind": "webm", "seconds": 8, "size": len(FILM), "transcript": "<p>Hei.</p>", "described": "sound"}
        video = Video(title=title, published_at=timezone.now() if published else None, **{**values, **fields})
        video.file.save("film.webm", ContentFile(FILM))
        for kind in tracks:
            VideoTrack.objects.create(video=video, kind=kind, language="nb", text=VTT)
        return video

    return make


@pytest.fixture
def learner(db):
    person = make_person()
    make_membership(person, make_unit("Lia skole"))
    return person


@pytest.fixture
def trainer(db):
    ensure_site()
    person = with_second_factor(make_person())
    make_grant(person, make_unit("Fjordvik"), Grant.Function.TRAINER)
    sync_trainer(person_id=person.pk)
    return type(person).objects.get(pk=person.pk)
