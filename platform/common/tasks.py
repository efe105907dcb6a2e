"""The heartbeat of beat and worker together."""

from celery import shared_task

from common.health import leave_sign


@shared_task
def beat() -> None:
    """Beat is alive and a worker takes its tasks."""
    leave_sign("beat")
