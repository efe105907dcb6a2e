"""Giving a person what is kept about her."""

import io
import json
import zipfile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.signals import Part, person_export

DATA, README = "opplysninger.json", "les-meg.txt"


def export_person(*, person: User) -> bytes:
    """A ZIP with everything that is hers to see, for machines, and a page in her language that says what is what.

    For her own eyes: scores, answers, leave and reasons are in it, which nobody above her may read.
    """
    with translation.override(person.language):
        parts: list[Part] = [part for part in person_export.ask(person=person) if part.rows]
        readme = _readme(person, parts)
    data = {part.key: part.rows for part in parts}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(README, readme)
        file.writestr(DATA, json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
    return out.getvalue()


def _readme(person: User, parts: list[Part]) -> str:
    lines = [
        _("Opplysningene om deg i Handlekraft"),
        "",
        _("Til %(name)s. Hentet %(day)s.")
        % {"name": person.get_full_name(), "day": date_format(timezone.localdate(), "DATE_FORMAT")},
        "",
        _("Filen %(file)s inneholder alt som Handlekraft har lagret om deg, slik at du kan lese det og ta det med deg.")
        % {"file": DATA},
        _("Noe av det er bare for deg: poeng, svar, permisjoner og begrunnelser. Del filen med omtanke."),
        "",
        _("Dette er med:"),
        *(f"- {part.key}: {part.title} ({len(part.rows)})" for part in parts),
        "",
        _("Passord, engangskoder og nøkler er ikke med. De er lagret slik at ingen kan lese dem."),
        _(
            "Er noe feil, eller vil du ha opplysningene dine slettet? "
            "Si fra til den som administrerer Handlekraft hos dere."
        ),
        "",
    ]
    return "\n".join(lines)
