"""The manager's pages at 300 and 30,000 people."""

from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from accounts.models import User
from agencies.models import Grant
from assessments.models import Quiz
from config.benchmarks import data
from config.benchmarks.harness import Book, median_ms, queries_of
from reports.models import Tally
from reports.services import recount


def measure(book: Book) -> None:
    """The report and the people list of a municipality, beside one aggregate over its tallies."""
    quiz = Quiz.objects.filter(code=data.QUIZ_CODE).first() or data.make_quiz()
    for count, schools in ((300, 5), (30_000, 300)):
        agency, units = data.make_agency(f"Rapport {count}", schools)
        course = data.make_course(3 if count == 300 else 4)
        certification = data.make_certification(agency, course, quiz, f"rapport-{count}")
        data.make_people(count, agency, units, certification)
        recount()
        data.know_sizes()
        manager = User.objects.create_user(
            f"leder-{count}@bench.example", first_name="Marit", last_name="Aune", is_demo=True
        )
        Grant.objects.create(person=manager, unit=agency, function=Grant.Function.MANAGER, valid_from=data.LONG_AGO)
        client = Client()
        client.force_login(manager)

        def least(path: str = agency.path, certification_id: int = certification.pk) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT status, SUM(count) FROM {Tally._meta.db_table} t JOIN agencies_unit u ON u.id = t.unit_id "  # noqa: S608  our own names
                    "WHERE u.path LIKE %s AND certification_id = %s AND role_id IS NULL GROUP BY status",
                    [path + "%", certification_id],
                )
                cursor.fetchall()

        floor = median_ms(least)
        with override_settings(ALLOWED_HOSTS=["*"], DEMO_ACCOUNTS_NEED_MFA=False):
            for name, address in {
                "report": f"/nb/rapport/{agency.public_id}/?sertifisering=rapport-{count}",
                "people list": f"/nb/personer/?enhet={agency.public_id}",
            }.items():

                def get(client: Client = client, address: str = address) -> None:
                    response = client.get(address)
                    if response.status_code != 200:
                        raise RuntimeError(f"{address} answered {response.status_code}")

                book.add(
                    f"{name}, {count} people",
                    median_ms(get, times=15, warm=2),
                    "ms",
                    floor=floor,
                    queries=queries_of(get),
                    people=count,
                    at_most=50 if name == "report" else 100,
                    most_queries=12,
                )
