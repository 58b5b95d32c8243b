"""The PDF says what the page says, on A4, its first page alone for the leader."""

import dataclasses

import polars as pl
import pytest
from pypdf import PdfReader
from tests.report.faces import HOSTILE, pages

from ironpot.report.write import write_report

A4 = (595.28, 841.89)


def _written(case, plan, out, lang, unit):
    write_report(case, plan, out, lang=lang, unit=unit, formats=("pdf",))
    return out / "report.pdf"


def test_the_first_page_is_the_leaders_and_the_second_the_contents(crowd, tmp_path):
    case, plan, lang, unit = crowd
    sheets = pages(_written(case, plan, tmp_path, lang, unit))
    last = "见附件三" if lang == "zh" else "assumptions."
    assert last in sheets[0]
    assert sheets[1].startswith("目录" if lang == "zh" else "Contents")


@pytest.fixture(scope="module")
def paper(case, plan, tmp_path_factory):
    return _written(case, plan, tmp_path_factory.mktemp("pdf"), "zh", "hundred_million")


def test_pages_are_a4_and_numbered(paper):
    reader, texts = PdfReader(paper), pages(paper)
    for number, page in enumerate(reader.pages, 1):
        size = sorted((float(page.mediabox.width), float(page.mediabox.height)))
        assert size == pytest.approx(A4, abs=0.5)
        assert f"{number}/{len(reader.pages)}" in texts[number - 1]


def test_a_wide_annex_goes_on_where_the_wide_one_before_it_ends(paper):
    _, _, *sheets = pages(paper)
    assert any(text.startswith("附件一") for text in sheets)
    (sheet,) = (text for text in sheets if "附件二" in text)
    assert not sheet.startswith("附件二")


def test_only_the_shipped_fonts_are_used(paper):
    reader = PdfReader(paper)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("NotoSansCJKsc" in font for font in fonts)


def test_the_same_plan_gives_the_same_bytes(case, plan, tmp_path):
    for name in ("one", "two"):
        write_report(case, plan, tmp_path / name, lang="en", unit="ten_thousand")
    for face in ("html", "xlsx", "pdf"):
        one, two = (tmp_path / name / f"report.{face}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), face


def test_hostile_text_is_set_as_it_stands(case, plan, tmp_path):
    evil = dataclasses.replace(case, assets=case.assets.with_columns(pl.lit(HOSTILE).alias("name")))
    text = "".join(pages(_written(evil, plan, tmp_path, "en", "ten_thousand")))
    assert "".join(HOSTILE.split()) in text


def test_properties_name_the_report(case, plan, tmp_path):
    info = PdfReader(_written(case, plan, tmp_path, "zh", "yuan")).metadata
    assert info is not None
    assert info.title == "铁桥区资产盘活与债务化解方案"
