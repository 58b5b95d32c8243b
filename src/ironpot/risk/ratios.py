"""How heavy is the debt under each rule, in each year, with and without what is disputed?

Debt stands at the case date, the figures it is measured by in the years that were published. Each
row names its definitions, so that nobody takes one year, or one count of hidden debt, for all.
"""

import itertools
from collections.abc import Mapping, Sequence

import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.core.formula import evaluate, names
from ironpot.risk.rules import IndicatorResult, classify, consequence_of
from ironpot.risk.ruleset import Definition, RuleSet

Facts = Mapping[str, float | None]

RULE_ROWS = pl.Schema(
    {
        "rule_set_id": pl.String(),
        "entity_id": pl.String(),
        "indicator": pl.String(),
        "year": pl.Int64(),
        "basis": pl.String(),
        "variant": pl.String(),
        "proxy": pl.Boolean(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "band": pl.String(),
        "consequence_code": pl.String(),
        "consequence_en": pl.String(),
        "consequence_zh": pl.String(),
        "missing": pl.String(),
        "status": pl.String(),
        "formula": pl.String(),
        "numbers": pl.String(),
        "band_from": pl.Float64(),
        "band_to": pl.Float64(),
        "source": pl.String(),
    }
)


def rule_table(
    case: Case, rule_sets: Mapping[str, RuleSet], *, debts: Facts | None = None
) -> pl.DataFrame:
    """Return rows of RULE_ROWS: each applicable rule, indicator, published year and variant.

    The rules table says which rule sets apply to whom; only those in force at the case date and
    found in `rule_sets` give rows. `debts` are debt facts in place of the case's own, for example
    as a plan leaves them. A `variant` joins the choices of definitions by ';' where an input has
    more than one; `basis` joins the statuses of the published figures used; a value that cannot be
    computed is null, its band `unknown`, and `missing` names what it lacks. `numbers` are the
    formula's inputs as `name=value`, joined by ';', unknown ones with a '?'; `band_from` and
    `band_to` are the ends of the band, null where it has none.
    """
    owed = dict(debt_facts(case) if debts is None else debts)
    rows = [
        row
        for rule_set_id, entity_id in applicable(case, rule_sets)
        for year, published, bases in fiscal_facts(case, entity_id)
        for row in _rows(rule_sets[rule_set_id], entity_id, year, owed | published, bases)
    ]
    return pl.DataFrame(rows, schema=RULE_ROWS, orient="row")


def debt_facts(case: Case) -> dict[str, float]:
    """Return debt at the case date by class, and a year's interest on it at the contract rates.

    Names are `debt_<class>` and `interest_<class>`, yuan; what members of the perimeter owe one
    another is left out. A class without debts is 0: the debts table lists every contract.
    """
    debts = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter)
        & ~pl.col("creditor_id").is_in(case.perimeter)
        & (pl.col("status").fill_null("performing") != "repaid")
    )
    principal = pl.col("notional_principal")
    sums = debts.group_by("primary_class").agg(
        debt=principal.sum(), interest=(principal * pl.col("nominal_interest_rate")).sum()
    )
    found = {row["primary_class"]: row for row in sums.iter_rows(named=True)}
    return {
        f"{what}_{name}": float(found[name][what]) if name in found else 0.0
        for name in PRIMARY_CLASSES
        for what in ("debt", "interest")
    }


def fiscal_facts(
    case: Case, entity_id: str
) -> list[tuple[int, dict[str, float | None], dict[str, str]]]:
    """Return by published year the figures of an entity and the basis of each, by fact name.

    An item of the fund account is called `fund_<item>`, and so on; an item that already begins
    with its account's name keeps it. Figures not published are absent or None.
    """
    rows = case.fiscal_history.filter(pl.col("entity_id") == entity_id)
    named = (
        pl.when(pl.col("item").str.starts_with(pl.col("account") + "_"))
        .then("item")
        .otherwise(pl.col("account") + "_" + pl.col("item"))
    )
    table = rows.select("year", named.alias("fact"), "amount", "status").sort("year")
    return [
        (
            int(part["year"][0]),
            dict(part.select("fact", "amount").iter_rows()),
            dict(part.select("fact", "status").iter_rows()),
        )
        for part in table.partition_by("year", maintain_order=True)
    ]


def rule_inputs(
    rule_set: RuleSet, facts: Facts, choices: Mapping[str, str] | None = None
) -> dict[str, float | None]:
    """Return a rule set's inputs made from facts by its definitions; the rest by their own names.

    `choices`: definition by input; an input without a choice takes its first definition. A fact
    that is absent is unknown, and so is what is made from it.
    """
    chosen = rule_set.chosen(choices or {})
    return dict(facts) | {name: _made(item, facts) for name, item in chosen.items()}


def applicable(case: Case, rule_sets: Mapping[str, RuleSet]) -> list[tuple[str, str]]:
    """Return (rule set, entity) pairs of the rules table that are known and in force."""
    listed = case.rules.select("rule_set_id", "entity_id").iter_rows()
    return [
        (rule_set_id, entity_id)
        for rule_set_id, entity_id in listed
        if rule_set_id in rule_sets and rule_sets[rule_set_id].in_force(case.date)
    ]


def _rows(
    rule_set: RuleSet, entity_id: str, year: int, facts: Facts, bases: Mapping[str, str]
) -> list[tuple[object, ...]]:
    """Return one row per indicator and combination of the definitions that it uses."""
    rows: list[tuple[object, ...]] = []
    options = rule_set.choices
    for position, indicator in enumerate(rule_set.indicators):
        used = [name for name in names(indicator.formula or "0") if name in options]
        for picked in itertools.product(*(options[name] for name in used)):
            choices = {definition.input: definition.choice for definition in picked}
            result = classify(rule_set, rule_inputs(rule_set, facts, choices)).indicators[position]
            basis = _basis(picked, bases)
            head = (rule_set.id, entity_id, indicator.id, year, basis)
            rows.append((*head, *_outcome(rule_set, result, picked, options, facts)))
    return rows


def _outcome(
    rule_set: RuleSet,
    result: IndicatorResult,
    picked: Sequence[Definition],
    options: Mapping[str, Sequence[Definition]],
    facts: Facts,
) -> tuple[object, ...]:
    """Return the columns of RULE_ROWS from `variant` on."""
    variant = ";".join(item.choice for item in picked if len(options[item.input]) > 1)
    consequence = consequence_of(rule_set, result.level)
    lacking = [name for item in picked for name in names(item.formula) if facts.get(name) is None]
    made = {item.input for item in picked}
    lacking += [name for name in result.missing if name not in made]
    return (
        variant,
        any(item.proxy for item in picked),
        result.value,
        result.unit,
        result.level,
        consequence.code if consequence else None,
        consequence.text.en if consequence else None,
        consequence.text.zh if consequence else None,
        ";".join(dict.fromkeys(lacking)) or None,
        result.status,
        result.formula,
        _numbers(result),
        result.band.min if result.band else None,
        result.band.max if result.band else None,
        source_text(rule_set),
    )


def _numbers(result: IndicatorResult) -> str:
    return ";".join(
        f"{name}={'?' if figure is None else format(figure, '.2f')}"
        for name, figure in result.inputs.items()
    )


def source_text(rule_set: RuleSet) -> str:
    """Return a rule set's document and the place in it.

    >>> from ironpot.risk.rule_files import rule_book
    >>> source_text(rule_book().rule_sets["us-pa-act47"])
    '53 Pa. Stat. 11701.201; criteria 1 to 9'
    """
    return "; ".join(filter(None, (rule_set.source.document, rule_set.source.locator)))


def _made(definition: Definition, facts: Facts) -> float | None:
    needed = {name: facts.get(name) for name in names(definition.formula)}
    return evaluate(definition.formula, needed)


def _basis(picked: Sequence[Definition], bases: Mapping[str, str]) -> str:
    used = {name for definition in picked for name in names(definition.formula)}
    return ";".join(sorted({bases[name] for name in used if name in bases}))
