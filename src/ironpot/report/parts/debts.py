"""Which debts does the money meet? By class, what is done to each class, and every contract."""

import polars as pl

from ironpot.core.sources import ORIGIN_TEXT
from ironpot.report.charts.before_after import before_after_chart, class_table, classes
from ironpot.report.charts.resolution import group_table, groups_by_class, resolution_chart
from ironpot.report.figures import money, plural
from ironpot.report.findings import Findings, adds
from ironpot.report.model import Bullets, Field, Paragraph, Section, Table
from ironpot.report.tables import field, labelled, moneys, ranked, text
from ironpot.report.view import View, grouped, total
from ironpot.report.words import ACTION, ADDED, GROUP, GROUP_MEANS, PRIMARY_CLASS

ACTION_HEADS = (
    ("principal_reduced", "principal reduced", "减少本金"),
    ("principal_new", "new principal", "新增本金"),
    ("interest_paid", "interest paid", "支付利息"),
    ("fee_paid", "fees paid", "支付费用"),
    ("npv_effect", "gain to the debtor", "债务人得益(现值)"),
)


def debts_section(view: View, found: Findings) -> Section:
    """Tell debt by class before and after, how it is resolved, and what is done to each class."""
    chart = resolution_chart(view, found)
    return Section(
        "debts",
        "",
        view.say("Debts by class", "分类债务处置"),
        (
            Paragraph(chart.takeaway, tone="lead"),
            before_after_chart(view, found),
            class_table(view, classes(view)),
            Paragraph(_once(view), tone="quiet"),
            chart,
            group_table(view, groups_by_class(view)),
            Bullets(_meanings(view)),
            _actions(view),
        ),
    )


def _once(view: View) -> str:
    return view.say(
        "Each contract is held once under one class, so classes add up without overlap; a new "
        "contract is its own debt. Guarantees are memo items.",
        "每份合同只登记一次、只归一类,各类可直接相加;新签合同单列。担保为备查事项。",
    )


def _meanings(view: View) -> tuple[str, ...]:
    return tuple(
        view.say(f"{name.en}: {GROUP_MEANS[group].en}.", f"{name.zh}:{GROUP_MEANS[group].zh}。")
        for group, name in GROUP.items()
    )


def _actions(view: View) -> Table:
    """Return principal by class and action, with interest, fees and gain."""
    rows = (
        view.tables["debt_actions"]
        .with_columns(action=pl.when(adds()).then(pl.lit(ADDED)).otherwise("action"))
        .group_by("primary_class", "action")
        .agg(
            pl.col("debt_id").n_unique().cast(pl.Int64).alias("debts"),
            pl.col([name for name, _, _ in ACTION_HEADS]).sum(),
        )
        .with_columns(
            labelled(view, "primary_class", PRIMARY_CLASS).alias("class_text"),
            labelled(view, "action", ACTION).alias("action_text"),
        )
        .sort(ranked("primary_class", PRIMARY_CLASS), ranked("action", ACTION))
    )
    title = view.say("What is done to each class", "分类处置措施")
    fields = (
        text(view, ("class_text", "class", "债务类别"), 1.5),
        text(view, ("action_text", "action", "措施"), 1.2),
        field(view, ("debts", "debts", "笔数"), "count", 0.6),
        *moneys(view, *ACTION_HEADS),
    )
    return Table("actions", title, title, fields, rows, _mask(view), group_by="class_text")


def _mask(view: View) -> str:
    return view.say(
        "Statutory debt is on-lent: paid when due or refinanced within quota, never put off by "
        "agreement. One debt may meet several actions.",
        "法定债务由上级转贷:按期偿还或在额度内再融资,不得协议展期。同一笔债务可有多项措施。",
    )


def every_debt(view: View) -> Section:
    """Return the annex with every contract; those that the plan adds are summed by creditor."""
    rows = _contracts(view)
    title, full = view.say("Every debt", "全部债务"), view.say("Every contract", "全部合同")
    fields = _debt_fields(view)
    return Section(
        "every-debt",
        view.say("Annex B: ", "附件二:"),
        title,
        (
            Paragraph(_held(view, rows)),
            Table("debts", title, title, fields, _new_summed(view, rows), group_by="class_text"),
            Table("debts-full", full, full, fields, rows, group_by="class_text", excel_only=True),
        ),
        wide=True,
    )


def _contracts(view: View) -> pl.DataFrame:
    """Return all contracts with names and groups of resolution; new ones have their lender."""
    actions = view.tables["debt_actions"].filter(pl.col("principal_new") > 0)
    opened = actions.group_by(pl.col("new_debt_id").alias("debt_id")).agg(
        pl.col("creditor_id").first().replace(view.names).alias("lender")
    )
    return (
        grouped(view.debts)
        .join(opened, on="debt_id", how="left")
        .with_columns(
            pl.col("creditor").fill_null(pl.col("lender")),
            labelled(view, "primary_class", PRIMARY_CLASS).alias("class_text"),
            labelled(view, "origin", ORIGIN_TEXT).alias("origin_text"),
        )
        .sort(ranked("primary_class", PRIMARY_CLASS), pl.col("opening") == 0, "debt_id")
    )


def _new_summed(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts of today one by one, those that the plan adds summed by class and lender."""
    held, fresh = rows.filter(pl.col("opening") > 0), rows.filter(pl.col("opening") == 0)
    summed = fresh.group_by("primary_class", "class_text", "creditor", maintain_order=True).agg(
        pl.col("opening", "closing", *GROUP).sum(), pl.len().alias("count")
    )
    many = view.say("{} new contracts", "新增合同{}份")
    named = summed.with_columns(
        pl.lit(view.say("new", "新增")).alias("debt_id"),
        pl.format(many, "count").alias("name"),
        pl.col("creditor").alias("debtor"),
    )
    columns = [name for name in held.columns if name in named.columns]
    both = pl.concat([held, named.select(columns)], how="diagonal")
    return both.sort(
        ranked("primary_class", PRIMARY_CLASS), pl.col("opening") == 0, "debt_id", "creditor"
    )


def _held(view: View, rows: pl.DataFrame) -> str:
    held = rows.filter(pl.col("opening") > 0).height
    fresh = rows.height - held
    left = money(total(rows, "closing"), view.reader)
    return view.say(
        f"{plural(held, 'contract', 'contracts')} today; {fresh} that the plan adds are summed by "
        f"lender and listed in the workbook. {left} are left at the end.",
        f"现有合同{held}份逐笔列示;方案新增{fresh}份按债权人汇总,明细见工作簿。期末余额{left}。",
    )


def _debt_fields(view: View) -> tuple[Field, ...]:
    groups = tuple((name, word.en, word.zh) for name, word in GROUP.items())
    return (
        text(view, ("class_text", "class", "类别"), 1.1),
        text(view, ("debt_id", "debt", "编号"), 1.1),
        text(view, ("name", "name", "名称"), 2.0),
        text(view, ("debtor", "debtor (new: lender)", "债务人(新增为债权人)"), 2.0),
        text(view, ("creditor", "creditor", "债权人"), excel_only=True),
        field(view, ("maturity_date", "maturity", "到期日"), "date"),
        *moneys(view, ("opening", "before", "方案前"), fine=True),
        *moneys(view, *groups, width=0.85, fine=True),
        *moneys(view, ("closing", "after", "方案后"), fine=True),
        text(view, ("origin_text", "origin", "数据性质"), excel_only=True),
    )
