"""How is a user met: in which language, on what console, and what is said when nothing goes on?"""

import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ironpot.core.errors import CaseError, IronpotError
from ironpot.core.lang import LANGS, Lang, Text, language

if TYPE_CHECKING:
    from ironpot.case.case import Case

LANG_OPTION = "--lang"


def user_language(chosen: str | None) -> Lang:
    """Return the language asked for, else that of the environment; IronpotError if unknown.

    >>> user_language("zh")
    'zh'
    """
    if chosen is None:
        return language(os.environ)
    for lang in LANGS:
        if chosen == lang:
            return lang
    raise IronpotError(
        Text(
            f"{chosen!r} is no language of ironpot. Write --lang zh or --lang en.",
            f"不支持语言“{chosen}”。请写 --lang zh 或 --lang en。",
        )
    )


def asked_language(words: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """Read the language from the words of a command line; a refusal is said in it, too.

    >>> asked_language(["check", "my.xlsx", "--lang", "zh"], {})
    'zh'
    >>> asked_language(["check", "my.xlsx", "--lang=zh"], {}), asked_language(["--lang"], {})
    ('zh', 'en')
    >>> asked_language([], {"LANG": "zh_CN.UTF-8"})
    'zh'
    """
    for word, after in pairwise([*words, ""]):
        name, _, value = word.partition("=")
        found = value or after
        if name == LANG_OPTION and found in LANGS:
            return "zh" if found == "zh" else "en"
    return language(environment)


def make_printable() -> None:
    """Print `?` for a letter that the console's encoding lacks, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def refused_by_system(error: OSError) -> Text:
    """Say what the operating system refused, where, and how to mend it.

    >>> refused_by_system(PermissionError(13, "Permission denied", "out")).en
    "The system refused: Permission denied ('out'). Choose a folder that you may write to ..."
    """
    where = f" ({str(error.filename)!r})" if error.filename is not None else ""
    what = error.strerror or str(error)
    return Text(
        f"The system refused: {what}{where}. Choose a folder that you may write to and that has "
        "room, then run the command again; nothing half written was left.",
        f"系统拒绝:{what}{where}。请选择有写入权限且空间充足的文件夹后重新运行;"
        "未留下写到一半的文件。",
    )


def case_at(path: Path, column_map: Path | None) -> "Case":
    """Read a case to work on; one with errors is refused with the way to see them all."""
    from ironpot.case.read import read_case

    try:
        return read_case(path, column_map=column_map).case
    except CaseError as error:
        command = f"ironpot check {path}" + (f" --map {column_map}" if column_map else "")
        hint = Text(f"To see all of them: {command}", f"查看全部问题:{command}")
        text = Text(f"{error.text.en}\n{hint.en}", f"{error.text.zh}\n{hint.zh}")
        raise IronpotError(text) from error
