from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    name = "agencies"
    verbose_name = _("Virksomheter")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_removed

        from accounts.signals import person_erase, person_export, person_merge
        from agencies import receivers
        from agencies.services.persons import FIELDS

        authenticator_removed.connect(receivers.ask_again_for_second_factor)
        person_export.answered_by(receivers.export_person, *FIELDS)
        person_erase.answered_by(receivers.erase_person, *FIELDS)
        person_merge.answered_by(receivers.merge_person, *FIELDS)
