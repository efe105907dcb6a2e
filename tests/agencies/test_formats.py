"""A list of employees is read whatever the spreadsheet made of it, and what is wrong is said row by row."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.formats import read_roster

HEADER = "email,first_name,last_name,unit,role,start,end"
ROW = "kari@example.no,Kari,Ås,Lia skole,Lærer,2024-08-01,"


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\n{ROW}\n".encode("utf-8-sig"),
        f"{HEADER}\n{ROW}\n".encode("cp1252"),
        f"{HEADER}\r\n\r\n{ROW}\r\n,,,,,,\r\n".encode(),
        f"{HEADER}\n{ROW}\n".replace(",", ";").encode(),
        "E-post;Fornavn;Etternavn;Enhet;Rolle;Fra;Til\nkari@example.no;Kari;Ås;Lia skole;Lærer;01.08.2024;".encode(
            "cp1252"
        ),
        'rolle,enhet,etternavn,fornavn,e-post,fra\nLærer,"Lia skole",Ås,Kari,KARI@example.no,1.8.2024'.encode(),
    ],
    ids=["utf-8", "bom", "cp1252", "blank lines", "semicolon", "norwegian", "other order, no end"],
)
def test_the_same_row_is_read_from_every_dialect(data):
    rows, problems = read_roster(data)
    assert problems == []
    assert [(r.email, r.first_name, r.last_name, r.unit, r.role, r.start, r.end) for r in rows] == [
        ("kari@example.no", "Kari", "Ås", "Lia skole", "Lærer", dt.date(2024, 8, 1), None)
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("kari@,Kari,Ås,Lia,Lærer,2024-08-01,", "e-postadresse"),
        ("kari@example.no,,Ås,Lia,Lærer,2024-08-01,", "Fornavn mangler"),
        ("kari@example.no,Kari,Ås,,Lærer,2024-08-01,", "Enhet mangler"),
        ("kari@example.no,Kari,Ås,Lia,,2024-08-01,", "Rolle mangler"),
        ("kari@example.no,Kari,Ås,Lia,Lærer,,", "Første dag mangler"),
        ("kari@example.no,Kari,Ås,Lia,Lærer,31.02.2024,", "«31.02.2024» er ikke en dato"),
        ("kari@example.no,Kari,Ås,Lia,Lærer,0001-01-01,", "ikke en dato"),
        ("kari@example.no,Kari,Ås,Lia,Lærer,2024-08-01,2024-07-31", "Siste dag er før første dag"),
        ("kari@example.no,Kari,Ås,Lia,Lærer", "Raden har 5 felt"),
        (f"kari@example.no,{'K' * 101},Ås,Lia,Lærer,2024-08-01,", "for langt"),
    ],
)
def test_a_bad_row_is_named_by_its_number(row, said):
    _rows, problems = read_roster(f"{HEADER}\n{ROW}\n{row}\n".encode())
    assert {problem.number for problem in problems} == {3}
    assert said in " ".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "tom"),
        (HEADER.encode(), "ingen rader"),
        (b"email,first_name,last_name,unit,role,begin\n", "Vi kjenner ikke kolonnen «begin»"),
        (b"email,first_name,last_name,unit,role\n", "«start» (eller «fra og med») mangler"),
        ((HEADER + ",email\n").encode(), "to ganger"),
        (f"{HEADER}\n{ROW}".encode("utf-16"), "CSV UTF-8"),
        (b"PK\x03\x04\x00\x00", "CSV UTF-8"),
        (HEADER.encode() + b"\n\x81\x8d", "tegnene"),
        (f'{HEADER}\n"kari'.encode(), "Rad 2 kan ikke leses"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_plain_words(data, said):
    rows, problems = read_roster(data)
    assert rows == []
    assert said in " ".join(str(problem) for problem in problems)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"{HEADER}\n{text}".encode())))
def test_no_file_breaks_the_reader(data):
    rows, problems = read_roster(data)
    assert rows or problems
