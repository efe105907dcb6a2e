#!/bin/sh
# Every check there is; stops at the first that complains. Run by `make check`, from the root.
set -eu
bin=$1
apps="platform courses assessments media"

say() { printf '\n── %s\n' "$1"; }

say "ruff: lint";          "$bin/ruff" check .
say "ruff: format";        "$bin/ruff" format --check .
say "mypy: types";         "$bin/mypy"
say "import contracts";    "$bin/lint-imports"
say "templates"
# shellcheck disable=SC2086  # the apps are words of their own
find $apps -name '*.html' -exec "$bin/djade" --check --target-version 5.2 {} +
say "migrations";          DJANGO_SETTINGS_MODULE=config.settings.test "$bin/python" manage.py makemigrations --check --dry-run
say "Django: check";       DJANGO_SETTINGS_MODULE=config.settings.test "$bin/python" manage.py check --fail-level WARNING
say "Django: check for deployment, with production's settings"
# Made up: nothing is opened, and no secret of a real place is needed to read the settings.
env DJANGO_SETTINGS_MODULE=config.settings.production \
    SECRET_KEY="made-up-for-the-check-8Zq2Lr5Xv7Nt1Wk4Bp9Hd6Ms3Cj0Fy" \
    DATABASE_URL=postgres://nobody@localhost/none \
    CELERY_BROKER_URL=redis://localhost/0 CACHE_URL=redis://localhost/1 \
    EMAIL_URL=smtp://localhost:25 BASE_URL=https://handlekraft.example ALLOWED_HOSTS=handlekraft.example \
    "$bin/python" manage.py check --deploy --fail-level WARNING
printf '\nAll checks passed.\n'
