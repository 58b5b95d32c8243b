"""`ironpot demo`: the shipped example in a folder of one's own, and what to try on it."""

import shutil
from pathlib import Path

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Lang, Text

# The examples stand beside `src` in a checkout; they are not part of an installed wheel.
EXAMPLE = Path(__file__).parents[3] / "examples" / "bishan-scale"
LOT = "A-004"


def put_example(folder: Path, lang: Lang, example: Path = EXAMPLE) -> str:
    """Copy the example to `folder` and return what it is and five commands to try.

    Raises FileRefusedError if `folder` is there already, or the example did not ship with this
    installation.
    """
    if not (example / "case.toml").is_file():
        raise FileRefusedError(
            Text(
                "The example is not part of this installation: only a checkout holds it. Clone "
                "the repository and run `make demo` there, or begin with: ironpot template my.xlsx",
                "本安装不含示例案例,仅源码库附带。请克隆源码库后运行 make demo,"
                "或先运行:ironpot template my.xlsx",
            )
        )
    if folder.exists():
        raise FileRefusedError(
            Text(
                f"{folder} is there already and was not touched. Move it away, or run "
                "`ironpot demo` in another folder.",
                f"{folder} 已存在,未作改动。请先移走,或在其他文件夹中运行 ironpot demo。",
            )
        )
    shutil.copytree(example, folder)
    return _next_steps(folder).say(lang)


def _next_steps(folder: Path) -> Text:
    commands = (
        (
            f"ironpot status {folder}",
            "what it owns, owes, and when cash runs out",
            "家底与现金缺口",
        ),
        (f"ironpot pots {folder}", "which pot is worth more than its steel", "保留与处置比较"),
        (f"ironpot plan {folder} --out plan", "plan it, about a minute", "制定方案,约一分钟"),
        (f"ironpot why plan {LOT}", "the reason of one decision", "某项决策的理由"),
        ("ironpot verify plan", "re-add the plan's files", "复核方案文件"),
    )
    width = max(len(command) for command, _, _ in commands)
    english = "\n".join(f"  {command:{width}}  # {en}" for command, en, _ in commands)
    chinese = "\n".join(f"  {command:{width}}  # {zh}" for command, _, zh in commands)
    return Text(
        f"Wrote {folder}: a district drawn on the scale of published figures. Its register of "
        "debts, lots and companies is synthetic, and every row says so. Try:\n" + english,
        f"已写出 {folder}:一个参照公布数据规模的虚构县区,债务、资产和企业台账均为合成数据,"
        "逐行标明。可依次运行:\n" + chinese,
    )
