"""`why` of a debt: what is done with it, with whose money, and what each other way would cost."""

import re
from pathlib import Path

import polars as pl
import pytest
from tests.plan.busy import busy
from tests.workbench.conftest import TWO_POTS

from ironpot import PlanOptions, plan_resolution, write_plan
from ironpot.case.case import Case
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.why import say_why
from ironpot.workbench.why_debt import actions_of, is_opened


@pytest.fixture(scope="module")
def town() -> Case:
    return busy(3)


@pytest.fixture(scope="module")
def folder(town, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("busy") / "plan"
    plan = plan_resolution(town, options=PlanOptions(time_limit_s=20.0))
    write_plan(plan, out, lang="en", unit="yuan")
    return out


@pytest.fixture
def say(folder, capsys):
    """Answers of `why` for the busy town."""
    from ironpot.workbench.screen import console

    def answer(debt: str, *, case: Case | None = None, lang: str = "en") -> str:
        capsys.readouterr()
        say_why(folder, debt, case, 20.0, console(), "zh" if lang == "zh" else "en", "yuan")
        return capsys.readouterr().out

    return answer


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("│")[1:-1]]


def yuan(cell: str) -> float:
    return float(cell.replace(",", "") or 0.0)


def quarters(said: str) -> list[list[str]]:
    return [cells(line) for line in said.splitlines() if re.match(r"│ \d{4}Q\d", line)]


def contracts(plan: PlanFiles) -> list[str]:
    return plan.tables["debts"]["debt_id"].to_list()


def test_a_loan_paid_when_due_says_so_and_with_whose_money(ironpot, planned):
    said = ironpot("why", planned, "loan")
    assert said.code == 0
    assert said.out.startswith("loan (other")
    assert "Its contract is kept: it is paid when due." in said.out
    assert "Its principal is met or put off by: " in said.out
    assert "Add --case CASE" in said.out


def test_an_unknown_name_says_the_nearest_debt(ironpot, planned):
    said = ironpot("why", planned, "laon")
    assert said.code == 1
    assert "No lot or debt 'laon'" in said.err
    assert "Did you mean loan?" in said.err


def test_a_debt_without_an_open_change_is_not_solved_again(ironpot, planned):
    said = ironpot("why", planned, "loan", "--case", TWO_POTS)
    assert said.code == 0
    assert "keep the contract" in said.out
    assert "Not open to debt of class other: extend, rate cut, haircut, prepay, swap" in said.out
    assert said.out.rstrip().endswith("nothing was solved again.")


def test_every_debt_adds_up_from_today_to_what_the_plan_says_is_left(folder, say):
    plan = read_plan(folder)
    closing = dict(plan.tables["resolution"].select("debt_id", "closing_principal").iter_rows())
    for debt in contracts(plan):
        rows = quarters(say(debt))
        assert len(rows) == actions_of(plan, debt)["quarter"].n_unique()
        if rows and debt in closing:
            assert yuan(rows[-1][-1]) == closing[debt] / 100
    assert closing


def test_whatever_is_done_with_a_debt_is_said_with_a_reason(folder, say):
    plan = read_plan(folder)
    words = {
        "refinance": "lent again by its creditors",
        "prepay": "frees a pledge or saves dear interest",
        "swap": "swapped for cheaper on-lent bonds",
        "extend": "put off to fit the cash",
        "rate_cut": "rate lowered by agreement",
        "haircut": "part forgiven by agreement",
    }
    seen = set()
    for debt in contracts(plan):
        said = say(debt)
        for row in actions_of(plan, debt).iter_rows(named=True):
            if row["action"] in words and row["new_debt_id"] != debt:
                assert words[row["action"]] in said
                seen.add(row["action"])
    assert len(seen) >= 2


def test_a_loan_that_the_plan_opens_names_what_it_takes_over(folder, say):
    plan = read_plan(folder)
    opened = [debt for debt in contracts(plan) if is_opened(plan, debt)]
    table = plan.tables["debt_actions"]
    assert opened
    for debt in opened:
        said = say(debt)
        assert "a loan that the plan itself opens" in said
        for old in table.filter(pl.col("new_debt_id") == debt, pl.col("debt_id") != debt)[
            "debt_id"
        ].unique():
            assert old in said


def test_with_a_case_each_way_is_priced_and_the_opposite_planned(town, folder, say):
    said = say("hidden_loan", case=town)
    rows = {line[0]: line for line in map(cells, said.splitlines()) if len(line) == 6}
    contract, swap = rows["keep the contract"], rows["swap"]
    assert yuan(swap[4]) == pytest.approx(yuan(swap[3]) - yuan(contract[3]), abs=0.011)
    assert yuan(swap[4]) < 0.0
    taken = {name for name, row in rows.items() if row[-1] == "yes"}
    plan = read_plan(folder)
    changed = {"swap", "prepay", "haircut"} & set(actions_of(plan, "hidden_loan")["action"])
    assert taken == (changed or {"keep the contract"})
    opposite = "keeping its contract" if changed else "changing its contract"
    assert re.search(rf"Solved again: {opposite} (costs|saves) [\d,.]+ \(yuan\)", said)


def test_what_the_opposite_of_a_debt_costs_is_what_a_plan_with_that_wish_costs(town, folder, say):
    from ironpot.plan.wishes import with_wish

    plan = read_plan(folder)
    changed = {"swap", "prepay"} & set(actions_of(plan, "hidden_loan")["action"])
    other = plan_resolution(
        with_wish(town, "hidden_loan", force=not changed), options=PlanOptions(time_limit_s=20.0)
    )
    said = say("hidden_loan", case=town)
    found = re.search(r"(costs|saves) ([\d,.]+) \(yuan\)", said)
    assert found
    size = yuan(found[2]) * (1 if found[1] == "costs" else -1)
    gap = other.cost - other.bound + plan.summary["objective"] - plan.summary["bound"]
    assert abs(size - (other.cost - plan.summary["objective"])) <= gap + 0.01


def test_in_chinese_nothing_of_it_is_english(say):
    said = say("hidden_loan", lang="zh")
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"new-\S+|hidden_loan|gov|lgfv", "", said)))
    assert words <= {"case"}
