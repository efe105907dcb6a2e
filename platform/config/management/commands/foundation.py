"""`manage.py foundation`: what every installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from config.foundation import load_foundation


class Command(BaseCommand):
    help = "Loads facts, roles, the courses, their questions and their certifications. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_foundation()
        names = ", ".join(loaded.certifications)
        self.stdout.write(f"{len(loaded.courses)} courses, certifications {names}, {len(loaded.roles)} roles.")
        if loaded.left:
            self.stdout.write(
                f"Left, because they were edited here: {', '.join(loaded.left)}. See content_load --dry-run."
            )
