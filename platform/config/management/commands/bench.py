"""`manage.py bench`: benchmarks beside their floors, on a database of their own."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from config.benchmarks import activities, certification, content, pages, quizzes, reports
from config.benchmarks.harness import Book

PARTS: dict[str, Callable[[Book], None]] = {
    "pages": pages.measure,
    "quizzes": quizzes.measure,
    "reports": reports.measure,
    "activities": activities.measure,
    "certification": certification.measure,
    "content": content.measure,
}


class Command(BaseCommand):
    help = "Measures the platform beside the least work that could do the same. Writes bench.json into DATA_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=sorted(PARTS), help="Run one part.")

    def handle(self, *args: Any, **options: Any) -> None:
        book = Book(self.stdout.write)
        book.note(f"{connection.vendor}; medians in the server; the floor is the least work that could do the same.")
        if connection.vendor == "sqlite":
            book.note("On SQLite: set DATABASE_URL to a PostgreSQL database for the figures of production.")
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite":
            # In a file and not in memory, so that the web server under load sees the same rows.
            connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / "bench.sqlite3")
        # What is measured is what is shipped: hashed static files, and no test instruments in the templates.
        call_command("collectstatic", interactive=False, verbosity=0)
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            for part, measure in PARTS.items():
                if options["only"] in (None, part):
                    measure(book)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        book.write(settings.DATA_DIR / "bench.json")
        missed = [name for name, figure in book.figures.items() if figure.met is False]
        book.note(f"{len(book.figures)} figures, {len(missed)} not met{': ' + ', '.join(missed) if missed else ''}.")
