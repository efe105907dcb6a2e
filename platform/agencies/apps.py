from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    name = "agencies"
    verbose_name = _("Virksomheter")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_removed

        from agencies import receivers

        authenticator_removed.connect(receivers.ask_again_for_second_factor)
