"""Say one thing in two languages; the reader's choice picks one at the door.

A message is written once, both languages side by side, where it is needed. No catalogue, no keys:
a message that is searched for in either language is found in the code that says it.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class Text(NamedTuple):
    """One sentence or label in English and in Chinese.

    >>> Text("cash", "现金").say("zh")
    '现金'
    """

    en: str
    zh: str

    def say(self, lang: Lang) -> str:
        """Return the text in `lang`."""
        return self.zh if lang == "zh" else self.en


CHINESE = re.compile("[一-鿿]")


def two_halves(label: str) -> Text:
    """Return what packaged tables write as `English / 中文`; any other label stands for both.

    >>> two_halves("State Council, document 88 / 国办函88号").zh
    '国办函88号'
    >>> two_halves("GB/T 4754").zh
    'GB/T 4754'
    """
    en, mark, zh = label.rpartition(" / ")
    if mark and CHINESE.search(zh) and not CHINESE.search(en):
        return Text(en, zh)
    return Text(label, label)


def language(environment: Mapping[str, str]) -> Lang:
    """Read the user's language: ``IRONPOT_LANG`` first, then the locale, else English.

    >>> language({"IRONPOT_LANG": "zh"}), language({"LANG": "zh_CN.UTF-8"}), language({})
    ('zh', 'zh', 'en')
    """
    for name in ("IRONPOT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "").lower()
        if value.startswith("zh"):
            return "zh"
        if value:
            return "en"
    return "en"
