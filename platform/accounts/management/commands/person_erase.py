"""manage.py person_erase EMAIL --ground asked"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.management.commands.person_export import find_person
from accounts.services import Ground, erase_person, preview_erasure


class Command(BaseCommand):
    """Without --yes it tells what would happen and does nothing."""

    help = "Sletter en person: det som er hennes, forsvinner, og det andre bygger på, mister navnet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-POST")
        parser.add_argument("--ground", choices=Ground.values, required=True, help="Hvorfor.")
        parser.add_argument("--yes", action="store_true", help="Gjør det. Uten dette vises bare hva som ville skje.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            person = find_person(options["email"])
            try:
                if options["yes"]:
                    told = erase_person(person=person, ground=options["ground"], by=None)
                else:
                    told = preview_erasure(person=person, by=None)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write("\n".join(told))
            if not options["yes"]:
                self.stdout.write(_("Ingenting er gjort. Legg til --yes for å gjøre det."))
