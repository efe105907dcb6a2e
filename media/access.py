"""Who may see what of the files here."""

from accounts.models import User
from media.models import Video


def may_watch(person: User, video: Video) -> bool:
    """Whoever is signed in may see what a course has shown; what none has, only those who make courses."""
    return video.published_at is not None or person.has_perm("media.view_video")
