"""Which pot is worth more than its steel."""
