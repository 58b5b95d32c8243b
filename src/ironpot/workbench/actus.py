"""`ironpot actus`: does the engine reproduce the public suite? Every file of a folder, per type."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ironpot.cashflow.suite import FILE_NAME, Verdict, run_suite
from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Lang, Text


def run_folder(folder: Path) -> list[Verdict]:
    """Run every `actus-tests-*.json` in a folder; FileRefusedError if there is none."""
    files = [path for path in sorted(folder.rglob("*.json")) if FILE_NAME.fullmatch(path.name)]
    if not files:
        raise FileRefusedError(
            Text(
                f"No actus-tests-*.json in {folder}. Clone the public suite of the ACTUS "
                "foundation and give its folder.",
                f"{folder} 中没有 actus-tests-*.json。请下载ACTUS公共测试集并给出其文件夹。",
            )
        )
    return run_suite({str(path): path.read_text(encoding="utf-8") for path in files})


def say_verdicts(verdicts: Sequence[Verdict], lang: Lang, *, as_json: bool) -> str:
    """Return how many pass by type and the first difference of each failure."""
    failed = [verdict for verdict in verdicts if not verdict.passed]
    passed = Counter(verdict.contract_type for verdict in verdicts if verdict.passed)
    total = Counter(verdict.contract_type for verdict in verdicts)
    if as_json:
        return json.dumps(
            {
                "passed": sum(passed.values()),
                "failed": [
                    {
                        "id": verdict.case_id,
                        "type": verdict.contract_type,
                        "first_difference": verdict.first_difference,
                    }
                    for verdict in failed
                ],
                "by_type": {
                    kind: {"passed": passed[kind], "failed": count - passed[kind]}
                    for kind, count in sorted(total.items())
                },
            },
            ensure_ascii=False,
        )
    lines = [f"{kind:6} {passed[kind]:4} / {count}" for kind, count in sorted(total.items())]
    lines += [f"{verdict.case_id}: {verdict.first_difference}" for verdict in failed]
    whole = Text(
        f"{sum(passed.values())} of {len(verdicts)} cases pass",
        f"{len(verdicts)}个用例通过{sum(passed.values())}个",
    )
    return "\n".join([*lines, whole.say(lang)])
