"""Plans come as yuan, as fen or as files; the report is the same."""

import polars as pl
import pytest
from tests.report.made_up_files import write_plan

from ironpot.core.errors import FileRefusedError
from ironpot.core.outputs import TABLES
from ironpot.report.build import build_report
from ironpot.report.plan_files import PlanFiles, read_plan, settled, write_extras


def _report(case, plan):
    return build_report(case, plan, lang="zh", unit="ten_thousand")


def _same(left, right):
    assert left.leader.heading == right.leader.heading
    for one, other in zip(left.tables, right.tables, strict=True):
        assert one.frame.equals(other.frame), one.table_id
    assert repr(left) == repr(right)


def test_a_report_is_the_same_from_yuan_floats_and_from_fen(case, plan):
    in_yuan = {
        table.name: plan.tables[table.name].with_columns(
            pl.col(column.name) / 100 for column in table.columns if column.kind == "money"
        )
        for table in TABLES
    }
    _same(_report(case, plan), _report(case, PlanFiles(plan.summary, in_yuan, plan.extras)))


def test_a_report_is_the_same_from_files_that_were_read_back(case, plan, tmp_path):
    write_plan(plan, tmp_path)
    write_extras(plan, tmp_path)
    _same(_report(case, plan), _report(case, read_plan(tmp_path)))


def test_negative_fen_below_one_yuan_are_read_back_exactly(plan, tmp_path):
    frame = plan.tables["cash"].with_columns(pl.lit(-5, pl.Int64).alias("interest"))
    write_plan(PlanFiles(plan.summary, plan.tables | {"cash": frame}), tmp_path)
    assert read_plan(tmp_path).tables["cash"]["interest"].unique().to_list() == [-5]


def test_an_empty_cell_stays_unknown(plan, tmp_path):
    frame = plan.tables["pots"].with_columns(pl.lit(None, pl.Int64).alias("net_proceeds"))
    write_plan(PlanFiles(plan.summary, plan.tables | {"pots": frame}), tmp_path)
    assert read_plan(tmp_path).tables["pots"]["net_proceeds"].null_count() == frame.height


def test_a_missing_table_is_refused_by_name(plan, tmp_path):
    write_plan(plan, tmp_path)
    (tmp_path / "tables" / "pots.csv").unlink()
    with pytest.raises(FileRefusedError, match=r"pots\.csv"):
        read_plan(tmp_path)


def test_a_table_without_a_column_is_refused_by_that_column(plan, tmp_path):
    write_plan(plan, tmp_path)
    path = tmp_path / "tables" / "lots.csv"
    pl.read_csv(path, infer_schema=False).drop("origin").write_csv(path)
    with pytest.raises(FileRefusedError, match="origin"):
        read_plan(tmp_path)


def test_extras_that_were_not_given_are_not_read(plan, tmp_path):
    write_plan(plan, tmp_path)
    assert read_plan(tmp_path).extras == {}


def test_absent_tables_settle_as_empty_ones_with_their_columns():
    fen = settled(PlanFiles({}, {}))
    assert all(fen.tables[table.name].columns == list(table.names) for table in TABLES)
