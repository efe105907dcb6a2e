"""What happens without anybody asking."""

from celery import shared_task

from assessments.services import finish_overdue_attempts


@shared_task(name="assessments.tasks.sweep_attempts")
def sweep_attempts() -> int:
    """Finishes attempts that nobody handed in before their time was up."""
    return finish_overdue_attempts()
