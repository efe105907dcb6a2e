"""What an administrator fills in. Units to choose from are those of her scope, asked again when the form comes back."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import Ground
from agencies.access import Scope
from agencies.models import Grant, Membership, MembershipPause, Role, Unit
from common.forms import ServiceForm

FIRST_YEAR, LAST_YEAR = 1950, 2150
_LANGUAGES: Any = User._meta.get_field("language").choices


class DayField(forms.DateField):
    """A calendar day, within the years in which anybody works."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y"])
        kwargs.setdefault(
            "error_messages",
            {"required": _("Velg en dato"), "invalid": _("Skriv en dato som finnes, for eksempel 01.08.2027")},
        )
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d"), **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        day = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """The open units of a scope in tree order, indented. What is outside is not a choice, whatever is posted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": _("Velg en enhet"), "invalid_choice": _("Velg en enhet")})
        super().__init__(queryset=Unit.objects.none(), to_field_name="public_id", empty_label=_("Velg"), **kwargs)
        self.top = 1

    def offer(self, units: "QuerySet[Unit]") -> None:
        self.queryset = units.filter(closed_on__isnull=True)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error

    def label_from_instance(self, obj: Unit) -> str:
        return "\u2003" * int(obj.depth - self.top) + obj.name


class RoleField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """The professional roles, under their sectors' names where the names alone would not tell."""

    def __init__(self, **kwargs: Any) -> None:
        message = _("Velg en yrkesrolle")
        super().__init__(
            queryset=Role.objects.all(),
            to_field_name="key",
            empty_label=_("Velg"),
            label=_("Yrkesrolle"),
            help_text=_("Avgjør hvilke krav som gjelder"),
            error_messages={"required": message, "invalid_choice": message},
            **kwargs,
        )

    def label_from_instance(self, obj: Role) -> str:
        return obj.name


class RosterForm(ServiceForm):
    """Takes the scope, and shows what a service refused at the field that it concerns."""

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.offer(scope.units())
                field.top = min(len(path) // Unit.steplen for path in scope.paths)


class UnitForm(RosterForm):
    """What a unit is called."""

    name_nb = forms.CharField(
        label=_("Navn"), max_length=200, error_messages={"required": _("Skriv hva enheten heter")}
    )
    name_nn = forms.CharField(label=_("Navn på nynorsk"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Navn på engelsk"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[("", _("Velg")), *Unit.Kind.choices],
        error_messages={"required": _("Velg hva slags enhet det er")},
    )
    code = forms.CharField(
        label=_("Kode i personalsystemet"),
        max_length=40,
        required=False,
        help_text=_("Slik enheten heter i listen fra personalsystemet. Unik i virksomheten."),
    )


class NewUnitForm(UnitForm):
    """A new unit and where it stands."""

    parent = UnitField(label=_("Ligger under"))
    field_order = ["parent"]


class EditUnitForm(UnitForm):
    """What a unit is called now, and what it was called when the form was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class MoveUnitForm(RosterForm):
    """Where a unit goes. It cannot go below itself."""

    parent = UnitField(label=_("Flytt hit"))
    day = DayField(
        label=_("Første dag på det nye stedet"),
        help_text=_("I dag eller en dag som har vært. Flyttingen gjelder med en gang."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = cast(UnitField, self.fields["parent"])
        parent.offer(self.scope.units().exclude(path__startswith=unit.path))


class LastDayForm(RosterForm):
    """The day something ends."""

    last_day = DayField(label=_("Siste dag"))


class MembershipForm(RosterForm):
    """A role in a unit, from a day."""

    unit = UnitField(label=_("Enhet"))
    role = RoleField()
    first_day = DayField(label=_("Første dag"))
    last_day = DayField(label=_("Siste dag"), required=False, help_text=_("La feltet stå tomt når stillingen er fast."))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Siste dag kan ikke være før første dag."))
        return data


class PersonForm(RosterForm):
    """Name, address and language."""

    first_name = forms.CharField(label=_("Fornavn"), max_length=100, error_messages={"required": _("Skriv fornavnet")})
    last_name = forms.CharField(
        label=_("Etternavn"), max_length=100, error_messages={"required": _("Skriv etternavnet")}
    )
    email = forms.EmailField(
        label=_("E-post på jobben"),
        max_length=254,
        error_messages={
            "required": _("Skriv hele e-postadressen, for eksempel navn@fjordvik.example"),
            "invalid": _("Skriv hele e-postadressen, for eksempel navn@fjordvik.example"),
        },
    )
    language = forms.ChoiceField(label=_("Språk"), choices=_LANGUAGES, initial="nb")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The browser would fill in the administrator's own name.
        for name in ("first_name", "last_name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


class EditPersonForm(PersonForm):
    """The same, and what they were when the form was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class NewPersonForm(PersonForm, MembershipForm):
    """A person and her first membership."""

    field_order = ["first_name", "last_name", "email", "unit", "role", "first_day", "last_day", "language"]


class PauseForm(RosterForm):
    """Leave from a day to a day."""

    first_day = DayField(label=_("Første dag i permisjonen"))
    last_day = DayField(
        label=_("Siste dag i permisjonen"),
        required=False,
        help_text=_("La feltet stå tomt når du ikke vet det ennå."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Siste dag kan ikke være før første dag."))
        return data


class GrantForm(RosterForm):
    """A function on a unit and everything below it."""

    function = forms.ChoiceField(
        label=_("Funksjon"),
        choices=[
            (Grant.Function.MANAGER, _("Leder: ser tall, og hvem som er klare")),
            (Grant.Function.COORDINATOR, _("Koordinator: ser det samme som lederen")),
            (Grant.Function.REPORTER, _("Rapportleser: ser bare tall")),
            (Grant.Function.ADMINISTRATOR, _("Administrator: endrer enheter, personer og funksjoner")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Fagansvarlige skriver innhold for alle og pekes ut av dem som drifter plattformen."),
        error_messages={"required": _("Velg en funksjon")},
    )
    unit = UnitField(label=_("Enhet"), help_text=_("Funksjonen gjelder også for alle enheter under."))
    first_day = DayField(label=_("Første dag"))
    last_day = DayField(
        label=_("Siste dag"), required=False, help_text=_("La feltet stå tomt når den gjelder inntil videre.")
    )

    def clean_first_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["first_day"]
        if day < timezone.localdate():
            raise ValidationError(_("En funksjon kan ikke gis bakover i tid. Velg i dag eller senere."))
        return day


class ConfirmForm(RosterForm):
    """What cannot be undone is confirmed by writing the address of the account that it happens to."""

    typed = forms.EmailField(
        label=_("Skriv e-postadressen til kontoen som forsvinner"),
        max_length=254,
        error_messages={"required": _("Skriv hele e-postadressen"), "invalid": _("Skriv hele e-postadressen")},
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].widget.attrs["autocomplete"] = "off"
        self.fields["typed"].help_text = _("For å bekrefte: %(email)s") % {"email": conditional_escape(expected)}

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip().lower() != self.expected.lower():
            raise ValidationError(_("Dette er ikke adressen til kontoen. Ingenting er gjort."))
        return typed


class ErasePersonForm(ConfirmForm):
    """Why, and that it is meant."""

    ground = forms.ChoiceField(
        label=_("Hvorfor slettes opplysningene?"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg en grunn")},
    )
    field_order = ["ground", "typed"]


class MergePersonForm(ConfirmForm):
    """That it is meant."""


class OtherAccountForm(RosterForm):
    """The other account, by its address."""

    email = forms.EmailField(
        label=_("E-postadressen til kontoen som skal forsvinne"),
        max_length=254,
        error_messages={
            "required": _("Skriv hele e-postadressen, for eksempel navn@fjordvik.example"),
            "invalid": _("Skriv hele e-postadressen, for eksempel navn@fjordvik.example"),
        },
    )


def ending(row: Membership | MembershipPause | Grant) -> dict[str, dt.date]:
    """The day a form for ending something begins with: today, or just before the first day of what is to come."""
    return {"last_day": max(timezone.localdate(), row.valid_from - dt.timedelta(days=1))}
