"""Which rights of a case are in the joint problem, and which stay out? In words, with figures."""

from collections.abc import Sequence

from ironpot.case.case import Case
from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text
from ironpot.system.case_rights import Outside
from ironpot.system.rights import KINDS, Right, RightKind

_NAMES: dict[RightKind, Text] = {
    "help": Text("help from above", "上级支持"),
    "swap": Text("swaps", "置换"),
    "extension": Text("extensions, rate cuts and haircuts", "展期、降息和削减"),
    "pool": Text("pools", "资产包"),
}


def rights_said(
    case: Case, rights: Sequence[Right], outside: Outside, unit: Unit
) -> tuple[Text, ...]:
    """Say which rights of a case the joint plan may use, and which of them it leaves out.

    `outside` counts what stays out of debts' rights. A case without any right is not spoken of.
    """
    inside = [_up_to(kind, rights, unit) for kind in KINDS if _of(kind, rights)]
    left = _left_out(case, rights, outside)
    name = case.settings.case_id
    said: list[Text] = []
    if inside:
        en, zh = "; ".join(text.en for text in inside), ";".join(text.zh for text in inside)
        said.append(Text(f"{name}: the joint plan may use {en}", f"{name}:统筹可使用{zh}"))
    if left:
        en, zh = ", ".join(text.en for text in left), "、".join(text.zh for text in left)
        said.append(
            Text(
                f"{name}: RIGHTS LEFT OUT of the joint plan: {en}. They stay with the county's own "
                "plan and could only lower the cost: with them the true cost is at most the one "
                "shown",
                f"{name}:【未纳入统筹的权利】{zh}。由本县方案处理,只会降低成本:"
                "计入后实际成本不高于所列成本",
            )
        )
    return tuple(said)


def _of(kind: RightKind, rights: Sequence[Right]) -> list[Right]:
    return [right for right in rights if right.kind == kind]


def _up_to(kind: RightKind, rights: Sequence[Right], unit: Unit) -> Text:
    amount, name = amount_text(sum(right.limit for right in _of(kind, rights)), unit), _NAMES[kind]
    return Text(f"{name.en} up to {amount.en}", f"{name.zh}至多{amount.zh}")


def _left_out(case: Case, rights: Sequence[Right], outside: Outside) -> list[Text]:
    """Name what the case has and the joint problem does not, kind by kind."""
    givers = case.relief_sources.height - len(_of("help", rights))
    pools = case.bundles.height - len(_of("pool", rights))
    counted = (
        (givers, *_GIVERS),
        (outside.early_swaps, *_EARLY),
        (outside.options, *_OPTIONS),
        (pools, *_POOLS),
    )
    return [Text(f"{en} ({count})", f"{zh}({count}项)") for count, en, zh in counted if count > 0]


_GIVERS = "help that no account may take or that comes too late", "无账户可收或过晚的支持"
_EARLY = "swaps of debt before it falls due, by programme", "到期前的提前置换"
_OPTIONS = (
    "options of debts beside the best of each or beyond negotiations",
    "非最优或超出谈判能力的债务选项",
)
_POOLS = "pools that bring less than their lots or come too late", "不及单项出售或过晚的资产包"
