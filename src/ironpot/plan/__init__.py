"""From gap to plan: what to sell, lease, keep, pay, ask for, and why."""
