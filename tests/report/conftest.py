"""Made-up cases and plans for report tests, each made once."""

import dataclasses

import polars as pl
import pytest
from tests.report.made_up import make_case, make_plan

from ironpot.core.lang import LANGS, Text
from ironpot.core.money import UNITS

CROWDS = [
    ("plain", "zh", "hundred_million"),
    ("crowded", "zh", "yuan"),
    ("crowded", "en", "yuan"),
]
FACES = [(lang, unit) for lang in LANGS for unit in UNITS]


@pytest.fixture(scope="session")
def case():
    return make_case()


@pytest.fixture(scope="session")
def plan(case):
    return make_plan(case)


@pytest.fixture(params=FACES, ids=lambda face: "-".join(face))
def face(request):
    return request.param


@pytest.fixture(params=CROWDS, ids="-".join)
def crowd(request, case, plan, crowded):
    """A case and plan, plain or crowded, with the language and unit to tell them in."""
    which, lang, unit = request.param
    chosen, made = crowded if which == "crowded" else (case, plan)
    return chosen, made, lang, unit


@pytest.fixture(scope="session")
def crowded():
    """A case whose every name, notice and sentence is as long as people make them."""
    plain = make_case(60, 40)
    long = "铁桥区城乡统筹建设投资发展(集团)有限责任公司老街片区停车泊位特许经营权第"
    notice = Text(
        "The register is synthetic and describes no real district. " * 8,
        "资产和债务台账为合成数据,不对应任何真实区县,仅供演示测算方法。" * 8,
    )
    named = pl.format("{}{}", pl.lit(long), pl.int_range(pl.len())).alias("name")
    case = dataclasses.replace(
        plain,
        settings=dataclasses.replace(plain.settings, notice=notice),
        assets=plain.assets.with_columns(named),
        entities=plain.entities.with_columns(named),
        relief_sources=plain.relief_sources.with_columns(named),
    )
    return case, make_plan(case)
