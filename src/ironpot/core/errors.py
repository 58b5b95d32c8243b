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
