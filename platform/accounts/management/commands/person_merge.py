"""manage.py person_merge FROM INTO"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.management.commands.person_export import find_person
from accounts.services import merge_person, preview_merge


class Command(BaseCommand):
    """Without --yes it tells what would happen and does nothing."""

    help = "Gjør to kontoer som er én person, til én: alt fra den første blir den andres."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FRA", help="E-postadressen til kontoen som forsvinner.")
        parser.add_argument("target", metavar="TIL", help="E-postadressen til kontoen som blir stående.")
        parser.add_argument("--yes", action="store_true", help="Gjør det. Uten dette vises bare hva som ville skje.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            people = {"source": find_person(options["source"]), "target": find_person(options["target"])}
            try:
                told = (merge_person if options["yes"] else preview_merge)(**people, by=None)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write("\n".join(told))
            if not options["yes"]:
                self.stdout.write(_("Ingenting er gjort. Legg til --yes for å gjøre det."))
