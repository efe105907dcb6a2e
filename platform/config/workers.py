"""Processes beside ours that work in the same database, for bulk work on several cores.

Apart from what they do, since a process must set Django up before it can read a module with models.
"""

import django


def begin_worker(database: str) -> None:
    """Sets a new process up, in the database that ours works in: under test another than the settings name."""
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
