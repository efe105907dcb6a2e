"""What changes courses: editions, progress, the page tree and trainers' rights."""

from courses.services.editions import EditionInUseError, check_deletable, make_edition
from courses.services.progress import Completion, NotDoneYetError, UnknownPartError, complete_part, open_part
from courses.services.routines import write_routine
from courses.services.site import ensure_site
from courses.services.trainers import ensure_trainers_group, sync_trainer, sync_trainers

__all__ = [
    "Completion",
    "EditionInUseError",
    "NotDoneYetError",
    "UnknownPartError",
    "check_deletable",
    "complete_part",
    "ensure_site",
    "ensure_trainers_group",
    "make_edition",
    "open_part",
    "sync_trainer",
    "sync_trainers",
    "write_routine",
]
