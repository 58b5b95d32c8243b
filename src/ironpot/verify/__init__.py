"""Re-add a plan's files, sharing nothing with the planner."""
