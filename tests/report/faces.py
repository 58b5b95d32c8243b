"""Read faces back: pages of a PDF, tables of a page, cells of a workbook."""

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

HOSTILE = '<script>alert(1)</script> & "=1+1" #eval("1") $x$ \\\\ {{7*7}} @SUM(A1)'


def pages(path: Path) -> list[str]:
    """Return the text of each page without blanks, those of no width included."""
    texts = (page.extract_text().replace("\u200b", "") for page in PdfReader(path).pages)
    return ["".join(text.split()) for text in texts]


def printed(page: Path, out: Path) -> list[str]:
    """Print a page with Chromium and return the text of each sheet; skip loudly without it."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("Chromium is not installed: the printed page is not checked on this machine.")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    options.append(f"--user-data-dir={out / 'profile'}")
    subprocess.run(  # noqa: S603
        [browser, *options, f"--print-to-pdf={out / 'printed.pdf'}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return pages(out / "printed.pdf")


class Outline(HTMLParser):
    """Tags, attributes, ids and table cells of a page; `depth` ends at zero if tags balance."""

    VOID = frozenset(("meta", "col", "br", "path", "rect", "circle", "stop"))

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.rows: dict[str, list[list[str]]] = {}
        self.table = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        named = dict(attrs)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if tag == "div" and str(named.get("id", "")).startswith("t-"):
            self.table = str(named["id"])[2:]
            self.rows[self.table] = []
        if tag == "tr" and self.table:
            self.rows[self.table].append([])
        if tag in ("td", "th") and self.table:
            self.rows[self.table][-1].append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.table and self.open and self.open[-1] in ("td", "th"):
            self.rows[self.table][-1][-1] += data


def outline(page: str) -> Outline:
    """Parse a page; a tag that is not closed fails."""
    parsed = Outline()
    parsed.feed(page)
    assert not parsed.open, parsed.open
    return parsed
