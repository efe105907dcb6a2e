"""Who may do what in the Wagtail admin, where Wagtail's own permissions allow too much."""

from collections.abc import Iterable
from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy


class NeverDeleted(ModelPermissionPolicy):  # type: ignore[misc]  # Wagtail is untyped
    """No permission opens deleting: what was taught, asked or shown stays."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return bool(super().user_has_any_permission(user, {action for action in actions if action != "delete"}))
