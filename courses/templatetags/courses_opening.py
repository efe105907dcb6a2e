"""What stands above the text of a course or a module."""

from django import template
from django.templatetags.static import static

from courses.illustrations import illustrations

register = template.Library()


@register.simple_tag
def illustration(code: str) -> str:
    """The address of one of the platform's own pictures; empty where there is none of that code any more."""
    return static(f"courses/illustrations/{code}.svg") if (code, code) in illustrations() else ""
