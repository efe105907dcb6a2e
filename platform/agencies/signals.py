"""What the agencies tell the apps above them. All are sent inside the transaction that made the change."""

from django.dispatch import Signal

# Memberships or leave of people changed. Arguments: person_ids (list of int).
memberships_changed = Signal()

# Grants of a person changed. Arguments: person_id (int).
grants_changed = Signal()

# A unit moved, so paths below it changed. Arguments: unit (Unit, after the move).
unit_moved = Signal()
