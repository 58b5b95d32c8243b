"""How long until `ironpot --help` and `import ironpot` answer, and what do they load?

Starts fresh interpreters one after another; the median counts. No engine may be loaded by either:
verbs load theirs when they run. `--quick` starts each once instead of nine times.
"""

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time

RUNS = 9
TARGET_SECONDS = 0.6
ENGINES = ("polars", "numpy", "scipy", "highspy", "pydantic", "openpyxl", "xlsxwriter", "typst")
COMMANDS = {
    "help": ("-m", "ironpot", "--help"),
    "import": ("-c", "import ironpot"),
    "python": ("-c", "pass"),
}
LOADED = "import sys; print(','.join(sorted(sys.modules)))"


def main() -> None:
    """Time the starts and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    seconds = {name: timed(command, 1 if quick else RUNS) for name, command in COMMANDS.items()}
    engines = engines_loaded()
    print(f"{'start':<10}{'median s':>10}{'slowest s':>11}")
    for name, runs in seconds.items():
        print(f"{name:<10}{statistics.median(runs):>10.3f}{max(runs):>11.3f}")
    print(f"engines loaded: {', '.join(engines) or 'none'}; target {TARGET_SECONDS} s")
    print(json.dumps(figures(seconds, engines) | machine(quick=quick)))


def timed(command: tuple[str, ...], count: int) -> list[float]:
    """Return the seconds of each of `count` runs, the bytecode being there already."""
    subprocess.run([sys.executable, *command], check=True, capture_output=True)  # noqa: S603
    return [once(command) for _ in range(count)]


def once(command: tuple[str, ...]) -> float:
    """Return the seconds of one run."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - began


def engines_loaded() -> list[str]:
    """Return the engines that help or the import load."""
    code = (
        "import sys\nsys.argv = ['ironpot', '--help']\nimport ironpot\n"
        "from ironpot.workbench.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code + LOADED], check=True, capture_output=True, text=True
    )
    loaded = done.stdout.splitlines()[-1].split(",")
    return [name for name in ENGINES if name in loaded]


def figures(seconds: dict[str, list[float]], engines: list[str]) -> dict[str, object]:
    """Return what was measured, for machines."""
    medians = {f"{name}_s": round(statistics.median(runs), 4) for name, runs in seconds.items()}
    return medians | {
        "slowest_help_s": round(max(seconds["help"]), 4),
        "engines": engines,
        "target": TARGET_SECONDS,
        "met": statistics.median(seconds["help"]) < TARGET_SECONDS and not engines,
    }


def machine(*, quick: bool) -> dict[str, object]:
    """Return what identifies the instance and the machine."""
    instance = hashlib.sha256(repr(sorted(COMMANDS.items())).encode()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "instance_hash": instance,
        "quick": quick,
        "cores": os.cpu_count(),
        "peak_mib": round(peak, 1),
    }


if __name__ == "__main__":
    main()
