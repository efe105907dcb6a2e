"""What runs on beat."""

from celery import shared_task
from django.core.management import call_command

from courses import services


@shared_task
def sync_trainers() -> None:
    """Grants begin and end by date: the group follows."""
    services.sync_trainers()


@shared_task
def publish_scheduled() -> None:
    """Pages that a trainer set to be published, or taken away, at a time of her choice."""
    call_command("publish_scheduled", verbosity=0)
