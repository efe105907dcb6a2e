"""What runs on beat."""

from celery import shared_task

from courses import services


@shared_task
def sync_trainers() -> None:
    """Grants begin and end by date: the group follows."""
    services.sync_trainers()
