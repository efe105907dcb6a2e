"""How sure we are of what somebody has shown, in words that those who choose can choose by."""

from django.utils.translation import gettext as _

from evidence.models import Evidence

A = Evidence.Assurance


def sureness() -> list[tuple[int, str]]:
    """The levels, least sure first."""
    return [
        (A.SELF_DECLARED, _("Egenmeldt: personen sier det selv")),
        (A.CLIENT_ASSERTED, _("Meldt av nettleseren: gjort på egen maskin, ikke kontrollert")),
        (A.SERVER_GRADED, _("Rettet på tjeneren: en prøve som ble rettet av systemet")),
        (A.SUPERVISED, _("Under tilsyn: noen var til stede og så på")),
    ]
