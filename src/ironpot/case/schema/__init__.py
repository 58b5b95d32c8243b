"""The tables of a case: one definition that reader, checks, template and documentation share."""

from ironpot.case.schema import agreed, asset, debt, done, money, share, who
from ironpot.core.columns import Table

TABLES: tuple[Table, ...] = (
    *who.TABLES,
    *debt.TABLES,
    *agreed.TABLES,
    *asset.TABLES,
    *money.TABLES[:-1],
    *share.TABLES,
    *done.TABLES,
    *money.TABLES[-1:],
)
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
BASIC: tuple[Table, ...] = tuple(table for table in TABLES if table.basic)
