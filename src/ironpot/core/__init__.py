"""Words that every room shares: columns, issues, sources, dates, money, languages."""
