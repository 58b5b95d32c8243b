"""`ironpot stages` says what is decided now and what then, with the certificate of a plan."""

import numpy as np
import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.verify.certificate import check_certificate


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("4 leaves", "gap 0.0", "now", "depot")),
        ("zh", ("共4个末端情景", "现在", "挂牌出售")),
    ],
)
def test_what_now_and_what_then(ironpot, tmp_path, lang, words):
    csv, proof = tmp_path / "then.csv", tmp_path / "proof.npz"
    asked = ("--stages", 2, "--branches", 2, "--time-limit", 20, "--lang", lang)
    said = ironpot("stages", TWO_POTS, *asked, "--csv", csv, "--certificate", proof)
    assert (said.code, said.err) == (0, "")
    for word in words:
        assert word in said.out
    assert pl.read_csv(csv)["lot_id"].to_list() == ["depot"]
    with np.load(proof, allow_pickle=False) as archive:
        assert check_certificate(dict(archive)).ok


def test_a_tree_that_is_too_large_is_refused_with_a_way_out(ironpot):
    said = ironpot("stages", TWO_POTS, "--stages", 4, "--branches", 4)
    assert said.code == 1
    assert "--from OUT" in said.err
