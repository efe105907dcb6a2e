"""The certificate as a tagged PDF (PDF/UA-1), made on demand from its row."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certification.models import Certificate
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
    segno.make(text, error="m").save(out, kind="svg", border=0, scale=1, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def certificate_pdf(certificate: Certificate, language: str) -> bytes:
    """The PDF in `language`.

    A name with letters that the fonts lack stops the strict compile: then it is made without the accessibility check,
    and noted, because a name never costs anyone the certificate.
    """
    with translation.override(language):
        data = _content(certificate, language)
    inputs = {"data": json.dumps(data), "qr": qr_svg(data["check_url"])}
    try:
        return _compile(inputs, pdf_standards="ua-1")
    except Exception as error:  # typst raises one class for everything that can be wrong
        logger.warning("certificate %s is not PDF/UA-1: %s", certificate.pk, str(error)[:200])
        return _compile(inputs)


def _compile(inputs: dict[str, str], **options: Any) -> bytes:
    pdf: bytes = typst.compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs, **options)
    return pdf


def _content(certificate: Certificate, language: str) -> dict[str, Any]:
    cycle = certificate.cycle
    name = cycle.person.get_full_name()
    valid = _("%(from)s til og med %(to)s") % {
        "from": date_format(cycle.valid_from, "DATE_FORMAT") if cycle.valid_from else "",
        "to": date_format(cycle.expires_on, "DATE_FORMAT") if cycle.expires_on else "",
    }
    content = _("Utgave %(edition)s, etter regel %(policy)s") % {
        "edition": cycle.editions or "–",
        "policy": cycle.policy_versions,
    }
    rows = [
        [_("Sertifisering"), cycle.certification.name],
        [_("Gyldig"), valid],
        *([[_("Utstedt for"), cycle.agency.name]] if cycle.agency else []),
        [_("Innhold"), content],
    ]
    return {
        "lang": language,
        "region": _REGIONS.get(language, "NO"),
        "title": _("Sertifikat for %(name)s") % {"name": name},
        "description": cycle.certification.name,
        "issuer": "Handlekraft",
        "kind": _("Sertifikat"),
        "name": name,
        "statement": cycle.certification.statement,
        "rows": rows,
        "check_text": _("Kontroller at det fortsatt gjelder:"),
        "check_url": check_url(certificate),
        "check_shown": settings.BASE_URL.split("://")[-1] + "/k",
        "code": show_code(certificate.code),
        "qr_alt": _("QR-kode til kontrollsiden"),
    }
