"""`manage.py badge_key` shows the keys; `--rotate` makes a new current one; `--new` writes a value for BADGE_KEY."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from certification import keys


class Command(BaseCommand):
    """The keys that sign badges."""

    help = "Viser nøklene som signerer merker. Med --rotate lages en ny, og de gamle blir stående offentlig."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--rotate", action="store_true", help="Lag en ny nøkkel og ta den i bruk med en gang.")
        choice.add_argument(
            "--new", action="store_true", help="Skriv ut en ny verdi til BADGE_KEY, uten å ta den i bruk."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            if options["new"]:
                self.stderr.write(_("Dette er en hemmelig nøkkel. Legg den der de andre hemmelighetene er."))
                self.stdout.write(keys.new_environment_key())
                return
            if options["rotate"]:
                self._rotate()
            for number, key in enumerate(keys.public_keys()):
                word = _("i bruk") if number == 0 else _("gammel, fortsatt offentlig")
                self.stdout.write(f"{key['kid']}  {word}")

    def _rotate(self) -> None:
        try:
            keys.rotate()
        except keys.KeyFromEnvironmentError as error:
            text = _("Nøkkelen er satt med BADGE_KEY. Lag en ny verdi med badge_key --new og sett den i miljøet.")
            raise CommandError(text) from error
