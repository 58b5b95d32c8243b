"""How does a chart become a picture? Apache ECharts draws SVG in an embedded engine, no browser.

The engine sees JSON text only. One engine draws all charts of a report, so that their inner ids
differ; classes and events that only a browser's script would use are taken out.
"""

import json
import re
from collections.abc import Iterable
from importlib import resources

from py_mini_racer import MiniRacer

from ironpot.report.model import Chart

DRAW = """
function draw(width, height, option) {
  const chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width, height});
  chart.setOption(JSON.parse(option));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
"""
LIVE_ATTRIBUTES = re.compile(r' (?:class="[^"]*"|pointer-events="[^"]*"|ecmeta_\w+="[^"]*")')
STYLE_BLOCK = re.compile(r"<style.*?</style>", re.DOTALL)


def draw(charts: Iterable[Chart]) -> dict[str, str]:
    """Return the SVG of each chart by its id; an empty list starts no engine.

    >>> draw([])
    {}
    """
    listed = list(charts)
    if not listed:
        return {}
    with MiniRacer() as engine:
        engine.eval(_engine_source())
        engine.eval(DRAW)
        return {chart.chart_id: _draw_one(engine, chart) for chart in listed}


def _engine_source() -> str:
    vendor = resources.files("ironpot.report") / "vendor" / "echarts.min.js"
    return vendor.read_text(encoding="utf-8")


def _draw_one(engine: MiniRacer, chart: Chart) -> str:
    option = json.dumps(chart.option, ensure_ascii=False)
    svg = str(engine.call("draw", chart.width, chart.height, option))
    return LIVE_ATTRIBUTES.sub("", STYLE_BLOCK.sub("", svg))
