"""A demo to look at: three agencies with true courses, invented people and two years of history, relative to today."""

from config.demo.accounts import ACCOUNTS, PASSWORD, Account
from config.demo.building import make_demo

__all__ = ["ACCOUNTS", "PASSWORD", "Account", "make_demo"]
