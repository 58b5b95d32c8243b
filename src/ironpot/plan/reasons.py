"""Why is each lot kept or released, in a sentence with the numbers in it?

A reason comes from what the plan's prices say: a rule that closes every route, the pot test, a need
for cash, or the limit whose price weighs most on the best start that was passed over. Reasons from
prices are estimates (`dual_estimate`); `why` answers by solving again.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.wished import FORBID, FORCE, in_terms_of_change
from ironpot.core.lang import Text
from ironpot.core.money import in_unit
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.planned import Release, planned_releases
from ironpot.plan.program import Floats, Ints
from ironpot.plan.question import Question
from ironpot.plan.room import Room, room_of
from ironpot.plan.settle import Settlement

# Smaller shares of a start in the relaxed plan count as none.
USED = 1e-6
# Smaller amounts (yuan) would be nothing in millions.
SPOKEN_IN_MILLIONS = 50_000
BLOCKED = {"TITLE": "TITLE", "PLEDGE": "PLEDGE"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code of `core.outputs.REASONS`, the sentence, and what it rests on."""

    code: str
    text: Text
    basis: str


ROUTE_TEXT: dict[str, Text] = {
    "exchange_sale": Text("sale by listing", "挂牌出售"),
    "auction": Text("auction", "招拍挂"),
    "concession": Text("concession", "经营权出让"),
    "lease": Text("lease", "出租"),
    "pool": Text("asset pool", "资产证券化"),
    "pledge": Text("loan against it", "抵押融资"),
    "transfer_up": Text("transfer upward", "上划"),
    "share_reuse": Text("shared use", "共享调剂"),
    "hold": Text("keeping it", "保留"),
}
NEVER_SOLD = Text(
    "nobody would ever buy it in this market, every listing fails",
    "该市场各轮挂牌均告流拍,无人受让",
)
LIMIT_TEXT: dict[str, Text] = {
    "CAPACITY": Text("the task force has no room to prepare it", "专班准备力量已用满"),
    "SERVICE_FLOOR": Text("a service floor would be broken", "将突破公共服务底线"),
    "POOL_MIN": Text("no pool reaches its minimum size", "资产池达不到最低规模"),
    "DEPTH": Text("its market takes no more at a fair price", "市场已无法以合理价格吸收"),
}


def lot_reasons(
    model: Model, settled: Settlement, appraised: pl.DataFrame, question: Question
) -> dict[str, Reason]:
    """Return a reason for every lot, by lot id.

    `appraised` is the pot test (float yuan), `question` holds the relaxed plan with its prices.
    """
    inputs = model.inputs
    planned = planned_releases(inputs, settled)
    packed = _packed(inputs, planned)
    forced, barred = _forced_lots(inputs), _barred_lots(model)
    passed_over = _passed_over(model, settled, question)
    reasons: dict[str, Reason] = {}
    for lot_id, rows in appraised.group_by("lot_id", maintain_order=True):
        name = str(lot_id[0])
        if name in planned and inputs.releases.done[planned[name].candidate]:
            reasons[name] = _begun(inputs, planned[name])
        elif name in planned:
            reasons[name] = _released(
                inputs,
                planned[name],
                forced=name in forced,
                packed=packed.get(int(inputs.releases.bundle[planned[name].candidate])),
                helped=question.help_open,
            )
        elif name in barred:
            reasons[name] = _kept_by_wish(rows)
        else:
            reasons[name] = _kept(rows, passed_over.get(name, _UNPLACED))
    return reasons


def action_reason(action: str, *, forced: bool) -> Reason:
    """Return the reason of a debt action, which a wish may have forced."""
    return _WANTED if forced else _ACTION_REASONS[action]


def forced_actions(inputs: Inputs) -> set[tuple[str, str | None]]:
    """Return the (debt, action) that wishes force; no action where any change will do."""
    asked = in_terms_of_change(inputs.case.wishes).filter(pl.col("action") == FORCE)
    return set(asked.select("subject_id", "route").iter_rows())


_WANTED = Reason("USER", Text("wanted by the user", "按用户要求处置"), "rule")


_ACTION_REASONS = {
    "scheduled": Reason("LAW", Text("due by contract", "按合同到期"), "rule"),
    "added": Reason(
        "LAW",
        Text(
            "interest (or an index) added to principal by contract, no cash",
            "按合同利息(或指数)转入本金,不涉及现金",
        ),
        "rule",
    ),
    "refinance": Reason("CASH_NEED", Text("lent again by its creditors", "债权人续贷"), "rule"),
    "secured": Reason(
        "CASH_NEED", Text("borrowed against a lot, to be repaid", "以资产抵押新借,须偿还"), "rule"
    ),
    "help": Reason("CASH_NEED", Text("lent from above, to be repaid", "上级借款,须偿还"), "rule"),
    "prepay": Reason(
        "CASH_NEED", Text("frees a pledge or saves dear interest", "解除抵押或节约高息"), "rule"
    ),
    "swap": Reason(
        "CASH_NEED", Text("swapped for cheaper on-lent bonds", "置换为低息转贷债券"), "rule"
    ),
    "extend": Reason("CASH_NEED", Text("put off to fit the cash", "展期以匹配现金流"), "rule"),
    "rate_cut": Reason("CASH_NEED", Text("rate lowered by agreement", "协商降息"), "rule"),
    "haircut": Reason("CASH_NEED", Text("part forgiven by agreement", "协商减免"), "rule"),
    "default": Reason("CASH_NEED", Text("cash does not reach", "现金不足"), "rule"),
}


def _forced_lots(inputs: Inputs) -> set[str]:
    asked = in_terms_of_change(inputs.case.wishes)
    return set(asked.filter(pl.col("action") == FORCE)["subject_id"])


def _barred_lots(model: Model) -> set[str]:
    """Lots that wishes keep: by any way whatever, or by all that were open."""
    asked = in_terms_of_change(model.inputs.case.wishes)
    barred = asked.filter(pl.col("action") == FORBID)
    whole = barred.filter(pl.col("route").is_null(), pl.col("last").is_null())
    lots = model.inputs.offers.frame["lot_id"].gather(model.inputs.releases.row)
    was_open = model.unwished.upper[model.release_of] > 0.0
    is_open = model.program.upper[model.release_of] > 0.0
    shut = set(lots.filter(pl.Series(was_open))) - set(lots.filter(pl.Series(is_open)))
    return set(whole["subject_id"]) | shut & set(barred["subject_id"])


def spoken(yuan: float) -> Text:
    """Write an amount in millions in English, small ones in yuan; in Chinese in ten thousand."""
    large = round(abs(yuan)) >= SPOKEN_IN_MILLIONS
    # A nil without a sign: what rounds to nothing is neither won nor lost.
    english = f"{yuan / 1e6:,.1f} million yuan" if large else f"{round(yuan) + 0:,d} yuan"
    return Text(english, f"{in_unit(yuan, 'ten_thousand', 0)}万元")


def _packed(inputs: Inputs, planned: dict[str, Release]) -> dict[int, float]:
    """Return what each planned bundle brings beyond what it gives up, yuan, by its position."""
    gain: dict[int, float] = {}
    for release in planned.values():
        bundle = int(inputs.releases.bundle[release.candidate])
        if bundle >= 0:
            gain[bundle] = gain.get(bundle, 0.0) + release.net - release.retention
    return gain


def _released(
    inputs: Inputs, release: Release, *, forced: bool, packed: float | None, helped: bool
) -> Reason:
    """Say why a lot leaves; `packed` is what its bundle wins as a whole, None where it has none."""
    row = int(inputs.releases.row[release.candidate])
    route = ROUTE_TEXT[inputs.offers.frame["route"][row]]
    when = quarter_text(inputs, int(inputs.releases.start[release.candidate]))
    net, kept = spoken(release.net), spoken(release.retention)
    lends = bool(inputs.offers.lends[row])
    if forced:
        code, why = _WANTED.code, _WANTED.text
    elif lends:
        code, why = (
            "CASH_NEED",
            Text("brings cash now, costs its interest", "先行取得现金,代价为利息"),
        )
    elif release.net >= release.retention:
        code, why = "RETENTION", Text("the steel beats the pot", "处置收入高于保留价值")
    else:
        code, why = _at_a_loss(release.retention - release.net, packed, helped=helped)
    text = Text(
        f"{route.en.capitalize()} from {when}: brings {net.en} against {kept.en} given up; "
        f"{why.en}.",
        f"{when}起{route.zh}:净得{net.zh},放弃价值{kept.zh};{why.zh}。",
    )
    return Reason(code, text, "rule" if forced else "dual_estimate")


def _at_a_loss(loss: float, packed: float | None, *, helped: bool) -> tuple[str, Text]:
    """Say what makes up for the value that a lot destroys by itself."""
    lost = spoken(loss)
    if packed is not None and packed >= 0.0:
        return "RETENTION", Text(
            f"loses {lost.en} by itself, less than its bundle wins",
            f"单项损失{lost.zh},小于整包收益",
        )
    if helped:
        return "CASH_NEED", Text(
            f"loses {lost.en}, less than the help that it saves",
            f"损失{lost.zh},小于所省的上级支持",
        )
    return "CASH_NEED", Text(
        f"loses {lost.en}, less than its cash is worth when it comes",
        f"损失{lost.zh},小于届时现金的价值",
    )


def _begun(inputs: Inputs, release: Release) -> Reason:
    """Say of a lot that is on its way since when, and what it brings and gives up."""
    row = int(inputs.releases.row[release.candidate])
    when = quarter_text(inputs, int(inputs.releases.start[release.candidate]))
    route = ROUTE_TEXT[inputs.offers.frame["route"][row]]
    signed = bool(inputs.offers.signed[row])
    verb = Text("Signed", "已签约") if signed else Text("Listed", "已挂牌")
    net, kept = spoken(release.net), spoken(release.retention)
    text = Text(
        f"{verb.en} in {when} ({route.en}) and kept as it is: brings {net.en} against {kept.en} "
        "given up.",
        f"{when}{verb.zh}({route.zh}),保持不变:净得{net.zh},放弃价值{kept.zh}。",
    )
    return Reason("USER", text, "rule")


def _kept_by_wish(rows: pl.DataFrame) -> Reason:
    best = _best_row(rows)
    cost = "" if best is None else _compare(best).en
    cost_zh = "" if best is None else _compare(best).zh
    return Reason(
        "USER",
        Text(f"Kept by wish of the user. {cost}".strip(), f"按用户要求保留。{cost_zh}"),
        "rule",
    )


def _best_row(rows: pl.DataFrame) -> dict[str, object] | None:
    """The legal route with the largest gain, one that never sells last; None if none is open."""
    open_routes = rows.filter(pl.col("legal"), pl.col("route") != "hold")
    if not open_routes.height:
        return None
    gain = pl.col("net_proceeds") - pl.col("retention_value")
    return open_routes.sort(gain, descending=True, nulls_last=True).row(0, named=True)


def _compare(row: dict[str, object]) -> Text:
    route = ROUTE_TEXT[str(row["route"])]
    if row["net_proceeds"] is None:
        en, zh = NEVER_SOLD.en, NEVER_SOLD.zh
        return Text(f"{en[0].upper()}{en[1:]} ({route.en}).", f"{zh}({route.zh})。")
    net, kept = spoken(float(str(row["net_proceeds"]))), spoken(float(str(row["retention_value"])))
    return Text(
        f"The best open route, {route.en}, would bring {net.en} against {kept.en} given up.",
        f"最优可行方式为{route.zh},净得{net.zh},放弃价值{kept.zh}。",
    )


def _kept(rows: pl.DataFrame, passed_over: Reason) -> Reason:
    best = _best_row(rows)
    if best is None:
        return _closed(rows)
    compare = _compare(best)
    if best["net_proceeds"] is None:
        return Reason("DEPTH", Text(f"Kept. {compare.en}", f"保留:{compare.zh}"), "rule")
    if float(str(best["net_proceeds"])) <= float(str(best["retention_value"])):
        return Reason(
            "RETENTION",
            Text(
                f"Kept: worth more than its steel. {compare.en}", f"保留:保留价值更高。{compare.zh}"
            ),
            "rule",
        )
    return Reason(
        passed_over.code,
        Text(
            f"Kept for now: {passed_over.text.en}. {compare.en}",
            f"暂缓:{passed_over.text.zh}。{compare.zh}",
        ),
        "dual_estimate",
    )


def _closed(rows: pl.DataFrame) -> Reason:
    """No route is open but holding: by title, pledge or law."""
    codes = rows.filter(pl.col("blocked_code").is_not_null())["blocked_code"]
    counts = codes.value_counts(sort=True)
    known = [code for code in counts["blocked_code"] if code in BLOCKED]
    if "PROTECTED" not in codes.to_list() and known:
        text = {
            "TITLE": Text("its title must be cured first", "须先补办权属"),
            "PLEDGE": Text("its pledge cannot be freed", "抵押无法解除"),
        }[known[0]]
        return Reason(BLOCKED[known[0]], Text(f"Kept: {text.en}.", f"保留:{text.zh}。"), "rule")
    listed = "、".join(dict.fromkeys(codes.to_list()))
    return Reason(
        "LAW",
        Text(f"Kept: no route is open ({listed}).", f"保留:无合法处置方式({listed})。"),
        "rule",
    )


def _passed_over(model: Model, settled: Settlement, question: Question) -> dict[str, Reason]:
    """Why each lot that could leave alone has no place in the plan, by lot id."""
    releases, room = model.inputs.releases, room_of(model, settled)
    assert question.relaxed.point is not None
    share = question.relaxed.point[model.release_of]
    stays = ~np.isin(releases.lot, releases.lot[settled.chosen]) & (releases.bundle < 0)
    lots = model.inputs.offers.frame["lot_id"]
    found: dict[str, Reason] = {}
    for lot in np.unique(releases.lot[stays]):
        mine = np.flatnonzero(stays & (releases.lot == lot))
        found[lots[int(releases.row[mine[0]])]] = _no_place(model, room, mine, share[mine])
    return found


def _no_place(model: Model, room: Room, mine: Ints, share: Floats) -> Reason:
    """Say what stands in the way of all of a lot's starts, or that nothing but their price does.

    `share` (start,) is how much of each the relaxed plan takes.
    """
    if room.too_large[mine].all():
        return _TOO_LARGE
    free = room.free[mine]
    if not free.any():
        counts = {code: int(marks[mine].sum()) for code, marks in room.blocked.items()}
        code = max(counts, key=lambda name: counts[name])
        return Reason(code, LIMIT_TEXT[code], "dual_estimate")
    best = int(np.argmax(np.where(free, share, -1.0)))
    if share[best] <= USED:
        return _UNPLACED
    when = quarter_text(model.inputs, int(model.inputs.releases.start[mine[best]]))
    return Reason(
        "CASH_NEED",
        Text(
            f"from {when} there is room for it, and the search left it out: that costs no more "
            "than the plan's proven distance from the best",
            f"{when}起尚有空间,求解未安排;由此的损失不超过方案与最优的已证差距",
        ),
        "dual_estimate",
    )


_UNPLACED = Reason(
    "RETENTION",
    Text(
        "in no quarter that has room is its cash worth what it gives up then",
        "在有空间的各季度,其现金不抵届时放弃的价值",
    ),
    "dual_estimate",
)
_TOO_LARGE = Reason(
    "DEPTH",
    Text(
        "it is larger than all that its market takes in a quarter: offer it in parts",
        "体量超过其市场单季容量,宜拆分处置",
    ),
    "rule",
)
