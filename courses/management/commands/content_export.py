"""manage.py content_export: courses, questions and facts into files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.curriculum import ContentFileError, export_curriculum


class Command(BaseCommand):
    """What is written counts as agreed with what is here: loading it changes nothing."""

    help = "Writes courses, questions and facts to files (courses/content/README.md), also what is not published yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="Where to write; files of the same name are written over.")
        parser.add_argument("--course", action="append", default=[], help="Only this one; may be given several times.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = export_curriculum(options["folder"], only=options["course"])
        except (ContentFileError, OSError) as error:
            raise CommandError(str(error)) from error
        missing = set(options["course"]) - set(names)
        if missing:
            raise CommandError(f"There is no course {', '.join(sorted(missing))}.")
        self.stdout.write(f"Written: {', '.join(names) or 'no course'}.")
