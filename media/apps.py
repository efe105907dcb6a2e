from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    name = "media"
    verbose_name = _("Filer")

    def ready(self) -> None:
        from accounts.signals import person_erase, person_export, person_merge
        from media import receivers

        person_export.answered_by(receivers.export_files, *receivers.FIELDS)
        person_erase.answered_by(receivers.keep_files, *receivers.FIELDS)
        person_merge.answered_by(receivers.merge_files, *receivers.FIELDS)
        person_export.answered_by(receivers.export_videos, *receivers.VIDEO_FIELDS)
        person_erase.answered_by(receivers.erase_videos, *receivers.VIDEO_FIELDS)
        person_merge.answered_by(receivers.merge_videos, *receivers.VIDEO_FIELDS)
