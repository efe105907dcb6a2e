"""The look's small parts: icons, dates written out, shares. Loaded in every template."""

import datetime as dt
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite. Always decoration: the word stands beside it."""
    return format_html(
        '<svg class="hk-icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("common/icons.svg"), name
    )


@register.filter
def longdate(day: dt.date | None) -> str:
    """31. mai 2027"""
    return date_format(day, "j. F Y") if day else ""


@register.filter
def percent_of(part: float, whole: float) -> str:
    """A share as an SVG width: a point, never a decimal comma."""
    return f"{(100 * part / whole if whole else 0):.2f}%"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a mapping by a key held in a variable."""
    return mapping.get(key)
