from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Personer")

    def ready(self) -> None:
        from accounts import receivers
        from accounts.signals import person_erase, person_export, person_merge

        person_export.answered_by(receivers.export_account, *receivers.FIELDS)
        person_erase.answered_by(receivers.erase_account, *receivers.FIELDS)
        person_merge.answered_by(receivers.merge_account, *receivers.FIELDS)
