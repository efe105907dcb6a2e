"""The WSGI application that benchmarks put under load: the platform on the benchmark's own database."""

import os

import django
from django.conf import settings

django.setup()
settings.DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]
settings.ROOT_URLCONF = "config.benchmarks.floors"

from django.core.wsgi import get_wsgi_application  # noqa: E402  after the settings are turned to the benchmark

application = get_wsgi_application()
