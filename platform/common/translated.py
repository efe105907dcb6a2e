"""Text kept in one row in three languages: fields that end in _nb, _nn and _en."""

from typing import Any, overload

from django.db import models
from django.utils.translation import get_language

LANGUAGES = ("nb", "nn", "en")


def pick(texts: dict[str, str], language: str | None = None) -> str:
    """The text in `language` (default: the active one); Bokmål, then whatever there is, where it is empty."""
    wanted = (language or get_language() or "nb")[:2]
    return texts.get(wanted) or texts.get("nb") or next((text for text in texts.values() if text), "")


class Translated:
    """`name = Translated()` on a model with name_nb, name_nn and name_en reads the reader's language."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "Translated": ...
    @overload
    def __get__(self, instance: object, owner: type) -> str: ...
    def __get__(self, instance: object | None, owner: type) -> "Translated | str":
        if instance is None:
            return self
        return pick({language: getattr(instance, f"{self.name}_{language}") for language in LANGUAGES})


def char(verbose_name: Any, *, max_length: int = 200, blank: bool = False) -> "models.CharField[str, str]":
    """A short text in one language."""
    return models.CharField(verbose_name, max_length=max_length, blank=blank)


def text(verbose_name: Any, *, blank: bool = False) -> "models.TextField[str, str]":
    """A longer text in one language."""
    return models.TextField(verbose_name, blank=blank)
