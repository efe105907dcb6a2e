"""Who uploaded what, and who saw what of it, when a person is given her data, erased or merged with another account."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import made_by, repoint, rows_of
from accounts.signals import Part
from media.models import VideoProgress
from media.services.videos import merge_progress

# Ours, and those that come with Wagtail and that ours stand in for.
FIELDS = (
    "media.Video.uploaded_by",
    "media.Picture.uploaded_by_user",
    "media.DocumentFile.uploaded_by_user",
    "wagtailimages.Image.uploaded_by_user",
    "wagtaildocs.Document.uploaded_by_user",
)


def export_files(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    yield Part("files", _("hvor mange bilder og dokumenter du har lastet opp"), made_by(person, FIELDS))


def keep_files(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    """Others read them; who uploaded them is then somebody without a name."""
    return []


def merge_files(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    repoint(FIELDS, source=source, target=target)
    return []


VIDEO_FIELDS = ("media.VideoProgress.person",)


def export_videos(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    rows = rows_of(
        VideoProgress.objects.filter(person=person).order_by("video__title"),
        video="video__title",
        seen="ranges",
        position="position",
        updated_at="updated_at",
        watched_at="watched_at",
        read_as_text_at="read_at",
    )
    yield Part("videos", _("hva du har sett av hver video, og hvor du slapp"), rows)


def erase_videos(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    VideoProgress.objects.filter(person=person).delete()
    return []


def merge_videos(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    merge_progress(source=source, target=target)
    return []
