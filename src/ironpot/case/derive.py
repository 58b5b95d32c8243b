"""What follows from the four tables that every user fills: creditors, accounts, buffers, years?"""

import polars as pl

from ironpot.case.acts import ALL, Act, Filling
from ironpot.case.draft import Draft
from ironpot.case.schema import BY_NAME
from ironpot.case.schema.words import STATUTORY
from ironpot.case.tree import account_holders
from ironpot.core.lang import Text

RESET_YEARLY = "P1YL1"
OUTFLOWS = ("essential_spending", "other_spending", "transfers_out")
_MONTHS = 12
_MONTHS_A_QUARTER = 3
ASSUMED = "default_assumption"

_CLASS_BY_INSTRUMENT = {
    "bond": "bondholders",
    "loan": "regional_bank",
    "lease": "non_standard",
    "trust": "non_standard",
    "on_lent": "province",
    "payable": "supplier",
    "other": "other",
}


def creditors_from_debts(filling: Filling) -> Filling:
    """Derive the creditors from the keys in the debts; class by the instrument held most.

    An entity inside the perimeter is a related body; a province only on-lends.
    """
    draft = filling.draft
    if draft["creditors"].given:
        return filling
    inside = draft.frame("entities").filter(pl.col("inside"))["entity_id"].implode()
    names = dict(draft.frame("entities").select("entity_id", "name").drop_nulls().iter_rows())
    rows = _main_holdings(draft.frame("debts")).select(
        "creditor_id",
        pl.col("creditor_id").replace(names).alias("name"),
        pl.when(pl.col("creditor_id").is_in(inside))
        .then(pl.lit("inside"))
        .otherwise(pl.col("class"))
        .alias("creditor_class"),
        pl.lit("rule-creditor-class").alias("source_id"),
        pl.lit("estimated").alias("origin"),
    )
    return filling.with_rows("creditors", rows, [_creditor_act(*row) for row in rows.iter_rows()])


def _main_holdings(debts: pl.DataFrame) -> pl.DataFrame:
    """Return each creditor with the class of what it holds most of, on-lent debt last."""
    on_lent = pl.col("instrument").is_null() & pl.col("primary_class").is_in(STATUTORY)
    instrument = pl.when(on_lent).then(pl.lit("on_lent")).otherwise(pl.col("instrument"))
    by_instrument = instrument.replace_strict(_CLASS_BY_INSTRUMENT, default="other")
    return (
        debts.drop_nulls("creditor_id")
        .group_by("creditor_id", by_instrument.alias("class"), maintain_order=True)
        .agg(pl.col("notional_principal").sum())
        .sort(pl.col("class") == "province", -pl.col("notional_principal"), maintain_order=True)
        .unique("creditor_id", keep="first", maintain_order=True)
    )


def _creditor_act(key: str, name: str, word: str, source_id: str, _: str) -> Act:
    text = Text(
        f"Creditor {name} taken as {word}, by the instrument it holds most.",
        f"债权人{name}按其主要工具归为 {word}。",
    )
    return Act("creditors", key, "creditor_class", word, source_id, text)


# Accounts that a kind of body has, the debt classes each may pay, and where it may lend cash.
_ACCOUNTS: dict[str, dict[str, tuple[str, str]]] = {
    "government": {
        "general": ("general;hidden;arrears;other", "company"),
        "fund": ("special;hidden;arrears", "general"),
        "capital": ("hidden;arrears;other", "general"),
    },
    "company": {"company": ("hidden;vehicle_other;arrears;other", "company")},
    "earmarked": {"earmarked": ("arrears", "")},
}
_MASKS = {name: mask for accounts in _ACCOUNTS.values() for name, mask in accounts.items()}
_COMPANIES = ("vehicle", "enterprise", "fund", "bank", "other")


def accounts_by_kind(filling: Filling) -> Filling:
    """Derive the accounts of the bodies inside; opening cash is assumed 0.00 and said so.

    A government has its budget accounts, a company that owes or has a budget its own; whatever
    account a budget line names exists; other bodies bank with their parents.
    """
    draft = filling.draft
    if draft["accounts"].given:
        return filling
    entities = draft.frame("entities").filter(pl.col("inside"))
    acting = set(draft.frame("debts")["debtor_id"]) | set(draft.frame("budget")["entity_id"])
    pairs: dict[tuple[str, str], None] = {}
    for entity, kind in entities.select("entity_id", "kind").drop_nulls().iter_rows():
        if kind == "government":
            pairs |= dict.fromkeys((entity, account) for account in _ACCOUNTS["government"])
        if kind == "vehicle" or (kind in _COMPANIES and entity in acting):
            pairs[entity, "company"] = None
    budgeted = draft.frame("budget").select("entity_id", "account").drop_nulls()
    pairs |= dict.fromkeys(budgeted.unique(maintain_order=True).iter_rows())
    rows = BY_NAME["accounts"].frame(_account(entity, account) for entity, account in pairs)
    acts = [_account_act(entity, account) for entity, account in pairs]
    return filling.with_rows("accounts", rows, acts)


def _account(entity: str, account: str) -> dict[str, object]:
    pays, transfers_to = _MASKS[account]
    return {
        "entity_id": entity,
        "account": account,
        "opening_cash": 0.0,
        "pays": pays,
        "transfers_to": transfers_to or None,
        "source_id": "rule-accounts",
        "origin": "estimated",
    }


def _account_act(entity: str, account: str) -> Act:
    text = Text(
        f"Opening cash of {entity}, {account}, assumed 0.00; it may pay {_MASKS[account][0]}.",
        f"{entity}的 {account} 账户期初现金按0.00计,可偿还 {_MASKS[account][0]}。",
    )
    return Act("accounts", f"{entity}/{account}", "opening_cash", "0.00", "rule-accounts", text)


def buffers_of_a_month(filling: Filling) -> Filling:
    """Derive a buffer for each account: a month of its recurrent outflow in the first plan year."""
    draft, horizon = filling.draft, filling.draft.settings.horizon
    if horizon is None or (draft.frame("limits")["kind"] == "buffer").any():
        return filling
    outflow = _monthly_outflow(draft, int(horizon.first[:4]))
    rows = outflow.select(
        pl.format("buffer-{}-{}", "entity_id", "account").alias("limit_id"),
        pl.lit("buffer").alias("kind"),
        "entity_id",
        "account",
        pl.lit("all").alias("quarter"),
        "amount",
        pl.lit("rule-buffer").alias("source_id"),
        pl.lit("estimated").alias("origin"),
    )
    return filling.with_rows("limits", rows, [_buffer_act(*row) for row in outflow.iter_rows()])


def _monthly_outflow(draft: Draft, year: int) -> pl.DataFrame:
    """Return a twelfth of each account's recurrent outflow in a year, yuan."""
    holders = account_holders(draft.frame("entities"), draft.frame("accounts"))
    holder = pl.col("entity_id").replace_strict(holders, default=None, return_dtype=pl.String)
    return (
        draft.frame("budget")
        .filter(pl.col("line").is_in(OUTFLOWS) & pl.col("recurrent"))
        .filter(pl.col("year") == year)
        .with_columns(holder)
        .drop_nulls(["entity_id", "account"])
        .group_by("entity_id", "account", maintain_order=True)
        .agg((pl.col("amount_y").sum() / _MONTHS).round(2).alias("amount"))
        .filter(pl.col("amount") > 0.0)
    )


def _buffer_act(entity: str, account: str, amount: float) -> Act:
    text = Text(
        f"Buffer of {entity}, {account}: {amount:,.2f} yuan, one month's recurrent outflow.",
        f"{entity}的 {account} 账户现金缓冲按一个月经常性支出计,为{amount:,.2f}元。",
    )
    key = f"buffer-{entity}-{account}"
    return Act("limits", key, "amount", f"{amount:.2f}", "rule-buffer", text)


def advances_that_bridge(filling: Filling) -> Filling:
    """Limit assumed advances from above: all together, a quarter's recurrent outflow.

    An advance is a bridge. Without a limit one after the other would stand in for debt.
    """
    part, horizon = filling.draft["relief_sources"], filling.draft.settings.horizon
    assumed = (
        pl.col("repayable") & pl.col("total_limit").is_null() & (pl.col("source_id") == ASSUMED)
    )
    givers = part.frame.filter(assumed).select("giver_id", "kind").rows()
    if horizon is None or not givers:
        return filling
    outflow = _monthly_outflow(filling.draft, int(horizon.first[:4]))["amount"].sum()
    limit = round(float(outflow) * _MONTHS_A_QUARTER, 2)
    if limit <= 0.0:
        return filling
    filled = pl.when(assumed).then(pl.lit(limit)).otherwise(pl.col("total_limit"))
    acts = [_advance_act(giver, kind, limit) for giver, kind in givers]
    return filling.with_frame(
        "relief_sources", part.frame.with_columns(filled.alias("total_limit")), acts
    )


def _advance_act(giver: str, kind: str, limit: float) -> Act:
    text = Text(
        f"Advances from {giver} limited to {limit:,.2f} yuan: recurrent outflow of a quarter.",
        f"{giver}的垫款合计上限按一个季度经常性支出计,为{limit:,.2f}元。",
    )
    return Act(
        "relief_sources", f"{giver}/{kind}", "total_limit", f"{limit:.2f}", "rule-advance", text
    )


# What moves a line if its user does not say: revenue, land and transfers are not constants.
_DRIVER_OF: dict[tuple[str, str], str] = {
    ("own_revenue", "general"): "own_revenue",
    ("own_revenue", "fund"): "land_revenue",
    ("land_revenue", "fund"): "land_revenue",
    ("transfers_in", "general"): "transfers",
    ("transfers_in", "fund"): "transfers",
}


def drivers_by_line(filling: Filling) -> Filling:
    """Give budget lines without a driver the one that moves lines of their name."""
    part = filling.draft["budget"]
    frame, acts = part.frame, list[Act]()
    for (line, account), driver in _DRIVER_OF.items():
        test = (pl.col("line") == line) & (pl.col("account") == account) & part.empty("driver")
        count = frame.filter(test).height
        if count:
            filled = pl.when(test).then(pl.lit(driver)).otherwise(pl.col("driver"))
            frame = frame.with_columns(filled.alias("driver"))
            acts.append(_driver_act(line, account, driver, count))
    return filling.with_frame("budget", frame, acts)


def _driver_act(line: str, account: str, driver: str, count: int) -> Act:
    text = Text(
        f"{count} budget lines {line} of account {account} taken to move with {driver}.",
        f"{account} 账户的 {line} 科目{count}行按驱动因素 {driver} 变动。",
    )
    return Act("budget", f"{ALL}/{account}/{line}", "driver", driver, "rule-driver", text)


def yearly_rate_resets(filling: Filling) -> Filling:
    """Give floating debts without a reset cycle a yearly one."""
    part, cycle = filling.draft["debts"], "cycle_of_rate_reset"
    test = pl.col("market_object_code_of_rate_reset").is_not_null() & part.empty(cycle)
    keys = part.frame.filter(test)["debt_id"].drop_nulls().to_list()
    if not keys:
        return filling
    filled = pl.when(test).then(pl.lit(RESET_YEARLY)).otherwise(pl.col(cycle)).alias(cycle)
    text = Text(
        f"Rate of {len(keys)} floating debts taken to be reset once a year.",
        f"{len(keys)}笔浮动利率债务按每年重定价一次处理。",
    )
    act = Act("debts", ";".join(keys), cycle, RESET_YEARLY, "rule-rate-reset", text)
    return filling.with_frame("debts", part.frame.with_columns(filled), [act])


def recurrent_lines_carried_on(filling: Filling) -> Filling:
    """Carry recurrent budget lines on from their last year to the last year of the plan.

    The amount grows by the line's own growth rate each year: amount x (1 + growth)^years.
    """
    draft, horizon = filling.draft, filling.draft.settings.horizon
    if horizon is None:
        return filling
    line = ["entity_id", "account", "line", "item"]
    last_year = int(horizon.last[:4])
    last = (
        draft.frame("budget")
        .drop_nulls(["entity_id", "account", "line", "year", "amount_y"])
        .sort("year")
        .unique(line, keep="last", maintain_order=True)
        .filter(pl.col("recurrent") & (pl.col("year") < last_year))
    )
    further = last.with_columns(
        pl.col("year").alias("last"), pl.int_ranges(pl.col("year") + 1, last_year + 1).alias("year")
    ).explode("year")
    growth = 1.0 + pl.col("growth_rate").fill_null(0.0)
    amount = (pl.col("amount_y") * growth ** (pl.col("year") - pl.col("last"))).round(2)
    rows = further.with_columns(
        amount.alias("amount_y"),
        pl.lit("rule-budget").alias("source_id"),
        pl.lit("estimated").alias("origin"),
    )
    acts = [_carried_act(row, last_year) for row in last.iter_rows(named=True)]
    return filling.with_rows("budget", rows.select(BY_NAME["budget"].names), acts)


def _carried_act(row: dict[str, object], last_year: int) -> Act:
    names = ("entity_id", "account", "line", "item")
    key = "/".join(str(row[name] or "") for name in names)
    rate = f"{float(str(row['growth_rate'] or 0.0)):.1%}"
    text = Text(
        f"{key} carried on from {row['year']} to {last_year} with growth of {rate} a year.",
        f"{key} 由{row['year']}年沿用至{last_year}年,年增长{rate}。",
    )
    value = f"{row['amount_y']:.2f}"
    return Act("budget", key, "amount_y", value, "rule-budget", text)


def nothing_where_none_is_given(filling: Filling) -> Filling:
    """Say of tables without a default that they were taken to be empty."""
    absent = [name for name in ("guarantees", "claims") if not filling.draft[name].given]
    return filling.with_rows("claims", BY_NAME["claims"].empty(), map(_none_act, absent))


def _none_act(name: str) -> Act:
    label = BY_NAME[name].label
    text = Text(f"No {label.en} given: none are counted.", f"未提供“{label.zh}”,按没有处理。")
    return Act(name, ALL, ALL, "", "rule-none-given", text)
