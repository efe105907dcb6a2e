"""What concerns all of a person: giving her what is kept, erasing her, making two accounts one."""

from accounts.services.erasing import Ground, erase_person, preview_erasure
from accounts.services.exporting import export_person
from accounts.services.links import person_fields, repoint, rows_of
from accounts.services.merging import merge_person, preview_merge

__all__ = [
    "Ground",
    "erase_person",
    "export_person",
    "merge_person",
    "person_fields",
    "preview_erasure",
    "preview_merge",
    "repoint",
    "rows_of",
]
