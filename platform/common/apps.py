from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("Felles")

    def ready(self) -> None:
        from common import lookups  # noqa: F401  registers them
