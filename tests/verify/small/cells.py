"""How are a small plan's cells written? Amounts in fen become text with two decimals."""

Cells = dict[str, str]
Rows = list[Cells]

QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text: str) -> int:
    return int(text.replace(".", ""))
