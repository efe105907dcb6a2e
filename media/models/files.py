"""Pictures and documents on pages and in questions. Custom from the start: changing the model later is dear."""

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage

from media.files import problem_with


def private_storage() -> Storage:
    """Where everything but images lies: without a URL."""
    return storages["private"]


class Picture(AbstractImage):
    """A picture on a page. `description` is what a reader who does not see it is told."""

    credit = models.CharField(_("kilde og lisens"), max_length=200, blank=True)

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> ImageFile:  # noqa: A002  Wagtail's name
        """As Wagtail does it, but without leaving the temporary file open."""
        with super().generate_rendition_file(filter, source=source) as made:
            made.seek(0)
            return ImageFile(BytesIO(made.read()), name=made.name)

    class Meta(AbstractImage.Meta):
        verbose_name = _("bilde")
        verbose_name_plural = _("bilder")


class Rendition(AbstractRendition):
    """A Picture in one size, made on demand."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="media_rendition_unique")
        ]

    def __str__(self) -> str:
        return f"{self.image} {self.filter_spec}"


class DocumentFile(AbstractDocument):
    """A file to read or print, kept in private storage and served by a view that asks first."""

    file = models.FileField(_("fil"), upload_to="documents", storage=private_storage)

    admin_form_fields = WagtailDocument.admin_form_fields

    def clean(self) -> None:
        """What is uploaded is what its name says, of a kind that may be uploaded, and not too large."""
        new = bool(self.file) and not getattr(self.file, "_committed", True)
        if new and (problem := problem_with(self.file.name or "", self.file.size, self.file.file)):
            raise ValidationError({"file": problem})
        super().clean()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A file that came by no form has its size and its hash too: without one browsers would keep an older file."""
        if self.file and not getattr(self.file, "_committed", True):
            self._set_document_file_metadata()
        super().save(*args, **kwargs)

    @property
    def known_size(self) -> int | None:
        """Its size in bytes, without writing it down: pages are read by people who change nothing."""
        if self.file_size is not None:
            return int(self.file_size)
        try:
            return int(self.file.size)
        except OSError:
            return None

    class Meta(AbstractDocument.Meta):
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumenter")
