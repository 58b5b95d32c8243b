"""Do the entities make one government and its bodies, and do the settings fit them?"""

import math

import polars as pl

from ironpot.case.draft import Draft, Message
from ironpot.case.nearest import nearest
from ironpot.case.tree import PUBLIC_KINDS, in_cycle, line_up, parents
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_WEIGHT_TOLERANCE = 1e-6


def weights_add_up(draft: Draft) -> list[Issue]:
    """The probabilities of the three scenarios add up to 1."""
    weights, places = draft.settings.weights, draft.settings.places
    total = math.fsum(weights.values())
    if len(weights) == 3 and abs(total - 1.0) <= _WEIGHT_TOLERANCE:
        return []
    return [
        Issue(
            "error",
            "settings.weights",
            next((places[name] for name in weights if name in places), places[""]),
            f"{total:g}",
            Text("is the sum of the scenarios' weights, not 1", "为各情景权重之和,不等于1"),
            Text("expected values are weighted with them", "期望值按权重计算"),
            Text("give all three: base, adverse, favourable", "请填全基准、不利、有利三项"),
        )
    ]


def top_entity_governs(draft: Draft) -> list[Issue]:
    """The top entity is in the entities table and inside the perimeter."""
    top, entities = draft.settings.top_entity, draft.frame("entities")
    if top is None or not draft["entities"].given:
        return []
    rows = entities.filter(pl.col("entity_id") == top)
    if rows.height and rows["inside"][0] is not False:
        return []
    near = nearest(top, sorted(draft["entities"].keys)) if not rows.height else None
    places = draft.settings.places
    return [
        Issue(
            "error",
            "settings.top_entity",
            places.get("top_entity", places[""]),
            top,
            Text("is not an entity inside the perimeter", "不是并表范围内的主体"),
            Text("the plan is made for it", "方案为该主体编制"),
            Text(
                f'write "{near}" if that is meant' if near else "write the key of the government",
                f"如指“{near}”请更正" if near else "请填政府的主体编号",
            ),
            near,
        )
    ]


def parents_have_no_cycle(draft: Draft) -> list[Issue]:
    """Nobody is, through its parents, its own parent."""
    part = draft["entities"]
    parent = parents(part.frame)
    looped = [entity for entity in parent if in_cycle(entity, parent)]
    return part.find(pl.col("entity_id").is_in(looped), "parent_id", _CYCLE)


_CYCLE = Message(
    "entity.cycle",
    Text("makes {entity_id} its own parent", "使{entity_id}成为自己的上级"),
    Text("the tree of owners must have a top", "出资关系须有顶层"),
    Text("correct the parents on the way round", "请更正循环中的上级主体"),
)


def inside_bodies_hang_together(draft: Draft) -> list[Issue]:
    """Every body inside the perimeter stands below the top entity."""
    part, top = draft["entities"], draft.settings.top_entity
    if top not in part.keys:
        return []
    parent = parents(part.frame)
    loose = [
        entity
        for entity in parent
        if top not in line_up(entity, parent) and not in_cycle(entity, parent)
    ]
    known = pl.col("parent_id").is_null() | pl.col("parent_id").is_in(list(part.keys))
    test = pl.col("inside") & pl.col("entity_id").is_in(loose) & known
    return part.find(test, "parent_id", _LOOSE)


_LOOSE = Message(
    "entity.detached",
    Text("{name} is inside but not below the top entity", "{name}在并表范围内,但不隶属顶层主体"),
    Text("its cash and debts have no account to fall back on", "其资金和债务没有可依托的账户"),
    Text("give its parent, or set inside to no", "请填写上级主体,或将“在并表范围内”改为否"),
    "warning",
)


def owned_bodies_have_an_owner(draft: Draft) -> list[Issue]:
    """A share of ownership below 1 belongs to a body with a parent, and is not nothing."""
    part = draft["entities"]
    nobody = (pl.col("ownership_share") < 1.0) & pl.col("parent_id").is_null()
    nothing = pl.col("ownership_share") == 0.0
    return [
        *part.find(nobody, "ownership_share", _NO_OWNER),
        *part.find(nothing & ~nobody, "ownership_share", _OWNS_NOTHING),
    ]


_NO_OWNER = Message(
    "entity.no_owner",
    Text("is a share of {name} that nobody holds", "{name}填了持股比例却没有上级"),
    Text("holdings are eliminated between owner and owned", "合并时按上下级抵销股权"),
    Text("give the parent, or leave the share empty", "请填上级主体,或将持股比例留空"),
)
_OWNS_NOTHING = Message(
    "entity.owns_nothing",
    Text("means that the parent owns nothing of {name}", "表示上级不持有{name}"),
    Text("holdings are eliminated between owner and owned", "合并时按上下级抵销股权"),
    Text("write the share, or leave the cell empty for all of it", "请填比例,全资可留空"),
)


def one_government_at_the_top(draft: Draft) -> list[Issue]:
    """The top entity is a government or a bureau."""
    part, top = draft["entities"], draft.settings.top_entity
    if top is None:
        return []
    test = (pl.col("entity_id") == top) & ~pl.col("kind").is_in(PUBLIC_KINDS)
    return part.find(test, "kind", _NOT_PUBLIC)


_NOT_PUBLIC = Message(
    "entity.top_kind",
    Text("is the kind of the top entity, which is no government", "顶层主体不是政府"),
    Text("budget accounts belong to a government", "预算账户属于政府"),
    Text("correct the kind, or the top entity of the case", "请更正类型或顶层主体"),
    "warning",
)


def claims_are_between_two(draft: Draft) -> list[Issue]:
    """Nobody owes itself."""
    part = draft["claims"]
    return part.find(pl.col("debtor_id") == pl.col("creditor_id"), "creditor_id", _OWN_CLAIM)


_OWN_CLAIM = Message(
    "claim.self",
    Text("owes this to itself", "欠款方与收款方相同"),
    Text("a claim on oneself is nothing", "对自身的债权不成立"),
    Text("correct one of the two", "请更正其中一方"),
)
