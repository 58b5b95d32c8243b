"""The sections of a report, a module each, in the order of a fiscal reorganisation plan."""
