"""What runs on beat."""

from celery import shared_task

from media.services.statements import reconcile


@shared_task
def reconcile_activities() -> None:
    """Activities that were finished and not counted, since the work was cut off in between."""
    reconcile()
