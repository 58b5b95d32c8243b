"""`ironpot system --workers` hands out replies, wishes and orders, and writes the same files."""

from pathlib import Path

from rich.console import Console

from ironpot.system import replies
from ironpot.system.crew import Worker
from ironpot.system.wish import Wishes
from ironpot.workbench import system
from ironpot.workbench.draws import Many
from ironpot.workbench.hands import Hands
from ironpot.workbench.orders import orders
from ironpot.workbench.system import Draw, run_system

HUNAN = Path(__file__).parents[2] / "examples" / "hunan"
ORDERS = orders(standard=False, cut="5%", swap=None, unsold=[], stopped=[], unit="yuan")


def run(out, hands):
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Draw(
        counties=8, seed=3, mandates=ORDERS, wishes=Wishes(fair=True), many=Many(hands=hands)
    )
    run_system(HUNAN, out, asked, lang="en", unit="hundred_million", screen=screen)
    return screen.export_text()


def files(out):
    return {path.name: path.read_bytes() for path in (out / "tables").glob("*.csv")}


def test_workers_really_answer_the_crowd_and_carry_out_wishes_and_orders(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "_rounds", lambda _: 6)
    said = run(tmp_path / "here", Hands())
    assert " workers: " not in said
    handed, give = [], Worker.give

    def noted(worker, key, piece):
        handed.append(type(piece).__name__)
        give(worker, key, piece)

    monkeypatch.setattr(Worker, "give", noted)
    said = run(tmp_path / "few", Hands(2))
    assert "stay in this process" in said.replace("\n", " ")
    assert set(handed) == {"Wish", "_Order"}
    monkeypatch.setattr(replies, "REPLY_S", 1.0)
    said = run(tmp_path / "there", Hands(2))
    assert "2 blocks a batch" in said
    assert handed.count("Block") > 6
    assert files(tmp_path / "there") == files(tmp_path / "few") == files(tmp_path / "here")
