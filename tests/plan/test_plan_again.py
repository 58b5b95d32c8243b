"""A plan made again keeps what is done, costs no more than the earlier one, and knows the day."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.check import written_and_verified
from tests.plan.town import (
    MILLION,
    action,
    giver,
    hall,
    ladder,
    limit,
    loan,
    rounds,
    route,
    sale,
    town,
)
from tests.support import account

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import IronpotError
from ironpot.plan import many
from ironpot.plan.again import RELEASE, SCHEMA, choices_table, chosen_point
from ironpot.plan.board import make_board
from ironpot.plan.left import leave
from ironpot.plan.local import state_bounds
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Floats
from ironpot.plan.search import Found, new_play
from ironpot.plan.solver import NO_ANSWER
from ironpot.plan.stand import stand_at

OPTIONS = PlanOptions(time_limit_s=6, gap_stake=1e-3)
HALFWAY = (("base", (0.5,), (1.0,)), ("adverse", (0.5,), (1.0,)), ("favourable", (0.5,), (1.0,)))


def done(asset: str, event: str, day: dt.date, amount: float | None = None, **cells: object):
    row = {"event_id": f"{event}-{asset}", "asset_id": asset, "event": event, "date": day}
    price = None if amount is None else amount * MILLION
    return row | {"route": "exchange_sale", "amount": price, "origin": "reported"} | cells


def since(case: Case, *events: dict[str, object]) -> Case:
    return replace(case, realised=BY_NAME["realised"].frame(list(events)))


def poor(**tables: object) -> Case:
    """Two halls that earn little and one that earns much, a loan that cash does not reach."""
    rows = {
        "accounts": [account("gov", "general", 2.0 * MILLION)],
        "assets": [hall("a", 5.0, 0.1), hall("b", 6.0, 0.1), hall("rich", 4.0, 2.0)],
        "markets": ladder((0.9, 6e6), (0.7, 60e6)),
        "debts": [loan("due", 9.0, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        "limits": [limit("buffer", 1.0)],
    }
    return town(**(rows | tables))


def plan(case: Case, **more: object) -> Plan:
    return plan_resolution(case, options=OPTIONS, **more)


def decision(made: Plan, folder, lot: str) -> dict[str, object]:
    tables = written_and_verified(made, folder)
    return tables["decisions"].filter(pl.col("lot_id") == lot).row(0, named=True)


def test_a_contract_brings_what_was_agreed_for_sure(tmp_path):
    """Sold in May for 3: cash at the end of June, whatever the market does, income gone after."""
    case = poor(listing=rounds(HALFWAY))
    made = plan(since(case, done("rich", "signed", dt.date(2025, 5, 20), 3.0)))
    row = decision(made, tmp_path, "rich")
    assert (row["route"], row["start_quarter"], row["signed"]) == ("exchange_sale", "2025Q2", True)
    assert row["reason_code"] == "USER"
    assert row["net_proceeds"] == pytest.approx(3e8 * 1.01**-2, abs=100)
    income = sum(0.5e8 * 1.01**-t for t in range(3, 41))
    assert row["retention_value"] == pytest.approx(income, rel=1e-6)
    inputs, settled = made.model.inputs, made.settled
    k = settled.chosen.tolist().index(int(inputs.releases.done.argmax()))
    assert (settled.proceeds[k, :, 1] == 3e8).all()
    assert settled.proceeds[k].sum() == 4 * 3e8


def test_a_listing_goes_on_at_open_prices(tmp_path):
    case = since(poor(listing=rounds(HALFWAY)), done("rich", "listed", dt.date(2025, 2, 1)))
    made = plan(case)
    row = decision(made, tmp_path, "rich")
    assert (row["route"], row["start_quarter"], row["signed"]) == (
        "exchange_sale",
        "2025Q1",
        False,
    )
    k = made.settled.chosen.tolist().index(int(made.model.inputs.releases.done.argmax()))
    assert made.settled.proceeds[k, :, 0] == pytest.approx(0.5 * 0.9 * 4e8, rel=0.2)


def test_signing_at_the_price_of_a_certain_market_is_the_same_as_planning_it():
    """The law that ties both: where the ladder is flat and sales are certain, nothing differs."""
    case = poor(markets=ladder((0.9, 60e6)))
    free = plan(case)
    start = free.model.inputs.releases.start[free.settled.chosen]
    lots = free.model.inputs.offers.frame["lot_id"]
    rows = free.model.inputs.releases.row[free.settled.chosen]
    first = {"a": 1, "b": 1}
    for row, quarter in zip(rows.tolist(), start.tolist(), strict=True):
        first[lots[row]] = quarter
    brought = free.model.inputs.releases.volume[free.settled.chosen]
    volume = {lots[r]: v for r, v in zip(rows.tolist(), brought.tolist(), strict=True)}
    events = [
        done(
            lot, "signed", dt.date(2025 + first[lot] // 4, 3 * (first[lot] % 4) + 2, 9), v * 0.9e-6
        )
        for lot, v in volume.items()
    ]
    assert events
    signed = plan(since(case, *events))
    assert signed.cost == pytest.approx(free.cost, abs=2e3)


@pytest.mark.parametrize("seed", range(4))
def test_planning_again_with_nothing_changed_costs_no_more(seed):
    case = busy(seed)
    hasty = plan_resolution(case, options=replace(OPTIONS, gap_stake=0.9))
    again = plan_resolution(
        case,
        options=replace(OPTIONS, gap_stake=0.9, seed=9),
        earlier=choices_table(hasty.model, hasty.point),
    )
    assert again.cost <= hasty.cost + 0.01
    assert again.earlier.cost == pytest.approx(hasty.cost, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_the_earlier_choices_are_read_back_as_they_were_and_are_the_first_state(seed):
    made = plan(busy(seed))
    model, point = made.model, made.point
    back = chosen_point(model, choices_table(model, point))
    whole = model.program.integer
    assert (back[whole] == point[whole].round()).all()
    for name in ("prepay", "swap"):
        assert model.take(name, back) == pytest.approx(model.take(name, point), abs=1e-9)
    board, program = make_board(model), made.question.program
    stand = stand_at(model, board, program, back)
    with leave(program) as left:
        play = new_play(
            model, program, board, left, stand, deadline=np.inf, stake=0.0, hear=lambda _: True
        )
        assert (state_bounds(play, stand.state).lower[whole] == point[whole].round()).all()


def test_a_worse_search_returns_the_earlier_plan(monkeypatch):
    case = busy(1)
    good = plan(case)
    import ironpot.plan.plan as module

    real = module.search

    def nothing_found(*words: object, **more: object):
        return replace(real(*words, **more), point=None, objective=float("inf"))

    monkeypatch.setattr(module, "search", nothing_found)
    again = plan(case, earlier=choices_table(good.model, good.point))
    assert again.cost == pytest.approx(good.cost, abs=0.02)


def test_for_many_futures_the_earlier_choices_are_priced_one_by_one_and_gone_on_from(monkeypatch):
    """Where rounding finds nothing, the search still goes on from the earlier plan."""
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "PART", 4)
    monkeypatch.setattr(many, "CORE_MOST", 4)
    options = replace(OPTIONS, scenarios=9, time_limit_s=8)
    good = plan_resolution(busy(1), options=options)
    monkeypatch.setattr(many, "_rounded", lambda *_: None)
    again = plan_resolution(busy(1), options=options, earlier=choices_table(good.model, good.point))
    assert again.earlier.cost == pytest.approx(good.cost, abs=0.02)
    assert again.cost <= good.cost + 0.02


def test_what_was_not_known_in_time_is_not_called_impossible(monkeypatch):
    case = poor()
    good = plan(case)
    import ironpot.plan.again as again

    monkeypatch.setattr(again, "price_choices", lambda *_: NO_ANSWER)
    point = chosen_point(good.model, choices_table(good.model, good.point))
    found = Found(good.point, good.cost / 1e6, good.bound / 1e6, interrupted=False, history=())
    same, priced = again.no_dearer(good.model, good.question, found, point)
    assert same is found
    assert math.isnan(again.kept(good.model, good.question, priced, point).cost)


def test_choices_that_work_with_help_alone_say_how_much_and_those_that_break_a_limit_are_over():
    """Cash of 2 does not pay 9: holding all needs help, selling the halls does not."""
    case = poor(relief_sources=[giver("city", 1)])
    made = plan(case, earlier=choices_table(*nothing(case)))
    assert made.relief_pv == 0.0
    assert not made.earlier.alone
    assert made.earlier.relief > 5 * MILLION
    strict = replace(case, relief_sources=case.relief_sources.clear())
    without = plan(strict, earlier=choices_table(*nothing(strict)))
    assert math.isinf(without.earlier.cost)


def nothing(case: Case) -> tuple[Model, Floats]:
    """The model of a case, and the point that holds everything."""
    model = build_model(gather(case, *appraise_case(case), OPTIONS))
    return model, chosen_point(model, pl.DataFrame(schema=SCHEMA))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_done_is_never_undone(seed, tmp_path):
    """Whatever else moves: revenue halves and a listing fails, and the contract stands."""
    case = busy(seed)
    first = plan(case)
    sold = "sold1"
    event = done(sold, "signed", dt.date(2025, 2, 3), 1.0)
    changed = since(case, event)
    changed = replace(changed, budget=changed.budget.with_columns(pl.col("amount_y") * 0.5))
    made = plan(changed, earlier=choices_table(first.model, first.point))
    row = decision(made, tmp_path, sold)
    assert (row["route"], row["start_quarter"], row["signed"]) == ("exchange_sale", "2025Q1", True)
    releases = made.model.inputs.releases
    assert made.point[made.model.release_of[releases.done]].tolist() == [1.0]
    # The bundle that the lot belonged to is gone with it.
    assert (
        not made.model.inputs.offers.frame["lot_id"][releases.row[releases.bundle >= 0].tolist()]
        .is_in([sold])
        .any()
    )


def test_nothing_starts_in_the_past_and_preparation_takes_its_time():
    case = poor(routes=[sale(lead_days=150)])
    late = plan_resolution(case, options=replace(OPTIONS, as_of="2025-08-15"))
    assert late.model.inputs.today == 2
    assert late.model.inputs.releases.start.min() == 4
    # What an earlier plan starts in 2025Q4 is being prepared.
    way = {"block": ["release"], "subject_id": ["a"], "choice": ["exchange_sale"]}
    earlier = pl.DataFrame(
        way | {"quarter": ["2025Q4"], "bundle_id": [None], "share": [1.0]},
        schema_overrides={"bundle_id": pl.String()},
    )
    known = plan_resolution(case, options=late.options, earlier=earlier)
    lots = known.model.inputs.offers.frame["lot_id"]
    starts = {
        (lots[int(r)], int(s))
        for r, s in zip(
            known.model.inputs.releases.row, known.model.inputs.releases.start, strict=True
        )
    }
    assert ("a", 3) in starts
    assert ("b", 3) not in starts


def test_terms_that_nobody_recorded_as_agreed_are_closed_once_their_quarter_is_over():
    extended = action("longer", "extend", "other", term_months=24, success_probability=1.0)
    case = poor(class_actions=[extended], assets=[hall("a", 5.0, 0.1)])
    quick = replace(OPTIONS, time_limit_s=2)
    first, late = plan_resolution(case, options=quick), replace(quick, as_of="2025-08-15")
    assert ("due", "extend") in first_actions(first)
    again = plan_resolution(case, options=late, earlier=choices_table(first.model, first.point))
    assert ("due", "extend") not in first_actions(again)


def first_actions(made: Plan) -> set[tuple[str, str]]:
    debts = made.model.inputs.debts
    taken = np.flatnonzero(made.model.take("option", made.point) > 0.5)
    return {(debts.debt_ids[int(debts.option_debt[k])], debts.actions[k]) for k in taken.tolist()}


def test_at_a_new_case_date_what_the_earlier_plan_prepares_may_start_at_once(tmp_path):
    """A year on, with new stocks: the listing that was prepared for this quarter need not wait."""
    case = poor(routes=[sale(lead_days=150)])
    fresh = plan(case)
    assert fresh.model.inputs.releases.start.min() == 2
    choices = pl.DataFrame(
        [(RELEASE, "a", "exchange_sale", "2025Q1", None, 1.0),
         (RELEASE, "b", "exchange_sale", "2024Q3", None, 1.0)],
        schema=SCHEMA, orient="row",
    )  # fmt: skip
    made = plan(case, earlier=choices)
    releases = made.model.inputs.releases
    early = releases.start < 2
    assert np.array(["a", "b", "rich"])[releases.lot[early]].tolist() == ["a"]
    assert releases.start[early].tolist() == [0]
    assert made.cost <= fresh.cost
    assert made.earlier.cost >= made.cost - 0.01
    written_and_verified(made, tmp_path)


def test_a_lot_whose_listing_failed_is_free_again_but_not_before_that_day():
    events = (
        done("a", "listed", dt.date(2025, 2, 1)),
        done("a", "failed", dt.date(2025, 7, 1)),
        done("b", "listed", dt.date(2025, 2, 1)),
    )
    releases = plan(since(poor(), *events)).model.inputs.releases
    lots = np.array(["a", "b", "rich"])[releases.lot]
    assert releases.start[lots == "a"].min() == 2
    assert not releases.done[lots == "a"].any()
    assert releases.start[lots == "b"].tolist() == [0]
    assert releases.done[lots == "b"].all()


def test_today_is_the_day_of_the_last_event_unless_said():
    case = since(poor(), done("a", "listed", dt.date(2025, 7, 1)))
    assert plan(case).model.inputs.releases.start.min() == 2


@pytest.mark.parametrize("day", ["soon", "2024-12-30", "2027-01-01", "2025-06-30"])
def test_a_day_that_cannot_be_is_refused(day):
    case = since(poor(), done("a", "listed", dt.date(2025, 7, 1)))
    with pytest.raises(IronpotError, match="--as-of"):
        plan_resolution(case, options=replace(OPTIONS, as_of=day))


def test_every_event_that_the_case_does_not_allow_is_named_at_once():
    case = poor(
        routes=[sale(), route("auction", legal=False, blocked_code="TENDER_ONLY")],
        assets=[
            hall("a", 5.0, service_class="offices"),
            hall("b", 6.0, service_class="offices"),
            hall("c", 6.0),
        ],
        service_classes=[
            {"service_class": "offices", "name_en": "o", "name_zh": "o", "floor_share": 0.5}
        ],
        listing=rounds(
            [(name, (0.5, 0.2), (1.0, 0.9)) for name in ("base", "adverse", "favourable")]
        ),
    )
    events = (
        done("c", "signed", dt.date(2025, 2, 1), 2.0, route="auction"),
        done("a", "signed", dt.date(2025, 2, 1), 2.0),
        done("b", "listed", dt.date(2026, 12, 1)),
    )
    with pytest.raises(IronpotError) as refused:
        plan(since(case, *events))
    text = refused.value.text
    for words in ("signed-c", "auction", "listed-b", "--horizon", "floor", "offices"):
        assert words in text.en
    assert len(text.en.splitlines()) == len(text.zh.splitlines()) == 3


def test_a_signed_lease_pays_its_own_rent():
    case = poor(routes=[sale(), route("lease", rent_share=0.05, term_y=2.0)])
    made = plan(since(case, done("rich", "signed", dt.date(2025, 2, 1), 0.8, route="lease")))
    k = made.settled.chosen.tolist().index(int(made.model.inputs.releases.done.argmax()))
    assert (made.settled.proceeds[k, 0, 1:8] == 0.2e8).all()
    assert made.settled.proceeds[k, 0, 0] == 0


def test_a_contract_with_a_body_inside_the_perimeter_brings_nothing_from_outside():
    case = busy(0)
    event = done("sold1", "signed", dt.date(2025, 2, 3), 1.0, buyer_id="lgfv")
    made = plan(since(case, event))
    done_one = int(made.model.inputs.releases.done.argmax())
    assert made.model.inputs.releases.buyer[done_one] >= 0
    assert made.model.inputs.releases.moves["asset_proceeds_outside"][done_one].sum() == 0.0


def test_debts_are_not_prepaid_in_the_past():
    case = busy(2)
    made = plan_resolution(case, options=replace(OPTIONS, as_of="2025-08-01"))
    table = choices_table(made.model, made.point)
    early = table.filter(pl.col("block").is_in(["prepay", "swap"]), pl.col("quarter") < "2025Q3")
    assert early.is_empty()
