"""The form of a rule: whom an agency obliges, and by when."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import Scope
from agencies.forms import DayField, RosterForm, UnitField
from agencies.models import Region, Role, Sector, Unit
from certification.models import Certification, RequirementRule

LONGEST_DUE = 1000


class KeysField(forms.MultipleChoiceField):
    """Any number of roles, sectors or regions, by their keys. None chosen narrows nothing."""

    def __init__(self, **kwargs: Any) -> None:
        message = gettext_lazy("Velg blant dem som finnes.")
        super().__init__(
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": message, "invalid_list": message},
            **kwargs,
        )


class CertificationField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """The certifications that are in use."""

    def __init__(self) -> None:
        message = gettext_lazy("Velg en sertifisering")
        super().__init__(
            queryset=Certification.objects.filter(archived_on__isnull=True),
            to_field_name="key",
            empty_label=gettext_lazy("Velg"),
            label=gettext_lazy("Sertifisering"),
            error_messages={"required": message, "invalid_choice": message},
        )

    def label_from_instance(self, obj: Certification) -> str:
        return obj.name


class RuleForm(RosterForm):
    """What a rule says. A rule that is changed keeps its certification and its agency."""

    certification = CertificationField()
    label = forms.CharField(
        label=gettext_lazy("Navn på kravet"),
        max_length=40,
        help_text=gettext_lazy("For eksempel 2027-1. Navnet står i forklaringen hver enkelt får."),
        error_messages={
            "required": gettext_lazy("Skriv hva kravet heter, for eksempel 2027-1"),
            "max_length": gettext_lazy("Skriv et kortere navn: høyst 40 tegn."),
        },
    )
    unit = UnitField(
        label=gettext_lazy("Gjelder ansatte i"), help_text=gettext_lazy("Kravet gjelder også for alle enheter under.")
    )
    role_keys = KeysField(
        label=gettext_lazy("Bare disse yrkesrollene"), help_text=gettext_lazy("Velg ingen når det gjelder alle.")
    )
    sector_keys = KeysField(
        label=gettext_lazy("Bare disse sektorene"), help_text=gettext_lazy("Velg ingen når det gjelder alle.")
    )
    region_keys = KeysField(
        label=gettext_lazy("Bare disse regionene"), help_text=gettext_lazy("Velg ingen når det gjelder alle.")
    )
    employed_from = DayField(
        label=gettext_lazy("Bare dem som begynte denne dagen eller senere"),
        required=False,
        help_text=gettext_lazy("La feltet stå tomt når det gjelder alle."),
    )
    valid_from = DayField(label=gettext_lazy("Kravet gjelder fra"))
    due = forms.ChoiceField(
        label=gettext_lazy("Frist"),
        choices=[
            ("days", gettext_lazy("Et antall dager etter at kravet begynner å gjelde for den enkelte")),
            ("date", gettext_lazy("En dato, lik for alle")),
        ],
        widget=forms.RadioSelect,
        initial="days",
        error_messages={
            "required": gettext_lazy("Velg hvordan fristen settes"),
            "invalid_choice": gettext_lazy("Velg hvordan fristen settes"),
        },
    )
    due_days = forms.IntegerField(
        label=gettext_lazy("Antall dager"),
        required=False,
        min_value=0,
        max_value=LONGEST_DUE,
        error_messages={
            "invalid": gettext_lazy("Skriv et helt tall, for eksempel 60"),
            "min_value": gettext_lazy("Skriv 0 eller mer"),
            "max_value": gettext_lazy("Skriv høyst 1000 dager"),
        },
    )
    due_on = DayField(label=gettext_lazy("Dato"), required=False)

    def __init__(self, *args: Any, scope: Scope, rule: RequirementRule | None = None, **kwargs: Any) -> None:
        if rule is not None:
            kwargs["initial"] = _initial(rule) | (kwargs.get("initial") or {})
            scope = Scope((rule.agency.path,))
        super().__init__(*args, scope=scope, **kwargs)
        self.rule = rule
        if rule is not None:
            del self.fields["certification"]
        for name, model in (("role_keys", Role), ("sector_keys", Sector), ("region_keys", Region)):
            field = cast(KeysField, self.fields[name])
            field.choices = [(row.key, row.name) for row in model.objects.all()]
            if not field.choices:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("due")
        fields = {"days": "due_days", "date": "due_on"}
        wanted = fields.get(kind or "")
        for name in fields.values():
            if wanted and name != wanted:
                self.errors.pop(name, None)  # it is not asked about, nor shown
        if wanted and wanted not in self.errors and data.get(wanted) is None:
            self.add_error(wanted, _("Skriv antall dager") if kind == "days" else _("Velg en dato"))
        return data

    def wanted(self) -> dict[str, Any]:
        """The fields of a rule as the form says. Only for a form that is right."""
        data = self.cleaned_data
        by_days = data["due"] == "days"
        return {
            "unit": data["unit"],
            "label": data["label"].strip(),
            "role_keys": data.get("role_keys", []),
            "sector_keys": data.get("sector_keys", []),
            "region_keys": data.get("region_keys", []),
            "employed_from": data["employed_from"],
            "valid_from": data["valid_from"],
            "due_days": data["due_days"] if by_days else None,
            "due_on": None if by_days else data["due_on"],
        }

    def new_rule(self) -> RequirementRule:
        """A rule as the form says, unsaved."""
        unit: Unit = self.cleaned_data["unit"]
        return RequirementRule(
            certification=self.cleaned_data["certification"], agency=unit.agency or unit, **self.wanted()
        )


def _initial(rule: RequirementRule) -> dict[str, Any]:
    return {
        "label": rule.label,
        "unit": rule.unit.public_id,
        "role_keys": rule.role_keys,
        "sector_keys": rule.sector_keys,
        "region_keys": rule.region_keys,
        "employed_from": rule.employed_from,
        "valid_from": rule.valid_from,
        "due": "days" if rule.due_on is None else "date",
        "due_days": rule.due_days,
        "due_on": rule.due_on,
    }


class SeenForm(forms.Form):
    """That she has looked at whom it concerns, before anything is saved."""

    seen_people = forms.BooleanField(
        label=gettext_lazy("Jeg har sett hvem dette gjelder"),
        error_messages={"required": gettext_lazy("Se over hvem dette gjelder, og kryss av.")},
    )
