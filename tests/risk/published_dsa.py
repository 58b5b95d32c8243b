"""Cases of debt dynamics kept beside the checkout; tests that need them say loudly if they lack."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "dsa"


def published(name: str) -> dict[str, Any]:
    """Return a case by file name, or skip."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} IS MISSING: this published case of debt dynamics was NOT checked")
    return json.loads(path.read_text(encoding="utf-8"))
