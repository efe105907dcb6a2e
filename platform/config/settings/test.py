"""Tests: the same stack, on folders of their own, with quick password hashes and plain static files."""

import atexit
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import base
from config.settings.base import *  # noqa: F403  settings modules are the one place where Django expects this

_folder = Path(tempfile.mkdtemp(prefix="handlekraft-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

DATA_DIR = _folder
DEBUG = False
DEMO = False
SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

STATIC_ROOT = _folder / "static"
STATIC_ROOT.mkdir()
STORAGES = {
    **base.STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(_folder / "uploads"), "base_url": "/uploads/"},
    },
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(_folder / "private"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if base.CACHE_URL.startswith("redis"):
    # A Redis database for each worker of the tests: emptying the cache is no other worker's business.
    _worker = base.env.str("PYTEST_XDIST_WORKER", default="gw0").removeprefix("gw")
    CACHES = {
        "default": base.env.cache_url_config(urlsplit(base.CACHE_URL)._replace(path=f"/{1 + int(_worker)}").geturl())
    }
elif not base.CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(_folder / "cache"),
        }
    }
if base.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # On disk, not in memory: threads and processes of the tests see the same rows, as in real life.
    DATABASES = {"default": {**base.DATABASES["default"], "NAME": str(_folder / "db.sqlite3")}}
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
