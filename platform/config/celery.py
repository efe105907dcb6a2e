"""The Celery application: worker and beat."""

import os
from pathlib import Path
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

app = Celery("handlekraft")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_broker_folders(sender: Celery, **kwargs: Any) -> None:
    """kombu's file-system broker expects its folders to be there."""
    if str(sender.conf.broker_url).startswith("filesystem"):
        for folder in sender.conf.broker_transport_options.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
