"""What is owned and owed, by whom."""
