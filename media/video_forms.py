"""The trainer's form for a video: the file is judged by what it holds, and what is lacking is said in words."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from media.films import FilmError, FilmProblem, read_film
from media.models import Video, VideoTrack, private_storage
from media.models.videos import lacking
from media.services.videos import publish_videos
from media.webvtt import LARGEST, Fault, WebVTTError, normal, read_webvtt

_MIB = 1024 * 1024
_PROBLEMS = {
    FilmProblem.UNKNOWN: _("Filen er ikke en MP4- eller WebM-film, uansett hva den heter. Lagre filmen som MP4."),
    FilmProblem.QUICKTIME: _("Dette er en QuickTime-film, som ikke alle nettlesere spiller. Lagre den som MP4."),
    FilmProblem.MATROSKA: _("Dette er en Matroska-film (MKV), som ikke alle nettlesere spiller. Lagre den som MP4."),
    FilmProblem.BROKEN: _("Filen er ødelagt. Lagre filmen på nytt, og last den opp igjen."),
    FilmProblem.CUT: _("Filen er ikke hel: Slutten mangler. Last den opp på nytt."),
    FilmProblem.NO_DURATION: _(
        "Filen sier ikke hvor lenge filmen varer, så deltakerne kan ikke spole i den. Lagre den på nytt som MP4 fra et "
        "redigeringsprogram."
    ),
    FilmProblem.TOO_LONG: _("Filmen varer lenger enn seks timer. Del den opp."),
    FilmProblem.NO_TRACK: _("Filen har verken bilde eller lyd."),
    FilmProblem.CODING: _("Bildet er kodet på en måte som ikke alle nettlesere viser. Lagre filmen som MP4 med H.264."),
}
_FAULTS = {
    Fault.HEADER: _("Linje %(line)s: Teksten må begynne med WEBVTT."),
    Fault.TOO_LARGE: _("Linje %(line)s: Det er for mye tekst i sporet."),
    Fault.EMPTY: _("Linje %(line)s: Det er ingen tekster i sporet."),
    Fault.TIMING: _("Linje %(line)s: Her skal tiden stå, slik: 00:01.000 --> 00:04.500"),
    Fault.BACKWARDS: _("Linje %(line)s: Teksten slutter før den begynner."),
    Fault.ORDER: _("Linje %(line)s: Teksten begynner før den som står over."),
    Fault.PAST_END: _("Linje %(line)s: Teksten slutter etter at filmen er slutt."),
    Fault.SETTING: _("Linje %(line)s: Etter tiden kan det bare stå plassering, slik: line:0 align:start"),
    Fault.MARKUP: _("Linje %(line)s: Bare <b>, <i>, <u>, <v Navn> og <lang nb> er tillatt, og de må lukkes."),
    Fault.NO_TEXT: _("Linje %(line)s: Det står ingen tekst etter tiden."),
    Fault.BLOCK: _(
        "Linje %(line)s: STYLE og REGION er ikke tillatt. Leseren bestemmer selv hvordan tekstingen ser ut."
    ),
    Fault.LINE_BREAK: _("Linje %(line)s: Navnet på et kapittel skal stå på én linje."),
}


def fault_texts(error: WebVTTError) -> list[str]:
    """What is wrong with a track, line by line."""
    return [str(_FAULTS[found.fault]) % {"line": found.line} for found in error.faults]


class VideoTrackForm(WagtailAdminModelForm):
    """A track, pasted or from a file."""

    file = forms.FileField(
        label=_("eller velg en .vtt-fil"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        file: UploadedFile[Any] | None = cleaned.get("file")
        if file is not None:
            try:
                cleaned["text"] = file.read(LARGEST * 4).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", gettext("Filen må være tekst i UTF-8."))
        cleaned["text"] = normal(cleaned.get("text") or "")
        if not cleaned["text"].strip() and not self.errors:
            self.add_error("text", gettext("Lim inn teksten, eller velg en fil."))
        return cleaned

    class Meta(WagtailAdminModelForm.Meta):
        model = VideoTrack
        fields = ("kind", "language", "text")


class VideoForm(WagtailAdminModelForm):
    """An unfinished video is saved; one that learners may have seen stays finished, and its film is never another."""

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if not isinstance(file, UploadedFile):
            return file
        if self.instance.published_at is not None:
            raise ValidationError(
                gettext(
                    "Deltakere kan ha sett denne filmen, så den byttes ikke. Lag en ny video, og bruk den på siden."
                )
            )
        if (file.size or 0) > settings.VIDEO_LARGEST_MIB * _MIB:
            raise ValidationError(
                gettext("Filen er større enn %(size)s MB. Lagre filmen med lavere kvalitet, eller del den opp.")
                % {"size": settings.VIDEO_LARGEST_MIB}
            )
        try:
            self.film = read_film(file.file)  # type: ignore[arg-type]  # an open file, for all that it is typed as
        except FilmError as error:
            raise ValidationError(_PROBLEMS[error.problem]) from error
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        tracks = self._check_tracks()
        other: Video | None = cleaned.get("described_by")
        if other is not None and other.pk == self.instance.pk:
            self.add_error("described_by", gettext("En video kan ikke stå i stedet for seg selv."))
        if self.instance.published_at is None:
            return cleaned
        for missing in lacking(
            language=cleaned.get("language", ""),
            tracks=tracks,
            transcript=cleaned.get("transcript", ""),
            described=cleaned.get("described", ""),
            other=other,
        ):
            text = gettext("Videoen er i bruk. Den kan ikke være uten %(what)s.") % {"what": missing.what}
            self.add_error(missing.field if missing.field in self.fields else None, text)
        return cleaned

    def _check_tracks(self) -> set[tuple[str, str]]:
        """Every track within the film, and each kind once in each language. Gives back which there are."""
        film = getattr(self, "film", None)
        seconds = film.seconds if film else self.instance.seconds or None
        found: set[tuple[str, str]] = set()
        formset = self.formsets.get("tracks")
        if formset is None:
            return found
        formset.is_valid()  # reads which forms are to be deleted
        for form in formset.forms:
            told = getattr(form, "cleaned_data", {})
            if form in formset.deleted_forms or not told.get("text"):
                continue
            key = (form["kind"].value(), form["language"].value())  # Django takes doubled ones out of what is cleaned
            if key in found:
                form.add_error("language", gettext("Det er alt et slikt spor på dette språket."))
            found.add(key)
            try:
                read_webvtt(told["text"], seconds=seconds, chapters=key[0] == VideoTrack.Kind.CHAPTERS)
            except WebVTTError as error:
                form.add_error("text", fault_texts(error))
        return found

    def save(self, commit: bool = True) -> Any:
        film = getattr(self, "film", None)
        before = Video.objects.filter(pk=self.instance.pk).values_list("file", flat=True).first()
        if film is not None:
            self.instance.kind, self.instance.seconds = film.kind, film.seconds
            self.instance.size = self.cleaned_data["file"].size
        if self.instance._state.adding:
            self.instance.uploaded_by = self.for_user
        video: Video = super().save(commit)
        if commit and video.published_at is not None:
            publish_videos(video_ids=[video.pk])
        if commit and film is not None and before:
            transaction.on_commit(lambda: private_storage().delete(before))
        return video
