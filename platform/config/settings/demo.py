"""`make run`: everything on one machine, DEBUG off, what is seen is what is shipped."""

import secrets
from urllib.parse import urlsplit

from config.settings import base
from config.settings.base import *  # noqa: F403  settings modules are the one place where Django expects this

DATA_DIR = base.DATA_DIR
DEBUG = False
DEMO = True
DEMO_ACCOUNTS_NEED_MFA = False

if not base.SECRET_KEY:
    _key_file = DATA_DIR / "secret_key"
    if not _key_file.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        _key_file.write_text(secrets.token_urlsafe(50))
        _key_file.chmod(0o600)
    SECRET_KEY = _key_file.read_text()

ALLOWED_HOSTS = base.ALLOWED_HOSTS or ["127.0.0.1", "localhost", urlsplit(base.BASE_URL).hostname or "localhost"]
ALLOWED_HOSTS += base.PLAYER_HOSTS
CSRF_TRUSTED_ORIGINS = [base.BASE_URL]
