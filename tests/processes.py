"""What a second process does in the tests of workers. Imports nothing with models before Django is set up."""

import os
import time
from typing import Any


def settle_one(database: str, person_ids: list[int], gate: Any) -> None:
    """Settles people one by one, each at the same moment as the other worker does."""
    from config.workers import begin_worker

    begin_worker(database)
    from certification.services import settle_person

    for person_id in person_ids:
        gate.wait(timeout=60)
        settle_person(person_id)


def sweep_slowly(database: str, seconds: float) -> None:
    """A sweep that takes so long for each person that it can be killed in the middle."""
    from config.workers import begin_worker

    begin_worker(database)
    from certification.services import settle_due, settling
    from certification.signals import standings_settled

    settling.BATCH = 1

    def wait(**words: Any) -> None:
        time.sleep(seconds)

    standings_settled.connect(wait, dispatch_uid=f"slow-{os.getpid()}", weak=False)
    settle_due()


def upload_and_be_killed(database: str, private: str, package: str, after: int | None) -> None:
    """Takes a package in, and is killed after so many files; with None, in the middle of writing rows."""
    import signal

    from config.workers import begin_worker

    begin_worker(database)
    from django.conf import settings

    settings.STORAGES["private"]["OPTIONS"]["location"] = private
    from media.models import H5PContent, H5PVersion
    from media.services import files, packages

    def die(*args: Any, **words: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    store, stored = files._store, []

    def until(*args: Any) -> None:
        if after is not None and len(stored) >= after:
            die()
        store(*args)
        stored.append(args[0])

    files._store = until
    if after is None:
        H5PVersion.objects.create = die
    with open(package, "rb") as file:
        packages.take_in(content=H5PContent(title="Drept"), file=file, file_name="x.h5p", by=None)
