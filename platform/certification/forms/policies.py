"""The form of a policy's next version: national, or an agency's tightening of it."""

import re
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.forms import DayField
from agencies.models import Unit
from certification.explaining import in_words
from certification.forms.sureness import sureness
from certification.models import Certification, Policy
from certification.periods import Period, parse_period
from common.forms import ServiceForm
from courses.models import LearningPath

_DATE_BASE: Any = [(value, capfirst(label)) for value, label in Policy.DateBase.choices]
_PART = re.compile(r"(\d{1,4})\s*([a-zæøå]+)")
_MONTHS = {"å": 12, "y": 12, "m": 1}
_DAYS = {"u": 7, "v": 7, "w": 7, "d": 1}


class PeriodField(forms.CharField):
    """A length of time as people write it: «12 måneder», «60 dager», «1 år». P12M is understood too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For eksempel 12 måneder eller 60 dager."))
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        try:
            return in_words(value) if value else value
        except ValueError:
            return value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return period_of(text) if text else ""


def period_of(text: str) -> str:
    """The ISO 8601 duration of what somebody wrote. Raises ValidationError."""
    try:
        return str(parse_period(text.strip().upper()))
    except ValueError:
        pass
    months = days = 0
    rest = text.lower()
    for number, unit in _PART.findall(rest):
        months += int(number) * _MONTHS.get(unit[0], 0)
        days += int(number) * _DAYS.get(unit[0], 0)
    left = re.sub(r"\b(og|and)\b|,", "", _PART.sub("", rest)).strip()
    known = all(unit[0] in _MONTHS or unit[0] in _DAYS for _number, unit in _PART.findall(rest))
    period = str(Period(months=months, days=days))
    try:
        parse_period(period)
    except ValueError:
        known = False
    if left or not known or not _PART.search(rest):
        raise ValidationError(_("Skriv hvor lenge, for eksempel 12 måneder eller 60 dager."), code="invalid")
    return period


class PathField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A learning path, by its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=LearningPath.objects.all(),
            to_field_name="key",
            empty_label=_("Ingen"),
            error_messages={"required": _("Velg en sti"), "invalid_choice": _("Velg en sti som finnes")},
            **kwargs,
        )

    def label_from_instance(self, obj: LearningPath) -> str:
        return obj.name


def _number(label: Any, help_text: Any = "", least: int = 0, most: int = 32_000) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=least,
        max_value=most,
        error_messages={
            "invalid": _("Skriv et helt tall"),
            "min_value": _("Tallet er for lite. Det minste er %(limit_value)s."),
            "max_value": _("Tallet er for stort. Det største er %(limit_value)s."),
        },
    )


def _assurance(value: str) -> int | None:
    return int(value) if value else None


class AgencyPolicyForm(ServiceForm):
    """An agency may tighten. An empty field means as the national policy."""

    version = forms.CharField(
        label=_("Navn på versjonen"),
        max_length=20,
        help_text=_("For eksempel 2027-1. Navnet står i forklaringen hver enkelt får."),
        error_messages={"required": _("Skriv hva versjonen heter, for eksempel 2027-1")},
    )
    valid_from = DayField(label=_("Gjelder fra"))
    pass_mark = _number(_("Bestått ved, prosent"), least=1, most=100)
    validity = PeriodField(label=_("Gyldig i"), required=False)
    grace = PeriodField(label=_("Henstand etter utløp"), required=False)
    least_assurance = forms.TypedChoiceField(
        label=_("Prøven må minst være"), required=False, coerce=_assurance, empty_value=None
    )
    attempts = _number(_("Forsøk"), _("La feltet stå tomt for så mange som helst."), least=1, most=1000)
    cool_down_days = _number(_("Dager mellom forsøk"), most=365)
    path = PathField(label=_("Sti"), required=False)
    refresher_path = PathField(
        label=_("Sti ved fornying"), required=False, help_text=_("Tom: den samme som første gang.")
    )
    note = forms.CharField(
        label=_("Hva er endret, og hvorfor?"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "hk-grow"}),
        max_length=2000,
        error_messages={"required": _("Skriv kort hva som er endret, og hvorfor.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        certification: Certification,
        agency: Unit | None,
        nationally: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """`nationally` is what the national policy says, in words by field: shown beside what an agency may tighten."""
        super().__init__(*args, **kwargs)
        self.certification, self.agency = certification, agency
        assurance = cast(forms.TypedChoiceField, self.fields["least_assurance"])
        assurance.choices = [("", _("Velg") if agency is None else _("Som nasjonalt")), *sureness()]
        if agency is not None:
            for name in ("path", "refresher_path"):
                field = cast(PathField, self.fields[name])
                field.empty_label = _("Som nasjonalt")
            for name in ("attempts", "refresher_path"):
                self.fields[name].help_text = ""  # what empty means nationally
            for name, words in (nationally or {}).items():
                if name in self.fields:
                    self.fields[name].help_text = _("Nasjonalt: %(value)s.") % {"value": words}

    def policy(self) -> Policy:
        """The version as the form says, unsaved. Only for a form that is right."""
        names = {field.name for field in Policy._meta.fields} & self.cleaned_data.keys()
        values = {name: self.cleaned_data[name] for name in names}
        values["version"] = values["version"].strip()
        return Policy(certification=self.certification, agency=self.agency, **values)


class NationalPolicyForm(AgencyPolicyForm):
    """The national policy, whole."""

    window = PeriodField(label=_("Kan fornyes så lenge før utløp"), required=False)
    date_base = forms.ChoiceField(
        label=_("Ny gyldighet regnes fra"),
        choices=_DATE_BASE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hva gyldigheten regnes fra")},
    )
    fixed_day = forms.CharField(
        label=_("Fast dag i året"),
        max_length=5,
        required=False,
        help_text=_("Måned og dag, for eksempel 06-30. Bare når sertifikatet går ut en fast dag."),
    )
    minimum_active = PeriodField(
        label=_("Korteste tid fram til den faste dagen"),
        required=False,
        help_text=_("Er det kortere, gjelder sertifikatet til samme dag året etter."),
    )
    prior_learning = PeriodField(
        label=_("Tidligere læring godtas når den er yngre enn"),
        required=False,
        help_text=_("Tom: like lenge som sertifikatet gjelder."),
    )
    field_order = [
        "version", "valid_from", "path", "refresher_path", "pass_mark", "validity", "window", "grace", "date_base",
        "fixed_day", "minimum_active", "least_assurance", "attempts", "cool_down_days", "prior_learning", "note",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("path", "pass_mark", "validity", "window", "least_assurance"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = _("De nasjonale reglene må fylles helt ut.")


class ApplyForm(forms.Form):
    """Whether cycles that are open already get the new terms."""

    apply_to_open = forms.TypedChoiceField(
        label=_("Gjelder den også dem som alt er i gang?"),
        choices=[
            ("no", _("Nei, de beholder reglene de begynte med")),
            ("yes", _("Ja, de får de nye reglene nå")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Velg om de som alt er i gang, får de nye reglene."),
            "invalid_choice": _("Velg om de som alt er i gang, får de nye reglene."),
        },
    )


def initial_of(policy: Policy | None) -> dict[str, Any]:
    """What the form of the next version begins with: the current one, but for its name, day and note."""
    if policy is None:
        return {}
    names = {field.name for field in Policy._meta.fields} - {"version", "valid_from", "note", "path", "refresher_path"}
    values = {name: getattr(policy, name) for name in names}
    return values | {
        "path": policy.path.key if policy.path else None,
        "refresher_path": policy.refresher_path.key if policy.refresher_path else None,
    }
