"""Parts of the script that builds `examples/bishan-scale`: scale, people, debts, lots, money."""
