"""How far is a run of `ironpot system`? One line for the bar."""

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.report.figures import percent
from ironpot.system.coordinate import Coordination
from ironpot.system.learned import Lesson
from ironpot.workbench.screen import unit_words


def note_of(heard: Coordination | Lesson, rounds: int, lang: Lang, unit: Unit) -> str:
    """Say how far the joint plan or the learning of the crowd is, and how good the best so far."""
    return (
        _learned(heard, rounds, lang, unit)
        if isinstance(heard, Lesson)
        else _together(heard, lang, unit)
    )


def _learned(lesson: Lesson, rounds: int, lang: Lang, unit: Unit) -> str:
    regret = lesson.crowd.regret
    left = in_unit(0.0 if regret is None else float(regret.sum()), unit)
    words = unit_words(unit, lang)
    return Text(
        f"crowd: {lesson.learned} of at most {rounds} rounds, regret {left} {words} "
        "(Ctrl-C keeps it)",
        f"扎堆:第{lesson.learned}轮(至多{rounds}轮),后悔值{left}{words}(Ctrl-C 保留)",
    ).say(lang)


def _together(plan: Coordination, lang: Lang, unit: Unit) -> str:
    cost, bound = (in_unit(amount, unit) for amount in (plan.cost, plan.bound))
    gap, words = percent(plan.gap_of_stake, 2), unit_words(unit, lang)
    return Text(
        f"joint plan {cost}, not below {bound} {words}, gap {gap} (Ctrl-C keeps it)",
        f"统筹成本{cost},不低于{bound}{words},差距{gap}(Ctrl-C 保留)",
    ).say(lang)
