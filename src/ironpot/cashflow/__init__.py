"""What must be paid, and when."""
