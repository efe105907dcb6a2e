"""The learner's pages in the server, and requests a second through gunicorn."""

from functools import partial

from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from assessments.models import Quiz
from certification.services import settle_person
from config.benchmarks import data
from config.benchmarks.harness import Book, median_ms, queries_of
from config.benchmarks.throughput import requests_a_second

_FLOOR = "/gulv/"


def measure(book: Book) -> None:
    """Home, path and module page for courses of 1 and 100 modules, and the module page under load."""
    with override_settings(ROOT_URLCONF="config.benchmarks.floors", ALLOWED_HOSTS=["*"]):
        for modules in (1, 100):
            agency, units = data.make_agency(f"Sider {modules}", 1)
            course = data.make_course(modules)
            quiz = Quiz.objects.filter(code=data.QUIZ_CODE).first() or data.make_quiz()
            data.make_certification(agency, course, quiz, f"sider-{modules}")
            person = data.make_learner(units[0])
            settle_person(person.pk)
            client = Client()
            client.force_login(person)
            floor = median_ms(partial(client.get, _FLOOR))
            for name, address in {
                "home": "/nb/",
                "path": f"/nb/sti/sider-{modules}/",
                "module": f"/nb/kurs/kurs-{modules}/modul-0/",
            }.items():

                def get(client: Client = client, address: str = address) -> None:
                    response = client.get(address)
                    if response.status_code != 200:
                        raise RuntimeError(f"{address} answered {response.status_code}")

                book.add(
                    f"{name}, {modules} module{'s' if modules > 1 else ''}",
                    median_ms(get),
                    "ms",
                    floor=floor,
                    queries=queries_of(get),
                    at_most=20,
                    most_queries=12,
                )
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    address = "/nb/kurs/kurs-1/modul-0/"
    least = requests_a_second("/gulv/", cookie)
    book.add("module page, 2 workers", requests_a_second(address, cookie), "req/s", floor=least, at_least=100)
