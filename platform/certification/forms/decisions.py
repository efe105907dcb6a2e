"""What somebody fills in to decide about another's certification. Every one asks why, and no one asks for health."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import DayField
from certification.forms.sureness import sureness
from certification.services.decided import LONGEST_REASON
from common.forms import ServiceForm


class DecisionForm(ServiceForm):
    """The reason, and what the page showed when it was opened."""

    reason = forms.CharField(
        label=_("Begrunnelse"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "hk-grow", "autocomplete": "off"}),
        max_length=LONGEST_REASON,
        help_text=_("Skriv aldri noe om helse, familie eller enkeltsaker. Det holder med for eksempel «etter avtale»."),
        error_messages={
            "required": _("Skriv en begrunnelse."),
            "max_length": _("Skriv kortere: høyst %(limit_value)s tegn."),
        },
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class PeriodDecisionForm(DecisionForm):
    """From a day to a day."""

    first_day = DayField(label=_("Første dag"))
    last_day = DayField(
        label=_("Siste dag"), required=False, help_text=_("La feltet stå tomt når det gjelder inntil videre.")
    )
    field_order = ["first_day", "last_day", "reason"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Siste dag kan ikke være før første dag."))
        return data


class UntilForm(DecisionForm):
    """A new last day."""

    until = DayField(label=_("Ny siste dag"))
    field_order = ["until", "reason"]


class PriorForm(DecisionForm):
    """Which step she did earlier, when, and how sure that is."""

    step = forms.ChoiceField(
        label=_("Hva personen har gjort"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Velg et steg"),
            "invalid_choice": _("Velg et steg som hører til sertifiseringen."),
        },
    )
    occurred_on = DayField(label=_("Dagen det ble gjort"))
    assurance = forms.TypedChoiceField(
        label=_("Hvor sikkert er det?"),
        choices=sureness,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvor sikkert det er"), "invalid_choice": _("Velg hvor sikkert det er")},
    )
    field_order = ["step", "occurred_on", "assurance", "reason"]

    def __init__(self, *args: Any, steps: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = cast(forms.ChoiceField, self.fields["step"])
        step.choices = list(steps)

    def chosen(self) -> tuple[str, uuid.UUID]:
        """The subject and key of the step."""
        subject, key = self.cleaned_data["step"].split(":", 1)
        return subject, uuid.UUID(key)


class EndForm(DecisionForm):
    """The last day of something that was right while it held."""

    last_day = DayField(label=_("Siste dag"))
    field_order = ["last_day", "reason"]
