"""What are givers, ways of help, bodies and limits called, where help from above is printed?"""

import re
from collections.abc import Mapping

from ironpot.case.case import Case
from ironpot.case.schema.labels import RELIEF_KINDS
from ironpot.core.lang import Lang, Text
from ironpot.plan.relief_asked import UNNAMED
from ironpot.report.figures import Reader
from ironpot.report.view import names_of
from ironpot.report.words import ACCOUNT, LIMIT_KIND, label

_DEADLINE = Text("payment due", "到期应付")
_PROTECTED = Text("protected lot", "受保护资产")
KINDS: dict[str, Text] = {**LIMIT_KIND, "deadline": _DEADLINE, "protected": _PROTECTED}
_PARTS = re.compile("[:/]")


class ReliefNames:
    """Names of a case's ids in one language; an id without a name stands for itself."""

    def __init__(self, case: Case, lang: Lang) -> None:
        self.lang: Lang = lang
        givers = case.relief_sources.select("giver_id", "name").iter_rows()
        lots = case.assets.select("asset_id", "name").iter_rows()
        self.names: Mapping[str, str] = names_of(case, Reader(lang, "yuan"))
        self.givers = {row[0]: row[1] or row[0] for row in givers}
        self.lots = {row[0]: row[1] or row[0] for row in lots}

    def giver(self, giver_id: str) -> str:
        """Name who gives; what nobody of the case can give has no giver yet."""
        if giver_id == UNNAMED:
            return Text(UNNAMED, "未落实").say(self.lang)
        return self.givers.get(giver_id, giver_id)

    def kind(self, word: str) -> str:
        """Name a way of help."""
        return label(RELIEF_KINDS, word).say(self.lang)

    def body(self, entity_id: str) -> str:
        """Name a body."""
        return self.names.get(entity_id, entity_id)

    def limit(self, limit_id: str, kind: str) -> str:
        """Name a limit: its kind, whose it is, of which account, when; a lot keeps its id too."""
        scope = limit_id.partition(":")[2]
        if kind == "protected":
            named = f"{scope} {self.lots.get(scope, '')}".rstrip()
        else:
            named = ", ".join(self._part(part) for part in _PARTS.split(scope))
        what = label(KINDS, kind)
        return Text(f"{what.en}: {named}", f"{what.zh}:{named.replace(', ', '·')}").say(self.lang)

    def _part(self, word: str) -> str:
        if word in self.names:
            return self.names[word]
        return label(ACCOUNT, word).say(self.lang)
