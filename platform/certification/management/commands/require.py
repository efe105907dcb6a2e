"""`manage.py require grunnkurs --unit FJORDVIK --label 2026-1 --due-days 60`"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.models import Unit
from certification.models import Certification
from certification.services import settle_person
from certification.services.rules import require


class Command(BaseCommand):
    """The first rule of an agency, from the command line."""

    help = "Krever en sertifisering av alle i en enhet og under den, og gjør opp for dem som er der nå."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("certification", metavar="SERTIFISERING", help="Nøkkelen, for eksempel grunnkurs.")
        parser.add_argument("--unit", required=True, help="Offentlig id, kode eller helt navn.")
        parser.add_argument("--label", required=True, help="Navnet på kravet, for eksempel 2026-1.")
        parser.add_argument("--due-days", type=int, default=60)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            certification = Certification.objects.filter(key=options["certification"]).first()
            if certification is None:
                raise CommandError(_("Det finnes ingen sertifisering med denne nøkkelen."))
            unit = _unit(options["unit"])
            try:
                rule, people = require(
                    certification=certification, unit=unit, label=options["label"], due_days=options["due_days"]
                )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            for person_id in people:
                settle_person(person_id)
            self.stdout.write(
                _("%(rule)s gjelder nå %(count)s personer i %(unit)s.")
                % {"rule": rule, "count": len(people), "unit": unit}
            )


def _unit(text: str) -> Unit:
    for wanted in ({"code": text}, {"name_nb": text}, {"public_id": text}):
        try:
            found: Unit = Unit.objects.get(**wanted)
        except (Unit.DoesNotExist, Unit.MultipleObjectsReturned, ValidationError):
            continue
        return found
    raise CommandError(_("Det finnes ikke én enhet med denne koden, dette navnet eller denne id-en."))
