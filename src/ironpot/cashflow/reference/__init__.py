"""The slow reference: one contract at a time, line by line with the ACTUS standard.

The oracle of the tests. It shares with the engine the names of terms and the announced holidays,
and nothing else: plain datetimes and floats, schedules by counting, day counts by their text.
"""
