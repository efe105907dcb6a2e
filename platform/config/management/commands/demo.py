"""`manage.py demo`: a small municipality to look at."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import ACCOUNTS, PASSWORD, make_demo


class Command(BaseCommand):
    help = "Makes the demo: the courses, three agencies, three hundred people. Idempotent. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has known passwords: it is refused outside the demo settings.")
        make_demo(self.stdout.write)
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}:")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:28} {account.what}")
