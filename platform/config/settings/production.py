"""Production: PostgreSQL, Redis, TLS in front, every secret from the environment."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings import base
from config.settings.base import *  # noqa: F403  settings modules are the one place where Django expects this

DEBUG = False
DEMO = False

for _name in ("SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "BASE_URL"):
    if not base.env.str(_name, default=""):
        raise ImproperlyConfigured(f"{_name} must be set in production. See README.md, “In production”.")

ALLOWED_HOSTS = [*(base.ALLOWED_HOSTS or [urlsplit(base.BASE_URL).hostname or ""]), *base.PLAYER_HOSTS]
CSRF_TRUSTED_ORIGINS = [base.BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # load balancers ask without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
