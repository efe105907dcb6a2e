"""`manage.py seed_scale --people 200000 --units 5000 --years 5`: a synthetic country."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agencies.models import Unit
from config.scale import make_country


class Command(BaseCommand):
    help = "Makes a synthetic country for benchmarks: never in a database that real people use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=10_000)
        parser.add_argument("--units", type=int, default=300)
        parser.add_argument("--years", type=int, default=5)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="Processes (PostgreSQL only).")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--key", default="land", help="Code of the top unit: another one makes another country.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["people"] < 1 or options["units"] < 2 or not 1 <= options["years"] <= 20:
            raise CommandError("At least one person, two units, and one to twenty years.")
        if Unit.objects.filter(code=options["key"]).exists():
            raise CommandError(f"There is already a unit with the code {options['key']}: choose another --key.")
        make_country(
            people=options["people"],
            units=options["units"],
            years=options["years"],
            seed=options["seed"],
            workers=options["workers"],
            key=options["key"],
            say=self.stdout.write,
        )
