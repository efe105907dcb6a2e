"""The curriculum: loaded where there is none of it, and loaded again."""

import time

from common.in_step import Verdict
from config.benchmarks.harness import Book
from courses.curriculum import load_curriculum
from courses.curriculum.files import CONTENT, course_folders, read_course


def measure(book: Book) -> None:
    """The last part: what it loads would stand in the others' way."""
    started = time.perf_counter()
    for folder in course_folders(CONTENT):
        read_course(folder)
    floor = time.perf_counter() - started
    started = time.perf_counter()
    load_curriculum()
    book.add("content: all of it, for the first time", time.perf_counter() - started, "s", floor=floor, at_most=30)
    started = time.perf_counter()
    loaded = load_curriculum()
    book.add("content: loaded again", time.perf_counter() - started, "s", floor=floor)
    changed = [told.name for told in loaded.told if told.verdict != Verdict.SAME]
    book.add("content: pieces changed by the second load", len(changed), "pieces", at_most=0)
