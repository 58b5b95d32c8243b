"""Errors that mend themselves: each says what, where, why it matters and what to do."""

from typing import TYPE_CHECKING

from ironpot.core.lang import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ironpot.core.issues import Issue


class IronpotError(Exception):
    """Any refusal by ironpot; `text` holds the sentence in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text

    def say(self, lang: Lang) -> str:
        """Return the message in `lang`."""
        return self.text.say(lang)


def said_together(refused: "Sequence[IronpotError]", *, most: int = 10) -> Text:
    """Return what several errors say, a line each: the first `most`, the same thing once.

    >>> twice = IronpotError(Text("No such kind.", "无此类别。"))
    >>> said_together([twice, twice, IronpotError(Text("No figure.", "无数值。"))]).en.splitlines()
    ['No such kind.', 'No figure.']
    """
    texts = list(dict.fromkeys(error.text for error in refused))
    more = len(texts) - most
    rest = [Text(f"and {more} more", f"另有{more}项")] if more > 0 else []
    shown = [*texts[:most], *rest]
    return Text("\n".join(one.en for one in shown), "\n".join(one.zh for one in shown))


class FileRefusedError(IronpotError):
    """A file that is not read: missing, too large, hostile or of an unknown kind."""


def _many(count: int) -> str:
    return f"{count} error" if count == 1 else f"{count} errors"


class CaseError(IronpotError):
    """A case with errors; `issues` holds all of them, the message the first ten."""

    def __init__(self, issues: "Sequence[Issue]") -> None:
        self.issues = tuple(issues)
        errors = [issue for issue in issues if issue.severity == "error"]

        def listing(lang: Lang) -> str:
            return "\n".join(f"  {issue.say(lang)}" for issue in errors[:10])

        super().__init__(
            Text(
                f"The case has {_many(len(errors))} and is not used:\n{listing('en')}",
                f"案例有 {len(errors)} 处错误,不予使用:\n{listing('zh')}",
            )
        )


class UnsupportedTermError(IronpotError):
    """A contract that the cash-flow engine cannot do; it stops the plan, never a silent zero."""


class SolverError(IronpotError):
    """The solver returned nothing that can be used, or its answer failed the check."""


class StoppedError(SolverError):
    """The user stopped a search before it had found anything."""
