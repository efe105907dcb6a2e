"""A film and activities for the demo, so that their screens have something to show. All of it is made here."""

import io
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile

from accounts.models import User
from courses.curriculum import load_curriculum
from media.films import read_film
from media.h5p.building import write_package
from media.models import H5PContent, H5PLibrary, Picture, Video, VideoTrack
from media.services.libraries import approve
from media.services.packages import take_in

_HERE = Path(__file__).parent
_MEDIA = _HERE / "media"
# As the course's files name them.
_FILM = uuid.UUID("23f71822-e29e-4c90-9c0e-dfb52f020577")
_ACTIVITY = uuid.UUID("56402de0-1733-4511-a0f3-a1fbc3d883a2")
_SAID = (
    "<p>Tre lukkede dører i en mørk korridor.</p><p>En elev stopper ved døren din. Hun sier: «Det er ikke noe.»</p>"
    "<p>Døren i midten går litt opp, og lys faller ut.</p>"
    "<p>Du trenger ikke vite alt. Si hva du har sett, og spør hvordan hun har det.</p>"
    "<p>Lov ikke å holde det hemmelig. Si hvem du må snakke med, og hvorfor.</p>"
    "<p>Døren står åpen, og lyset når langt ut i korridoren.</p>"
    "<p>Avtal når dere snakkes igjen, og hvordan du trygt får tak i henne.</p>"
)
_AS_TEXT = (
    "<p>Er setningen noe du har sett eller hørt, eller er den din tolkning?</p><ul>"
    "<li>«Broren ventet ved porten mandag, onsdag og torsdag.» Sett.</li>"
    "<li>«Broren kontrollerer henne.» Tolkning: Skriv heller hva han gjorde, og når.</li>"
    "<li>«Hun sa: Jeg får ikke være med på turen.» Hørt.</li>"
    "<li>«Foreldrene er strenge.» Tolkning: Hva får han lov til, og hva ikke? Hvem har sagt det?</li></ul>"
)


def show_film_and_activities(*, trainer: User, approver: User) -> None:
    """A course with a film and an activity, and an activity whose library waits for the administrator."""
    _film(trainer)
    waiting = _activity(
        "facts-or-reading", "Det du så, og det du tenker", trainer, public_id=_ACTIVITY, as_text=_AS_TEXT
    )
    approve(waiting, by=approver)
    _activity("old-and-new", "Gamle og nye ord", trainer)
    load_curriculum(_HERE / "content")


def _film(trainer: User) -> None:
    data = (_MEDIA / "doors.webm").read_bytes()
    told = read_film(io.BytesIO(data))
    still = io.BytesIO((_MEDIA / "doors.webp").read_bytes())
    poster = Picture.objects.create(
        title="Døren på gløtt",
        description="En dør på gløtt, med lys",
        file=ImageFile(still, name="doren-pa-glott.webp"),
    )
    film = Video(
        public_id=_FILM,
        title="Døren på gløtt",
        language="nb",
        kind=told.kind,
        size=len(data),
        seconds=told.seconds,
        transcript=_SAID,
        described=Video.Described.TRACK,
        poster=poster,
        uploaded_by=trainer,
    )
    film.file.save("doren-pa-glott.webm", ContentFile(data))
    tracks = [(VideoTrack.Kind.CAPTIONS, language, f"doors.{language}.vtt") for language in ("nb", "nn", "en")]
    for kind, language, name in [*tracks, (VideoTrack.Kind.DESCRIPTIONS, "nb", "doors.seen.nb.vtt")]:
        text = (_MEDIA / name).read_text(encoding="utf-8")
        VideoTrack.objects.create(video=film, kind=kind, language=language, text=text)


def _activity(folder: str, title: str, trainer: User, **fields: object) -> Sequence[H5PLibrary]:
    """Takes in what lies in `folder` as a trainer uploads it; gives the libraries that wait for approval."""
    place, package = _MEDIA / folder, io.BytesIO()
    files = {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}
    write_package(package, files)
    package.seek(0)
    content = H5PContent(title=title, created_by=trainer, **fields)
    return take_in(content=content, file=package, file_name=f"{folder}.h5p", by=trainer).waiting
