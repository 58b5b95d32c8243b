"""Which pot is worth more than its steel: balance sheet, cash flows, pot test, plan, report.

The front desk holds the public verbs and nouns and nothing else. Names are loaded on first use,
so that ``import ironpot`` starts no engine.

>>> import ironpot
>>> ironpot.__version__
'0.1.0'
"""

__version__ = "0.1.0"
__all__: list[str] = []
