"""Questions and their versions."""

import hashlib
import json
import string
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.models import Item, ItemVersion, check_options
from common.translated import LANGUAGES

_TRIES = 3
MOST_OPTIONS = len(string.ascii_lowercase)


@transaction.atomic
def save_item_version(*, item: Item, made_by: User | None) -> ItemVersion:
    """The version that says what `item` says now: a new one when the content has changed, else the latest.

    Option keys are a, b, c … in the author's order. Raises ValidationError when the item cannot be asked.
    """
    content = _content(item)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    for attempt in range(_TRIES):
        latest = ItemVersion.objects.filter(item=item).order_by("-number").first()
        if latest is not None and latest.digest == digest:
            return latest
        try:
            with transaction.atomic():
                return ItemVersion.objects.create(
                    item=item,
                    number=latest.number + 1 if latest else 1,
                    content=content,
                    digest=digest,
                    made_by=made_by,
                )
        except IntegrityError:  # another author took the number in between: look again
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _content(item: Item) -> dict[str, Any]:
    """The item as ItemVersion keeps it."""
    options = list(item.options.all())
    check_options(options)
    if len(options) > MOST_OPTIONS:
        raise ValidationError(_("Et spørsmål kan ha høyst %(most)s svar.") % {"most": MOST_OPTIONS})
    return {
        "kind": "single",
        "stem": _texts(item, "stem"),
        "why": _texts(item, "why"),
        "options": [
            {
                "key": key,
                "text": _texts(option, "text"),
                "correct": option.correct,
                "harmful": option.harmful,
            }
            for key, option in zip(string.ascii_lowercase, options, strict=False)
        ],
        "sources": sorted(source.pk for source in item.sources.all()),
        "laws": sorted(law.pk for law in item.laws.all()),
    }


def _texts(row: Any, name: str) -> dict[str, str]:
    return {language: getattr(row, f"{name}_{language}") for language in LANGUAGES}
