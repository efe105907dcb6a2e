"""The trainer's form for an activity: a package, and what the package does not tell."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from media.explaining import sentences
from media.h5p.errors import H5PError
from media.h5p.inspection import Inspection
from media.models import H5PContent
from media.services.packages import TakenIn, judge, take_in


class H5PContentForm(WagtailAdminModelForm):
    """Judges the package before anything is kept. A package that is sent for a known activity is its next version."""

    package = forms.FileField(
        label=_("H5P-pakke"),
        required=False,
        help_text=_(
            "En .h5p-fil, laget på h5p.org, i Lumi eller i et annet læringssystem. En ny fil blir neste versjon; "
            "det deltakerne har gjort, beholdes."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".h5p"}),
    )
    found: Inspection | None = None
    taken: TakenIn | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "title" in self.fields:
            self.fields["title"].required = False
            self.fields["title"].help_text = gettext("Tom: tittelen i pakken brukes.")

    def clean_package(self) -> "UploadedFile[Any] | None":
        package: UploadedFile[Any] | None = self.cleaned_data.get("package")
        if package is None:
            if self.instance.current_id is None:
                raise ValidationError(gettext("Velg en H5P-pakke."))
            return None
        try:
            self.found = judge(package.file)  # type: ignore[arg-type]  # an open file, for all that it is typed as
        except H5PError as error:
            raise ValidationError(sentences(error.problems)) from error
        return package

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not cleaned.get("title"):
            kept = H5PContent.objects.filter(pk=self.instance.pk).values_list("title", flat=True).first()
            cleaned["title"] = self.found.description.title if self.found else kept or ""
        return cleaned

    def save(self, commit: bool = True) -> Any:
        package = self.cleaned_data.get("package")
        if package is None or not commit:
            return super().save(commit)
        content: H5PContent = super().save(commit=False)
        if content._state.adding:
            content.created_by = self.for_user
        self.taken = take_in(
            content=content,
            file=package.file,
            file_name=package.name,
            by=self.for_user,
            may_approve=self.for_user.has_perm("media.approve_h5plibrary"),
        )
        return content


class RefusalForm(forms.Form):
    """Why a library may not run: whoever uploaded it is told."""

    reason = forms.CharField(label=_("Hvorfor"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
