"""Checks as plain functions: a table or draft in, issues out; `case.check` lists them in order."""
