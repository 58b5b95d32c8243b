"""`ironpot rules`: which rule sets are there, what do they say, and what of these figures?"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from ironpot.case.nearest import nearest
from ironpot.core.dates import written_day
from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.risk.rule_files import RuleBook, parse_rule_set, read_rule_files
from ironpot.risk.rule_words import (
    band_text,
    level_text,
    method_text,
    say_classification,
    say_origin,
)
from ironpot.risk.rules import classify
from ironpot.risk.ruleset import STATUS_TEXT, RuleSet
from ironpot.workbench.screen import show_table

RULES_FOLDER = "rules"


def show_rules(
    rule_set_id: str | None,
    figures: Sequence[str],
    rules: Sequence[Path],
    date: str | None,
    screen: Console,
    lang: Lang,
) -> None:
    """List rule sets, show one, or say what one makes of `name=value` figures."""
    book = usable(read_rule_files(rules))
    day = written_day(date, "--date") if date is not None else None
    if rule_set_id is None:
        _list(book, day, screen, lang)
        return
    rule_set = _find(book, rule_set_id)
    if day is not None and not rule_set.in_force(day):
        typer.echo(_not_in_force(rule_set, day).say(lang))
    if figures:
        typer.echo("\n".join(_classified(rule_set, figures, lang)))
    else:
        _show(rule_set, screen, lang)


def check_rules(path: Path, lang: Lang) -> bool:
    """Print every problem of a rule file; return whether it can be used."""
    if not path.is_file():
        raise FileRefusedError(
            Text(f"{path} is no file. Give a rule file.", f"{path} 不是文件,请给出规则文件。")
        )
    rule_set, issues = parse_rule_set(path.read_bytes(), path.name)
    for issue in issues:
        typer.echo(issue.say(lang))
    if rule_set is not None and not issues:
        typer.echo(
            Text(
                f"{rule_set.id} is sound. Put {path.name} into the folder `rules` beside case.toml "
                f"and name {rule_set.id} in the rules table.",
                f"{rule_set.id} 可以使用。请将 {path.name} 放入 case.toml 旁的 rules 文件夹,"
                f"并在“适用规则”表中填写 {rule_set.id}。",
            ).say(lang)
        )
    return not issues


def rules_for(case: Path, files: Sequence[Path]) -> RuleBook:
    """Return the shipped rule sets, those in `rules` beside the case, and those of `files`."""
    beside = (case if case.is_dir() else case.parent) / RULES_FOLDER
    own = [beside] if beside.is_dir() and any(beside.glob("*.toml")) else []
    return usable(read_rule_files([*own, *files]))


def usable(book: RuleBook) -> RuleBook:
    """Return the book, or refuse it with every problem of the files given."""
    if book.issues:
        said = {lang: "\n".join(issue.say(lang) for issue in book.issues) for lang in ("en", "zh")}
        raise IronpotError(Text(said["en"], said["zh"]))
    return book


def _find(book: RuleBook, rule_set_id: str) -> RuleSet:
    found = book.rule_sets.get(rule_set_id)
    if found is None:
        near = nearest(rule_set_id, book.rule_sets)
        raise IronpotError(
            Text(
                f"No rule set {rule_set_id!r}. Did you mean {near}? `ironpot rules` lists all.",
                f"没有规则集“{rule_set_id}”。是否为 {near}?用 ironpot rules 查看全部。",
            )
        )
    return found


def _not_in_force(rule_set: RuleSet, day: dt.date) -> Text:
    first, last = rule_set.effective_from, rule_set.effective_to
    return Text(
        f"{rule_set.id} is not in force on {day} ({first or '?'} to {last or 'today'}).",
        f"{rule_set.id} 在{day}未施行({first or '?'} 至 {last or '今'})。",
    )


def _list(book: RuleBook, day: dt.date | None, screen: Console, lang: Lang) -> None:
    listed = [item for item in book.rule_sets.values() if day is None or item.in_force(day)]
    rows = [
        (
            item.id,
            item.name.say(lang),
            item.jurisdiction.say(lang),
            f"{item.effective_from or '?'} - {item.effective_to or ''}",
            STATUS_TEXT[item.status].say(lang),
            _yes(item, lang),
        )
        for item in listed
    ]
    heads = [text.say(lang) for text in _HEADS]
    title = Text(f"{len(rows)} rule sets", f"规则集共{len(rows)}套").say(lang)
    show_table(screen, title, heads, rows)
    hint = Text(
        "Show one: ironpot rules ID   classify: ironpot rules ID NAME=VALUE ...",
        "查看:ironpot rules 编号   测算:ironpot rules 编号 名称=数值 ……",
    )
    screen.print(hint.say(lang))


_HEADS = (
    Text("id", "编号"),
    Text("name", "名称"),
    Text("where", "适用地区"),
    Text("in force", "施行期"),
    Text("text", "文本"),
    Text("classifies", "可定级"),
)


def _yes(rule_set: RuleSet, lang: Lang) -> str:
    if rule_set.executable:
        return Text("yes", "是").say(lang)
    return Text("text only in part", "部分仅有文字").say(lang)


def _show(rule_set: RuleSet, screen: Console, lang: Lang) -> None:
    screen.print(f"[bold]{rule_set.id}[/bold]  {rule_set.name.say(lang)}")
    screen.print(f"{rule_set.jurisdiction.say(lang)}; {method_text(rule_set).say(lang)}")
    _show_indicators(rule_set, screen, lang)
    for item in rule_set.consequences:
        label = level_text(rule_set, item.level).say(lang)
        screen.print(f"  {label} -> {item.text.say(lang)}", markup=False)
    if rule_set.note is not None:
        screen.print(rule_set.note.say(lang), markup=False)
    lines = say_origin(rule_set, classify(rule_set, {}), lang)
    screen.print("\n".join(lines), markup=False)


def _show_indicators(rule_set: RuleSet, screen: Console, lang: Lang) -> None:
    for indicator in rule_set.indicators:
        screen.print(f"  [bold]{indicator.id}[/bold]  {indicator.label.say(lang)}")
        if indicator.text is not None:
            screen.print(f"    {indicator.text.say(lang)}", markup=False)
        if indicator.formula is not None:
            screen.print(f"    {indicator.formula}  ({indicator.unit})", markup=False)
        for item in indicator.inputs:
            screen.print(f"      {item.name}: {item.label.say(lang)}", markup=False)
        bands = [
            f"{level_text(rule_set, band.level).say(lang)} {band_text(indicator, band)}"
            for band in indicator.bands
        ]
        if bands:
            screen.print("    " + "; ".join(bands), markup=False)


def _classified(rule_set: RuleSet, figures: Sequence[str], lang: Lang) -> list[str]:
    """Read figures as inputs, or as an indicator's published value, and say what follows."""
    inputs: dict[str, float] = {}
    published: dict[str, float] = {}
    names = {item.name for indicator in rule_set.indicators for item in indicator.inputs}
    ids = {indicator.id for indicator in rule_set.indicators}
    for figure in figures:
        name, value = _figure(figure)
        if name in names:
            inputs[name] = value
        elif name in ids:
            published[name] = value
        else:
            raise _strange(rule_set, name, sorted(names | ids))
    return say_classification(rule_set, classify(rule_set, inputs, published=published), lang)


def _figure(figure: str) -> tuple[str, float]:
    name, _, value = figure.partition("=")
    try:
        return name.strip(), float(value.replace(",", ""))
    except ValueError as error:
        raise IronpotError(
            Text(
                f"{figure!r} is no figure. Write NAME=VALUE, such as debt=120.",
                f"“{figure}”不是数值,请写作 名称=数值,如 debt=120。",
            )
        ) from error


def _strange(rule_set: RuleSet, name: str, known: list[str]) -> IronpotError:
    near = nearest(name, known) or ", ".join(known)
    return IronpotError(
        Text(
            f"{rule_set.id} has no input or indicator {name!r}. Write {near}.",
            f"{rule_set.id} 没有输入或指标“{name}”,请写 {near}。",
        )
    )
