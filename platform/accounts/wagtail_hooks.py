"""What the log of the installation calls what was done to a person."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


def name_actions(actions: Any) -> None:
    actions.register_action("accounts.erase", _("Slett en person"), _("Personen ble slettet"))
    actions.register_action("accounts.merge", _("Slå sammen kontoer"), _("En annen konto ble slått sammen med denne"))


hooks.register("register_log_actions", name_actions)
