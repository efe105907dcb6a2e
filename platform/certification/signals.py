"""What certification tells the apps above it."""

from django.dispatch import Signal

# A person's standing with a certification was computed anew and saved, or, when `standing` is None, is no longer kept.
# Sent inside the transaction. Arguments: person_id (int), certification_id (int), standing (Standing | None).
standing_changed = Signal()
