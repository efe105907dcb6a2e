"""The certificate as a tagged PDF (PDF/UA-1) and the badge as a picture, made on demand from the row."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certification.credentials import lines_of
from certification.models import Certificate
from certification.services.badges import neutral_title
from common.codes import show_code

logger = logging.getLogger(__name__)

_TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
_REGIONS = {"nb": "NO", "nn": "NO", "en": "GB"}


def check_url(certificate: Certificate) -> str:
    """The public address that the QR code holds. The same whatever the language."""
    return str(settings.BASE_URL) + reverse("check", args=[certificate.code])


def qr_svg(text: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, omitsize=True, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def badge_svg(certificate: Certificate, token: str = "", *, neutral: bool = False) -> str:
    """The badge as a picture that stands by itself; with `token` the signed credential is baked into it.

    Nobody is named in the picture, so that it can be shown where the person is known.
    """
    cycle = certificate.cycle
    title = neutral_title() if neutral else cycle.certification.name
    lines = lines_of(title, width=18, most=3)
    last_day = date_format(cycle.expires_on, "DATE_FORMAT") if cycle.expires_on else ""
    context = {
        "token": token,
        "issuer": "" if neutral else "Handlekraft",
        "title": title,
        "lines": [(300 + 34 * number - 17 * (len(lines) - 1), line) for number, line in enumerate(lines)],
        "last_day": _("til og med %(date)s") % {"date": last_day},
    }
    return render_to_string("certification/badge.svg", context)


def certificate_pdf(certificate: Certificate, language: str, *, neutral: bool = False) -> bytes:
    """The PDF in `language`. Neutral: what she is certified for is not named, for whoever must not see it.

    A name with letters that the fonts lack stops the strict compile: then it is made without the accessibility check,
    and noted, because a name never costs anyone the certificate.
    """
    with translation.override(language):
        data = _content(certificate, language, neutral=neutral)
    inputs = {"data": json.dumps(data), "qr": qr_svg(data["check_url"])}
    try:
        return _compile(inputs, pdf_standards="ua-1")
    except Exception as error:  # typst raises one class for everything that can be wrong
        logger.warning("certificate %s is not PDF/UA-1: %s", certificate.pk, str(error)[:200])
        return _compile(inputs)


def _compile(inputs: dict[str, str], **options: Any) -> bytes:
    pdf: bytes = typst.compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs, **options)
    return pdf


def _content(certificate: Certificate, language: str, *, neutral: bool) -> dict[str, Any]:
    cycle = certificate.cycle
    title = neutral_title() if neutral else cycle.certification.name
    name = cycle.person.get_full_name()
    valid = _("%(from)s til og med %(to)s") % {
        "from": date_format(cycle.valid_from, "DATE_FORMAT") if cycle.valid_from else "",
        "to": date_format(cycle.expires_on, "DATE_FORMAT") if cycle.expires_on else "",
    }
    content = _("Utgave %(edition)s, etter regelversjon %(policy)s") % {
        "edition": cycle.editions or "–",
        "policy": cycle.policy_versions,
    }
    rows = [
        [_("Sertifisering"), title],
        [_("Gyldig"), valid],
        *([[_("Utstedt for"), cycle.agency.name]] if cycle.agency else []),
        [_("Innhold"), content],
    ]
    return {
        "lang": language,
        "region": _REGIONS.get(language, "NO"),
        "title": _("Sertifikat for %(name)s") % {"name": name},
        "description": title,
        "issuer": "Handlekraft",
        "kind": _("Sertifikat"),
        "name": name,
        "statement": "" if neutral else cycle.certification.statement,
        "rows": rows,
        "check_text": _("Kontroller at det fortsatt gjelder:"),
        "check_url": check_url(certificate),
        "check_shown": settings.BASE_URL.split("://")[-1] + "/k",
        "code": show_code(certificate.code),
        "qr_alt": _("QR-kode til kontrollsiden"),
    }
