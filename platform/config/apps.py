from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """An app only for its management commands: the ones that concern the whole installation."""

    name = "config"
