"""What the report says: everything it must, in both languages, and honestly where it lacks."""

import dataclasses
import re

import polars as pl
import pytest
from tests.report.made_up import make_plan

from ironpot.core.outputs import TABLES
from ironpot.report import cells
from ironpot.report.build import build_report
from ironpot.report.model import Bullets, Chart, Heading, Paragraph, Table, Tiles
from ironpot.report.plan_files import PlanFiles
from ironpot.report.write import write_report

CHINESE = re.compile("[一-鿿，。；：（）、]")  # noqa: RUF001
HALF_WIDTH_AMONG_CHINESE = re.compile("[一-鿿][,;:?!(]|[,;:?!)][一-鿿]")


@pytest.fixture(scope="module")
def report(case, plan):
    return build_report(case, plan, lang="zh", unit="hundred_million")


def sentences(report):
    """All that the report says itself; table cells, which hold names of the case, left out."""
    for part in (report.leader, *report.sections):
        yield part.heading
    for block in report.blocks:
        match block:
            case Paragraph():
                yield block.head + block.text
            case Heading():
                yield block.text
            case Bullets():
                yield from block.items
            case Tiles():
                for tile in block.items:
                    yield from (tile.label, tile.value, tile.unit, tile.note)
            case Table():
                yield from (block.title, block.note, *(field.label for field in block.fields))
                if "reason" in block.frame.columns:
                    yield from block.frame["reason"]
            case Chart():
                yield from (block.title, block.takeaway, block.source)


def test_every_language_and_unit_makes_a_report(case, plan, face):
    lang, unit = face
    made = build_report(case, plan, lang=lang, unit=unit)
    assert [section.section_id for section in made.sections] == [
        "gap",
        "revenue",
        "spending",
        "disposal",
        "help",
        "review",
        "tracking",
        "debts",
        "every-lot",
        "every-debt",
        "trust",
        "check",
    ]
    charts = {chart.chart_id for chart in made.charts}
    wanted = {"ladder", "wall", "pot", "timeline", "sankey", "before-after", "resolution"}
    assert wanted <= charts


def test_every_chart_has_unit_source_date_and_numbers(report):
    for chart in report.charts:
        assert "亿元" in cells.with_unit(chart.title, report.reader)
        assert chart.source
        assert "2024-12-31" in cells.source_line(chart, report)
        assert chart.numbers.frame.height > 0
        assert chart.numbers.sheet


def test_chinese_sentences_carry_full_width_marks(report):
    for sentence in sentences(report):
        assert not HALF_WIDTH_AMONG_CHINESE.search(sentence), sentence


def test_english_sentences_hold_no_chinese_but_names(case, plan):
    latin = dataclasses.replace(
        case,
        assets=case.assets.with_columns(name=pl.col("asset_id")),
        entities=case.entities.with_columns(name=pl.col("entity_id")),
        creditors=case.creditors.with_columns(name=pl.col("creditor_id")),
        debts=case.debts.with_columns(name=pl.col("debt_id")),
        relief_sources=case.relief_sources.with_columns(name=pl.col("giver_id")),
        budget=case.budget.with_columns(item=pl.lit("item")),
    )
    free = {"assumptions": [], "unknown": []}
    made = PlanFiles(plan.summary | free, plan.tables, plan.extras)
    report = build_report(latin, made, lang="en", unit="yuan")
    for sentence in sentences(report):
        assert not CHINESE.search(sentence), sentence
    for table in report.tables:
        if table.table_id in {"lots", "debts", "routes", "kept", "actions", "rules", "balance"}:
            fields = {field.name for field in table.fields} - {"reason_text"}
            shown = table.frame.select(fields)
            assert not CHINESE.search(str(shown.rows())), table.table_id


def test_the_notice_stands_on_the_first_page(report, case):
    notices = [
        block.text
        for block in report.leader.blocks
        if isinstance(block, Paragraph) and block.tone == "notice"
    ]
    assert len(notices) == 1
    assert notices[0].startswith(case.settings.notice.zh[:10])


def test_every_lot_and_debt_is_listed_once(report, case):
    tables = {table.table_id: table for table in report.tables}
    assert sorted(tables["lots"].frame["lot_id"]) == sorted(case.assets["asset_id"])
    assert tables["debts-full"].frame["debt_id"].is_unique().all()
    assert set(case.debts["debt_id"]) <= set(tables["debts"].frame["debt_id"])
    for column in ("opening", "closing", "paper"):
        assert tables["debts"].frame[column].sum() == tables["debts-full"].frame[column].sum()


def test_totals_are_the_sums_of_their_columns(report):
    for table in report.tables:
        if not table.adds_up:
            continue
        made = cells.lines(table, table.fields, report.reader)
        for spot, field in enumerate(table.fields):
            if field.total:
                body = [line.values[spot] or 0 for line in made if line.role == "body"]
                subtotals = [line.values[spot] for line in made if line.role == "subtotal"]
                assert made[-1].values[spot] == sum(body)
                assert not subtotals or sum(subtotals) == sum(body)


def test_missing_extras_are_said_and_not_invented(case, plan):
    bare = build_report(
        case, PlanFiles(plan.summary, plan.tables), lang="zh", unit="hundred_million"
    )
    text = "\n".join(sentences(bare))
    assert "未提供分债权人到期数据" in text
    assert "未列审批事项" in text
    assert "本次未计算" in text
    assert not {"wall", "approvals", "rule_rows"} & {table.table_id for table in bare.tables}


def test_empty_tables_make_a_report_that_says_it_does_not_know(case, plan, tmp_path):
    status = {"status": "unknown", "bound": None, "gap_stake": None, "gap_objective": None}
    empty = {table.name: plan.tables[table.name].clear() for table in TABLES}
    for lang in ("zh", "en"):
        nothing = PlanFiles(plan.summary | status, empty)
        made = build_report(case, nothing, lang=lang, unit="ten_thousand")
        assert len(write_report(case, nothing, tmp_path, lang=lang, unit="ten_thousand")) == 3
        text = "\n".join(sentences(made))
        assert ("未知" if lang == "zh" else "unknown") in text
        assert ("不得据此决策" if lang == "zh" else "nothing here may be decided") in text


def test_a_plan_without_help_says_so_on_the_first_page(case):
    made = build_report(case, make_plan(case, relief=False), lang="zh", unit="hundred_million")
    tiles = next(block for block in made.leader.blocks if isinstance(block, Tiles))
    assert any("无需支持" in tile.note for tile in tiles.items)


def test_reasons_are_in_the_language_of_the_report(case, plan):
    for lang, wanted in (("zh", True), ("en", False)):
        made = build_report(case, plan, lang=lang, unit="ten_thousand")
        table = next(table for table in made.tables if table.table_id == "lots")
        assert all(bool(CHINESE.search(reason)) == wanted for reason in table.frame["reason"])


def test_circular_sales_are_told_and_count_nothing(report, plan):
    circular = plan.tables["decisions"].filter(pl.col("kind") == "circular")
    assert circular.height > 0
    assert any("由合并范围内单位接手" in sentence for sentence in sentences(report))


def test_official_grades_are_said_not_to_be_public(report):
    assert any("官方风险等级" in s and "不公开" in s for s in sentences(report))


@pytest.mark.parametrize(("use", "word"), [(0.985, "使用率达98%以上"), (0.97, "均低于98%")])
def test_a_limit_that_is_nearly_used_is_said_to_be(case, plan, use, word):
    held = plan.tables["limits"].with_columns(value=pl.col("bound") * use, binding=pl.lit(0) == 1)
    tables = plan.tables | {"limits": held}
    made = build_report(case, PlanFiles(plan.summary, tables), lang="zh", unit="hundred_million")
    said = [text for text in sentences(made) if text and text.startswith("市场与专班")]
    assert len(said) == 1
    assert re.search(word, said[0])
