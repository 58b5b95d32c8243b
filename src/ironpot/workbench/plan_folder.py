"""How is a county's plan written, and does it still stand there, file for file?"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ironpot.report.plan_out import SUMMARY, write_bytes
from ironpot.workbench.whole import whole_folder


def put_plan(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a plan (`report.plan_out.plan_bytes`) as `folder`, whole or not at all."""
    with whole_folder(folder) as draft:
        write_bytes(files, draft)


def stands(folder: Path, plan_hash: str) -> bool:
    """Say whether the plan with this hash of its plan.json is there with all its tables.

    plan.json holds the hashes of the tables; one that did not reach the disk before the power
    failed, or was changed since, does not match.
    """
    try:
        summary = (folder / SUMMARY).read_bytes()
        if hashlib.sha256(summary).hexdigest() != plan_hash:
            return False
        told: dict[str, Any] = json.loads(summary)
        return all(
            hashlib.sha256((folder / group / f"{name}.csv").read_bytes()).hexdigest()
            == seal["sha256"]
            for group in ("tables", "extras")
            for name, seal in told.get(group, {}).items()
        )
    except OSError:
        return False
