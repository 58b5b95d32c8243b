"""The charts of a report: each module answers one question and returns a `Chart` of JSON data."""
