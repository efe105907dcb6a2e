"""`manage.py foundation`: what every installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from config.foundation import load_foundation


class Command(BaseCommand):
    help = "Loads facts, roles, the foundation course, its questions and its certification. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_foundation()
        self.stdout.write(f"{loaded.course.title}: {loaded.certification.key}, {len(loaded.roles)} roles.")
