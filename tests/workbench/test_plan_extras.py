"""What stands beside the twelve tables is written by the command, and re-added."""

from typer.testing import CliRunner

from ironpot.verify import verify_plan
from ironpot.workbench.cli import app

TWO_POTS = "examples/two-pots"


def test_the_command_writes_what_is_left_to_pay_and_what_every_lot_brings(tmp_path):
    words = ["plan", TWO_POTS, "--out", str(tmp_path / "out"), "--time-limit", "4"]
    done = CliRunner().invoke(app, [*words, "--scenarios", "6", "--lot-luck"])
    assert done.exit_code == 0, done.output
    beside = {file.name for file in (tmp_path / "out" / "extras").iterdir()}
    assert beside == {"left_to_pay.csv", "lot_sales.csv"}
    verification = verify_plan(tmp_path / "out")
    assert verification.ok
    compared = {item.code for item in verification.checked}
    assert {"left.principal", "lot_sales.cash", "lot_sales.whole"} <= compared
