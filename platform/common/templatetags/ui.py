"""The look's small parts: icons, status tags, fields, dates written out, shares. Loaded in every template."""

import datetime as dt
from functools import cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_from_path

from common.logs import request_id

register = template.Library()

# Each language in its own words: a reader looks for hers, not for its name in another one.
_LANGUAGE_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite. Always decoration: the word stands beside it."""
    return format_html(
        '<svg class="hk-icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("common/icons.svg"), name
    )


@register.simple_tag
def status_tag(color: str, icon_name: str, word: str) -> SafeString:
    """A status: icon, word and colour, in that order of weight."""
    return format_html('<span class="ds-tag hk-status" data-color="{}">{}{}</span>', color, icon(icon_name), word)


@register.simple_tag
@cache
def path_door(state: str) -> SafeString:
    """A door of the path (parts/path_door.html), drawn once for each state: a long path has many."""
    return render_to_string("parts/path_door.html", {"state": state})


@register.filter
def longdate(day: dt.date | None) -> str:
    """31. mai 2027"""
    return date_format(day, "DATE_FORMAT") if day else ""


@register.filter
def percent_of(part: float, whole: float) -> str:
    """A share as an SVG width: a point, never a decimal comma."""
    return f"{(100 * part / whole if whole else 0):.2f}%"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a mapping by a key held in a variable."""
    return mapping.get(key)


@register.filter
def oldest(facts: list[Any]) -> dt.date | None:
    """The day on which the longest unchecked of some facts was last checked."""
    return min((fact.verified_on for fact in facts), default=None)


@register.simple_tag(takes_context=True)
def other_languages(context: Context) -> list[dict[str, str]]:
    """The same page in the other languages, as `code`, `name` and `url`.

    `url` is empty where the address holds no language: then a stranger's choice is posted and kept in a cookie, and a
    person's own language stands.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    here = request.get_full_path() if request else "/"
    links = []
    for code, _name in settings.LANGUAGES:
        if code == (get_language() or "nb")[:2]:
            continue
        url = translate_url(here, code)
        if url == here:
            # An address that leads nowhere cannot be translated; the front page always can.
            url = f"/{code}/" if request is None or get_language_from_path(request.path_info) else ""
            if not url and user and user.is_authenticated:
                continue
        links.append({"code": code, "name": _LANGUAGE_NAMES[code], "url": url})
    return links


@register.simple_tag
def error_reference() -> str:
    """What the reader can quote to us: the beginning of the id that the log lines carry. It says nothing of her."""
    return request_id.get().strip("-")[:8]


# --- forms ------------------------------------------------------------------------------------------


@register.simple_tag
def widget(field: BoundField, bare: bool = False) -> SafeString:
    """The field's control with the look's class; `bare` leaves out a placeholder that only repeats the label.

    Labels, messages and `aria-describedby` tie up by Django's own ids: `<id>_helptext` and `<id>_error`.
    """
    control = field.field.widget
    if type(control) is forms.DateInput:
        control.input_type, control.format = "date", "%Y-%m-%d"
    classes = " ".join(filter(None, [control.attrs.get("class"), "ds-input"]))
    return field.as_widget(attrs={"class": classes, **({"placeholder": False} if bare else {})})


@register.filter
def field_kind(field: BoundField) -> str:
    """How parts/field.html lays a field out: hidden, choices, checkbox or line."""
    control = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(control, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "checkbox" if isinstance(control, forms.CheckboxInput) else "line"


@register.filter
def first_control(field: BoundField) -> str:
    """The id that a message in the error summary leads to: the first button of a group, else the control."""
    return f"{field.auto_id}_0" if field_kind(field) == "choices" else field.id_for_label


@register.filter
def faulty_fields(form: forms.BaseForm) -> list[BoundField]:
    """The fields of a form that came back with messages, in the order of the form."""
    return [field for field in form if field.errors]


# --- lists ------------------------------------------------------------------------------------------


@register.filter
def page_numbers(page: Page[Any]) -> list[int | None]:
    """The numbers of the pagination, with None where some are left out."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in elided]
