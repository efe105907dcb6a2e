"""What reports do when something below them happens: keep the counts in step, in the same transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import rows_of
from accounts.signals import Part
from agencies.models import Unit
from certification.signals import StandingChange
from certification.statuses import DisplayStatus
from reports.models import Counted
from reports.services import count_people, recount_below


def count_after_settle(sender: Any, changes: Sequence[StandingChange], today: dt.date, **kwargs: Any) -> None:
    count_people(changes=changes, today=today)


def count_after_move(sender: Any, unit: Unit, **kwargs: Any) -> None:
    recount_below(unit=unit)


FIELDS = ("reports.Counted.person",)


def export_counted(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    rows = Counted.objects.filter(person=person).order_by("pk")
    title = _("hva du telles som i virksomhetens tall")
    yield Part("counted_as", title, rows_of(rows, certification="certification__name_nb", status="status"))


def count_no_more(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    """She is counted nowhere: settling has seen to it where she was settled before, and this where she was not."""
    rows = Counted.objects.filter(person=person).values_list("certification_id", flat=True)
    changes = [
        StandingChange(
            person_id=person.pk, certification_id=pk, required=False, waived=False, paused=False,
            display=DisplayStatus.NOT_STARTED, expires_on=None, jobs=(),
        )
        for pk in rows
    ]  # fmt: skip
    count_people(changes=changes, today=timezone.localdate())
    return []


def merge_counted(sender: Any, source: User, **kwargs: Any) -> Iterable[str]:
    return count_no_more(sender, source)
