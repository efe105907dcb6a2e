"""Badges: a place in the status lists, the signed credential, and what is published so that others can check it."""

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from certification import credentials, keys
from certification.models import BadgeStatus, Certificate, Certification, Decision
from common.translated import LANGUAGES

ISSUER = "Handlekraft"
_KINDS = {credentials.REVOCATION: Decision.Kind.REVOCATION, credentials.SUSPENSION: Decision.Kind.SUSPENSION}
_FULL = credentials.LIST_SIZE // 2  # above it, a random place is often taken
_TRIES = 64


def place_in_list(*, certificate: Certificate) -> BadgeStatus:
    """Where the status of its badge is published: written the first time, the same ever after."""
    for _try in range(_TRIES):
        if found := BadgeStatus.objects.filter(certificate=certificate).first():
            return found
        try:
            with transaction.atomic():
                return BadgeStatus.objects.create(
                    certificate=certificate,
                    list_number=_list_with_room(),
                    index=secrets.randbelow(credentials.LIST_SIZE),
                )
        except IntegrityError:
            continue  # the place is taken, or the badge was asked for twice at once
    raise RuntimeError("no free place in the status list was found")


def _list_with_room() -> int:
    newest: int = BadgeStatus.objects.aggregate(newest=Max("list_number"))["newest"] or 1
    return newest + 1 if BadgeStatus.objects.filter(list_number=newest).count() > _FULL else newest


def badge_credential(*, certificate: Certificate, neutral: bool = False) -> dict[str, Any]:
    """The credential of a certificate, in Bokmål; other languages are linked to. Neutral: the theme is not named."""
    cycle = certificate.cycle
    if cycle.valid_from is None or cycle.expires_on is None:
        raise ValueError("a cycle that is not satisfied has no badge")
    place = place_in_list(certificate=certificate)
    with translation.override("nb"):
        description = _("Utgave %(edition)s, etter regelversjon %(policy)s") % {
            "edition": cycle.editions or "–",
            "policy": cycle.policy_versions,
        }
    return credentials.badge(
        address=_address("check", certificate.code),
        issuer=issuer_profile(),
        person_name=cycle.person.get_full_name(),
        achievement=achievement(cycle.certification, "nb", neutral=neutral, version=cycle.policy_versions),
        description=description,
        valid_from=cycle.valid_from,
        expires_on=cycle.expires_on,
        time_zone=cycle.time_zone,
        awarded_on=certificate.issued_on,
        place=credentials.Place(
            place.index,
            {purpose: list_address(place.list_number, purpose) for purpose in credentials.PURPOSES},
        ),
    )


def signed(credential: dict[str, Any]) -> str:
    """A badge as a VC-JWT. The header shows the key, as Open Badges asks; whoever checks uses the published one."""
    return keys.sign(credentials.claims(credential), credentials.BADGE_TYP, show_key=True)


def neutral_title() -> str:
    """What stands on a badge or a certificate for whoever must not see what it is about."""
    return _("Handlekraft, sertifisering")


def achievement(
    certification: Certification, language: str, *, neutral: bool, version: str = ""
) -> credentials.Achievement:
    """What a certification shows, in one language, with the way to the others that it is written in."""
    with translation.override(language):
        name = neutral_title() if neutral else certification.name
        description = _("Har oppfylt kravene til sertifiseringen.") if neutral else certification.statement
        criteria = _("Hele stien er gjennomgått og prøven er bestått, eller tidligere læring er godkjent i stedet.")
    written = [code for code in LANGUAGES if neutral or getattr(certification, f"name_{code}")]
    return credentials.Achievement(
        address=achievement_address(certification, language, neutral=neutral),
        language=language,
        name=name,
        description=description,
        criteria=criteria,
        version=version,
        others={
            code: achievement_address(certification, code, neutral=neutral) for code in written if code != language
        },
    )


def achievement_address(certification: Certification, language: str, *, neutral: bool) -> str:
    address = _address("badge_achievement", certification.public_id, language)
    return f"{address}?noytral=1" if neutral else address


def list_exists(number: int) -> bool:
    return BadgeStatus.objects.filter(list_number=number).exists()


def list_address(number: int, purpose: str) -> str:
    return _address("badge_status", number, purpose)


def signed_status_list(*, number: int, purpose: str, today: dt.date, now: dt.datetime) -> str:
    """One list as it is now: its bits are read from the decisions that hold today, and kept nowhere."""
    decided = Decision.objects.on(today).filter(kind=_KINDS[purpose], cycle__isnull=False)
    indexes = BadgeStatus.objects.filter(
        list_number=number, certificate__cycle__in=decided.values("cycle")
    ).values_list("index", flat=True)
    found = credentials.status_list(
        address=list_address(number, purpose),
        issuer=issuer_profile()["id"],
        purpose=purpose,
        indexes=indexes,
        now=now,
    )
    return keys.sign(credentials.claims(found), credentials.LIST_TYP)


def issuer_profile() -> dict[str, Any]:
    return credentials.issuer_profile(address=_address("badge_issuer"), name=ISSUER, url=f"{settings.BASE_URL}/")


def issuer_document() -> dict[str, Any]:
    """The page that says who we are, with every key that we sign or have signed by."""
    return credentials.issuer_document(
        profile=issuer_profile(), keys_address=_address("badge_keys"), keys=keys.public_keys()
    )


def _address(name: str, *args: object) -> str:
    """The public address, which is the same whatever the language and whoever asks."""
    return str(settings.BASE_URL) + reverse(name, args=args)
