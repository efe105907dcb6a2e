"""Activities in templates: what the block of a page shows."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from media.activities import DoneWhen
from media.models import H5PContent
from media.reading import ActivityReading, read_activities

register = template.Library()


@register.simple_tag
def activity_reading(activity: ActivityReading | H5PContent | None) -> ActivityReading | None:
    """The activity as a page has read it for its reader; for an author, who has no place in it, as it is now."""
    if isinstance(activity, H5PContent):
        return read_activities(person=None, content_ids=[activity.pk], language=get_language() or "nb")[activity.pk]
    return activity


@register.simple_tag
def done_when(rule: str, least: int | None) -> DoneWhen:
    """The author's rule. A rule that cannot be read, in an old revision, asks for the end and nothing more."""
    try:
        return DoneWhen.read(rule, least)
    except ValueError:
        return DoneWhen()


@register.simple_tag
def is_done(rule: DoneWhen, reading: ActivityReading) -> bool:
    return rule.met(reading.result)


@register.simple_tag
def player_origin() -> str:
    """The player's own origin, empty where its frame has none."""
    return str(settings.H5P_PLAYER_ORIGIN)
