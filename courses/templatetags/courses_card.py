"""Action cards and documents: where a card is kept, how old its numbers are, what kind of file a document is."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat

from common.templatetags.ui import oldest
from media.models import DocumentFile

register = template.Library()


@register.simple_tag
def card_place(person: Any, key: str) -> str:
    """The name under which her browser keeps a card: hers alone where several share the machine, and it names nobody.

    Not signed with our secret: what she wrote would be out of her reach when that is changed.
    """
    owner = getattr(person, "public_id", None)
    return hashlib.sha256(f"card:{owner}:{key}".encode()).hexdigest()[:32] if owner else ""


@register.filter
def oldest_of(contacts: Iterable[Any]) -> dt.date | None:
    """The day on which the longest unchecked of a card's numbers was last checked. Some may be gone."""
    return oldest([contact for contact in contacts if contact])


@register.filter
def file_facts(document: DocumentFile) -> str:
    """PDF, 240 kB"""
    size = document.known_size
    kind = document.file_extension.upper()
    return f"{kind}, {filesizeformat(size)}" if size is not None else kind
