"""manage.py tallies_check: do the tallies say what a count from scratch says?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.services import difference, recount


class Command(BaseCommand):
    help = "Prints the number of counts that differ from a count from scratch. --recount puts them right."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recount", action="store_true", help="Count everything anew afterwards.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(len(difference())))
        if options["recount"]:
            recount()
