"""From files to a checked case: read, check, mark, template."""
