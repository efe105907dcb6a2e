"""What the ledger of evidence does when a person is given her data, erased or merged with another account."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import rows_of
from accounts.signals import Part
from evidence import services
from evidence.models import Evidence

FIELDS = ("evidence.Evidence.person",)


def export_evidence(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    yield Part(
        "evidence",
        _("det du har lest, tatt og bestått, med poeng"),
        rows_of(
            Evidence.objects.of(person.pk).order_by("occurred_at", "pk"), id="public_id", subject="subject",
            of="subject_key", edition="edition_number", result="result", score="score", assurance="assurance",
            agency="agency__name_nb", occurred="occurred_at", day="occurred_on", recorded="recorded_at",
            source="source_ref",
        ),
    )  # fmt: skip


def erase_evidence(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    services.erase_evidence(person=person)
    return [_("Poeng og det som ikke ble bestått, slettes. Det et sertifikat bygger på, blir stående uten navn.")]


def merge_evidence(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    services.move_evidence(source=source, target=target)
    return [_("Alt personen har lest, tatt og bestått på den andre kontoen, teller på denne.")]
