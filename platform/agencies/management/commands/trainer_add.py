"""manage.py trainer_add EMAIL --agency …"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.management.importing import find_agency
from agencies.models import Grant
from agencies.services import give_grant


class Command(BaseCommand):
    """Trainers write for everybody, so the ones who run the installation name them, not an agency's administrator."""

    help = "Gjør en person som alt er lagt inn, til fagansvarlig: hun får skrive kurs og spørsmål."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-POST")
        parser.add_argument("--agency", required=True, help="Virksomheten hun hører til: id, kode eller navn.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            person = User.objects.filter(email__iexact=options["email"].strip()).first()
            if person is None:
                raise CommandError(_("Ingen er lagt inn med denne e-postadressen."))
            try:
                unit = find_agency(options["agency"])
                give_grant(person=person, unit=unit, function=Grant.Function.TRAINER, given_by=None)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write(_("%(person)s er fagansvarlig.") % {"person": person})
