"""From bytes to cells: open what a stranger sent without being harmed by it."""
