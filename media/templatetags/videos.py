"""Videos in templates: what the block of a page shows, and the player's words."""

import json

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from media.models import Video
from media.screening import VideoReading, read_videos

register = template.Library()


@register.simple_tag
def video_reading(video: VideoReading | Video | None) -> VideoReading | None:
    """The video as a page has read it for its reader; for an author, who has no place in it, as it is now."""
    if isinstance(video, Video):
        return read_videos(person=None, video_ids=[video.pk], language=get_language() or "nb")[video.pk]
    return video


@register.simple_tag
def player_words() -> str:
    """What the player's controls are called, for media/video.js. Keys are the words that the player itself uses."""
    return json.dumps(
        {
            "play": _("Spill av"),
            "pause": _("Pause"),
            "mute": _("Slå av lyden"),
            "unmute": _("Slå på lyden"),
            "volume": _("Lydstyrke"),
            "seek": _("Plass i videoen"),
            "back": _("10 sekunder tilbake"),
            "closed captions": _("Teksting"),
            "rate": _("Hastighet"),
            "enter fullscreen mode": _("Full skjerm"),
            "exit fullscreen mode": _("Ut av full skjerm"),
            "video player": _("Videospiller"),
            "playback time": _("Tid"),
            "media loading": _("Henter videoen …"),
            "video not loaded, unknown time.": _("Videoen er ikke hentet ennå."),
            "of": _("av"),
            "hour": _("time"),
            "hours": _("timer"),
            "minute": _("minutt"),
            "minutes": _("minutter"),
            "second": _("sekund"),
            "seconds": _("sekunder"),
        }
    )
