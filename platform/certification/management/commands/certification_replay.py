"""`manage.py certification_replay`: whether the ledger and what is stored tell the same."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from certification.services.replaying import replay

_SHOWN = 20


class Command(BaseCommand):
    """Prints the number of differences: 0 when all is well, and then the exit code is 0 too."""

    help = "Bygger omganger og status på nytt fra hendelsene, og skriver hvor mange avvik det er."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="Vis alle avvikene.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = replay()
        shown = found.differences if options["all"] else found.differences[:_SHOWN]
        for text in shown:
            self.stderr.write(text)
        self.stdout.write(f"{found.chains} kjeder, {found.events} hendelser, {len(found.differences)} avvik")
        if found.differences:
            raise SystemExit(1)
