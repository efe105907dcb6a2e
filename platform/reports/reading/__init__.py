"""Reads of the reports: figures by unit and role, people with their status, one person."""
