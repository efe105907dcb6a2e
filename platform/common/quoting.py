"""Names inside a sentence, in the quotation marks of its language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def quoted(names: Iterable[object]) -> str:
    """«Første», «Andre»: each name in marks, with commas between."""
    return ", ".join(_("«%(name)s»") % {"name": name} for name in names)
