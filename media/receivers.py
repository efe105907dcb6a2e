"""What the files say of whoever uploaded them, when she is given her data, erased or merged with another account."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import made_by, repoint
from accounts.signals import Part

# Ours, and those that come with Wagtail and that ours stand in for.
FIELDS = (
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
