"""The filters and the order of the list of people, the same for the page and the file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.access import Scope
from agencies.models import Role, Unit
from certification.models import Certification, Standing
from common.names import name_key
from reports.reading.people import GROUPS, SORTS, group_sql, jobs_in, ordered, required_standings

# Days left, from–to: as in the report, so that the list shows the people behind the figure.
EXPIRING = {"30": (0, 30), "60": (31, 60), "90": (61, 90)}


class PeopleFilter(django_filters.FilterSet):
    """People with something required of them in `scope`: by name, unit, role, status, certification, days left."""

    navn = django_filters.CharFilter(label=_("Navn"))
    enhet = django_filters.ChoiceFilter(label=_("Enhet"), empty_label=_("Alle enheter"))
    rolle = django_filters.ChoiceFilter(label=_("Yrkesrolle"), empty_label=_("Alle roller"))
    status = django_filters.ChoiceFilter(label=_("Status"), empty_label=_("Alle statuser"), choices=GROUPS)
    sertifisering = django_filters.ChoiceFilter(label=_("Sertifisering"), widget=forms.HiddenInput)
    utlop = django_filters.ChoiceFilter(
        label=_("Går ut om"), choices=[(key, key) for key in EXPIRING], widget=forms.HiddenInput
    )
    sort = django_filters.ChoiceFilter(
        label=_("Rekkefølge"),
        choices=[(sign + by, by) for by in SORTS for sign in ("", "-")],
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        data: Any,
        *,
        scope: Scope,
        units: Sequence[Unit],
        roles: Sequence[Role],
        certifications: Sequence[Certification],
        today: dt.date,
    ) -> None:
        super().__init__(data, queryset=Standing.objects.none())
        self.scope, self.roles, self.certifications, self.today = scope, roles, certifications, today
        self.units = {str(unit.public_id): unit for unit in units}
        top = min((unit.depth for unit in units), default=1)
        self.filters["enhet"].extra["choices"] = [
            (key, "– " * (unit.depth - top) + unit.name) for key, unit in self.units.items()
        ]
        self.filters["rolle"].extra["choices"] = [(role.key, role.name) for role in roles]
        self.filters["sertifisering"].extra["choices"] = [(row.key, row.name) for row in certifications]

    def filter_queryset(self, queryset: QuerySet[Standing]) -> Any:
        """Unit and role are asked of one and the same job. What is not understood shows nobody."""
        asked = self.form.cleaned_data
        if self.form.errors:
            return Standing.objects.none()
        jobs = jobs_in(self.scope, self.today)
        if unit := self.units.get(asked.get("enhet") or ""):
            jobs = jobs.filter(unit__path__startswith=unit.path)
        if role := asked.get("rolle"):
            jobs = jobs.filter(role__key=role)
        rows = required_standings(jobs, self.today).annotate(group=group_sql(self.today))
        if name := name_key(asked.get("navn") or ""):
            # The beginning of any of her names: «Kari» finds «Amundsen, Kari».
            rows = rows.filter(Q(person__name_key__startswith=name) | Q(person__name_key__contains=f" {name}"))
        if status := asked.get("status"):
            rows = rows.filter(group=status)
        if certification := asked.get("sertifisering"):
            rows = rows.filter(certification__key=certification)
        if days := asked.get("utlop"):
            first, last = EXPIRING[days]
            rows = rows.filter(
                group__in=["valid", "window"],
                expires_on__range=(
                    self.today + dt.timedelta(days=first),
                    self.today + dt.timedelta(days=last),
                ),
            )
        return ordered(rows, asked.get("sort") or "name", self.scope, self.today, self.roles)
