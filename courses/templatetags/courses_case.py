"""Which choice of a case is shown. Nothing is kept: the choice came with this request and goes with it."""

from collections.abc import Sequence
from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def chosen(choices: Sequence[Any], key: str, case_key: str = "", number: int | str | None = None) -> Any:
    """The choice made in the case `key`, if it was that case she chose in and there is such a choice."""
    if not case_key or str(key) != case_key or not isinstance(number, int) or not 1 <= number <= len(choices):
        return None
    return choices[number - 1]


@register.simple_tag
def others(choices: Sequence[Any], number: int) -> list[Any]:
    """The choices she did not make."""
    return [choice for place, choice in enumerate(choices, start=1) if place != number]
