"""Verbs for people: the command line."""
