"""What media say of a person, when she is given her data, erased or merged with another account."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import made_by, repoint
from accounts.signals import Part, person_erase, person_export, person_merge
from media.services import persons
from media.services.videos import merge_progress

# What she made or judged for all: ours, and the models of Wagtail's that ours stand in for.
MADE = (
    "media.Picture.uploaded_by_user",
    "media.Video.uploaded_by",
    "media.DocumentFile.uploaded_by_user",
    "wagtailimages.Image.uploaded_by_user",
    "wagtaildocs.Document.uploaded_by_user",
    "media.H5PContent.created_by",
    "media.H5PVersion.uploaded_by",
    "media.H5PLibrary.brought_by",
    "media.H5PLibrary.judged_by",
)


def export_media(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    yield Part("files", _("hvor mange bilder, dokumenter, videoer og øvelser du har lastet opp"), made_by(person, MADE))
    yield from persons.export_activities(person)
    yield from persons.export_videos(person)


def erase_media(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    """What she made, others read; who made it is then somebody without a name."""
    return [*persons.erase_activities(person), *persons.erase_videos(person)]


def merge_media(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    repoint(MADE, source=source, target=target)
    merge_progress(source=source, target=target)
    return persons.merge_activities(source, target)


def connect() -> None:
    """Called when the app is ready."""
    fields = (*MADE, *persons.FIELDS)
    person_export.answered_by(export_media, *fields)
    person_erase.answered_by(erase_media, *fields)
    person_merge.answered_by(merge_media, *fields)
