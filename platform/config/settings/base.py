"""Settings that every way of running shares. The environment is read once, at the top."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[3]

# --- the environment ------------------------------------------------------------------------------
env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).expanduser().resolve()
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CACHE_URL = env.str("CACHE_URL", default="")
SECRET_KEY = env.str("SECRET_KEY", default="")
EMAIL_URL = env.str("EMAIL_URL", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
REMINDERS_DAILY_CAP = env.int("REMINDERS_DAILY_CAP", default=5000)
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Handlekraft <ikke-svar@handlekraft.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
BADGE_KEY = env.str("BADGE_KEY", default="")  # a JWK; without it DATA_DIR/keys holds the key that signs
H5P_PLAYER_ORIGIN = env.str("H5P_PLAYER_ORIGIN", default="").rstrip("/")
VIDEO_LARGEST_MIB = env.int("VIDEO_LARGEST_MIB", default=500)
VIDEO_SEEN_PERCENT = env.int("VIDEO_SEEN_PERCENT", default=90)  # of a film, for it to count as seen
# --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours, lower before higher: permissions of the lower exist when the higher set up their groups.
    "accounts",
    "facts",
    "agencies",
    "evidence",
    "media",
    "assessments",
    "courses",
    "certification",
    "reports",
    "common",
    "config",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tables2",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "common.middleware.RequestIdMiddleware",
    "media.middleware.PlayerOriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.AdminContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.IdleSignOutMiddleware",
    "accounts.middleware.AdminLanguageMiddleware",
    "agencies.middleware.GrantsNeedMfaMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "facts.context_processors.help_lines",
                "agencies.context_processors.navigation",
            ],
            "builtins": ["common.templatetags.ui"],
        },
    }
]

# --- database, cache, jobs ------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue instead of failing; readers never wait (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # The same few statements come again and again: prepared once for a connection, they are neither parsed nor planned
    # anew. A learner's page takes a quarter less time (docs/decisions/0010).
    _asked = DATABASES["default"].get("OPTIONS", {})  # such as sslmode, in the URL
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 5,
        **_asked,
        # Our statements are short. Where the planner takes one for long, compiling it takes longer than running it:
        # an UPDATE of a batch from a temporary table took four times as long.
        "options": f"-c jit=off {_asked.get('options', '')}".strip(),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": (
        env.cache_url_config(CACHE_URL)
        if CACHE_URL
        # With a cache in memory two web workers would have two rate limits.
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
        }
    )
}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a task is a hint; the sweeps find what a lost one should have done
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Oslo"
if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "common.tasks.beat", "schedule": 60.0},
    "settle": {"task": "certification.tasks.sweep", "schedule": 300.0},
    "attempts": {"task": "assessments.tasks.sweep_attempts", "schedule": 300.0},
    "ledger": {"task": "certification.tasks.keep_ledger_head", "schedule": crontab(minute="55", hour="23")},
    "tallies": {"task": "reports.tasks.fold_tallies", "schedule": 300.0},
    "scheduled pages": {"task": "courses.tasks.publish_scheduled", "schedule": 300.0},
    "activities": {"task": "media.tasks.reconcile_activities", "schedule": crontab(minute="20", hour="3")},
    "trainers": {"task": "courses.tasks.sync_trainers", "schedule": 3600.0},
    # Every hour, so that a server that was down in the morning costs nobody the day; each mail is sent once.
    "reminders": {"task": "certification.tasks.remind", "schedule": crontab(minute="10", hour="7-15")},
    "digests": {
        "task": "certification.tasks.send_weekly_digests",
        "schedule": crontab(minute="40", hour="7-15", day_of_week="mon-wed"),
    },
}

# --- people and sign-in ---------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
MFA_ADAPTER = "accounts.adapters.MfaAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Sign-up is closed (accounts.adapters); the password here is what makes the sign-in page ask for one.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: people come from rosters and administrators
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Handlekraft"
# Addresses come from rosters, not from their owners, so none of them is "verified" in allauth's sense.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # "your password was changed", to whoever's it is
IDLE_SIGN_OUT_SECONDS = 30 * 60
SESSION_COOKIE_AGE = IDLE_SIGN_OUT_SECONDS
SESSION_COOKIE_HTTPONLY = True
# The demo switches this off for its own accounts (User.is_demo) and nobody else.
DEMO_ACCOUNTS_NEED_MFA = True

# --- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("Engelsk"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "platform" / "common" / "locale"]
FORMAT_MODULE_PATH = ["common.localformats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"

# --- files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    ("designsystemet", BASE_DIR / "node_modules" / "@digdir" / "designsystemet-css" / "dist"),
    ("inter", BASE_DIR / "node_modules" / "@fontsource-variable" / "inter"),
    ("h5p", BASE_DIR / "node_modules" / "h5p-standalone" / "dist"),
    ("media-chrome", BASE_DIR / "node_modules" / "media-chrome" / "dist" / "iife"),
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "uploads"), "base_url": "/uploads/"},
    },
    # Everything but images: no URL; served by views that ask first.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "private"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A style sheet that somebody forgot to collect must not take a page down with it.
WHITENOISE_MANIFEST_STRICT = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long Wagtail page has many fields

# --- Wagtail --------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Handlekraft"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "media.Picture"
WAGTAILDOCS_DOCUMENT_MODEL = "media.DocumentFile"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "txt", "csv"]  # as in media/files.py
WAGTAILDOCS_INLINE_CONTENT_TYPES = ["application/pdf"]  # everything else is downloaded, whatever was once uploaded
WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = True
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # nothing is fetched from outside
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "wagtailcore_login"  # common.views.staff_door
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- mail -----------------------------------------------------------------------------------------
_email = env.email_url_config(EMAIL_URL) if EMAIL_URL else {}
EMAIL_BACKEND = _email.get("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or str(DATA_DIR / "mail")
EMAIL_HOST = _email.get("EMAIL_HOST", "")
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10

# --- safety ---------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"  # the Wagtail admin frames its previews: config.middleware opens it there
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'", *filter(None, [H5P_PLAYER_ORIGIN])],  # activities; nothing else lets itself be framed
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
# Activities run in a frame without an origin. With one of their own (another host name of the same server) they may
# also use what needs an origin, such as films of other places. The platform's own would undo all of it.
_player, _site = urlsplit(H5P_PLAYER_ORIGIN), urlsplit(BASE_URL)
if H5P_PLAYER_ORIGIN and (not _player.hostname or _player.path or _player.hostname == _site.hostname):
    raise ImproperlyConfigured("H5P_PLAYER_ORIGIN must be https:// and a host name other than the one in BASE_URL.")
PLAYER_HOSTS = [_player.hostname] if _player.hostname else []
# The exit leads to a page that nobody would wonder about.
QUICK_EXIT_URL = "https://www.yr.no/"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "common.logs.RequestIdFilter"}},
    "formatters": {"line": {"()": "common.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Without the handler that Django would mail errors to ADMINS by: what a request held belongs in no mail.
        "django": {"level": "INFO", "handlers": []},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        "allauth": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # warns that the file-system broker has no host name
        "wagtail": {"level": "WARNING"},
    },
}

TEST_RUNNER = "django.test.runner.DiscoverRunner"
