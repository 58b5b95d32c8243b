"""The twelve tables of a plan, written from its settlement; money in integer fen."""
