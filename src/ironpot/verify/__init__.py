"""Re-add a plan's files, sharing nothing with the planner."""

from ironpot.verify.finding import Finding
from ironpot.verify.verification import Checked, NotChecked, Verification, verify_plan

__all__ = ["Checked", "Finding", "NotChecked", "Verification", "verify_plan"]
