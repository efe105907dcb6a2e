"""The form for opening new cycles now: for what, for whom, by when and why."""

import uuid
from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.access import Scope
from agencies.forms import DayField, RoleField, RosterForm, UnitField
from certification.forms.decisions import DecisionForm
from certification.forms.rules import CertificationField
from certification.models import Certification, Requirement


class _AnyRoleField(RoleField):
    """One role, or all of them."""

    def __init__(self) -> None:
        super().__init__(required=False)
        self.empty_label = _("Alle roller")
        self.help_text = ""


class OpeningForm(RosterForm):
    """Whom it is about, and when it is due. `batch` makes a second click the same wish as the first."""

    certification = CertificationField()
    unit = UnitField(label=_("Ansatte i"), help_text=_("Enheter under er med."))
    role = _AnyRoleField()
    due_on = DayField(label=_("Frist"))
    reason = DecisionForm.base_fields["reason"]
    batch = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        # What nobody requires there is taken of free will, and nobody's business.
        duties = Requirement.objects.on(timezone.localdate()).filter(scope.q("unit__path"))
        field = cast(CertificationField, self.fields["certification"])
        field.queryset = Certification.objects.filter(
            Exists(duties.filter(certification=OuterRef("pk"))), archived_on__isnull=True
        )

    def clean_batch(self) -> uuid.UUID:
        return self.cleaned_data.get("batch") or uuid.uuid4()


class ChosenForm(forms.Form):
    """Which of the people on a short list it is to be."""

    person = forms.TypedMultipleChoiceField(coerce=uuid.UUID, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: Collection[uuid.UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        message = _("Velg minst én person.")
        self.fields["person"].error_messages |= {"required": message, "invalid_choice": message}
        field = cast(forms.TypedMultipleChoiceField, self.fields["person"])
        field.choices = [(str(key), str(key)) for key in people]
