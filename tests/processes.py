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
