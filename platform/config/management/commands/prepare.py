"""`manage.py prepare`: what `make run` does to the database before it starts, in one process instead of two."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings the database up to date and looks after the demo. For `make run`."
    requires_system_checks = []  # migrate and demo have their own

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("demo", stdout=self.stdout)
