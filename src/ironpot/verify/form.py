"""Are the files written as agreed: names, bytes, headers, cells, keys, the seal in plan.json?"""

from collections.abc import Iterator

from ironpot.core.lang import Text
from ironpot.core.outputs import BY_NAME, TABLES
from ironpot.verify.files import BYTE_ORDER_MARK, PLAN, Json, Out, Sheet, Spot
from ironpot.verify.finding import HELD, Broken, Outcome, Rule, holds
from ironpot.verify.words import ALLOWED, MAY_BE_EMPTY


def _every_file(out: Out) -> Iterator[Outcome]:
    yield holds(Spot(PLAN), met=out.summary is not None)
    for table in TABLES:
        yield holds(Spot(table.name), met=table.name in out.sheets)
    for name in out.extra:
        yield Broken(Spot(name), why=Text("the file is not part of a plan", "多余的文件"))


def _bytes(out: Out) -> Iterator[Outcome]:
    for sheet in out.sheets.values():
        yield from _encoding(sheet)


def _encoding(sheet: Sheet) -> Iterator[Outcome]:
    spot, content = Spot(sheet.table.name), sheet.content
    yield holds(spot, met=not content.startswith(BYTE_ORDER_MARK), found="BOM")
    yield holds(spot, met=b"\r" not in content, found="CR")
    yield holds(spot, met=content.endswith(b"\n"), found="no LF at the end")
    yield holds(spot, met=_is_utf8(content), found="not UTF-8")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(out: Out) -> Iterator[Outcome]:
    for sheet in out.sheets.values():
        yield (
            HELD if sheet.readable else Broken(Spot(sheet.table.name, 1), why=_header_fault(sheet))
        )


def _header_fault(sheet: Sheet) -> Text:
    """Say what is wrong with a header: unknown, missing or misplaced columns."""
    names = sheet.table.names
    unknown = ", ".join(name for name in sheet.header if name not in names)
    missing = ", ".join(name for name in names if name not in sheet.header)
    if unknown:
        return Text(f"unknown column: {unknown}", f"未知的列:{unknown}")
    if missing:
        return Text(f"missing column: {missing}", f"缺少的列:{missing}")
    if sheet.header == names:
        return Text("the lines below cannot be read as CSV", "表头以下无法按CSV读取")
    return Text("columns out of order or repeated", "列的顺序不对或重复")


def _width(out: Out) -> Iterator[Outcome]:
    for sheet in out.sheets.values():
        yield from (HELD for _ in sheet.rows)
        yield from (Broken(Spot(sheet.table.name, line)) for line in sheet.ragged)


def _cells(out: Out) -> Iterator[Outcome]:
    for sheet in out.sheets.values():
        yield from (HELD for _ in range(len(sheet.rows) * len(sheet.table.columns)))
        for cell in sheet.bad:
            yield Broken(cell.spot, {cell.column: cell.text[:40]})


def _words(out: Out) -> Iterator[Outcome]:
    for name, sheet in out.sheets.items():
        for column, words in ALLOWED.get(name, {}).items():
            for row in sheet.rows:
                word = row.text(column)
                yield HELD if word in words or not word else Broken(row.spot, {column: word})


def _filled(out: Out) -> Iterator[Outcome]:
    for name, sheet in out.sheets.items():
        unread = {(cell.spot, cell.column) for cell in sheet.bad}
        required = [word for word in sheet.table.names if word not in MAY_BE_EMPTY[name]]
        for row in sheet.rows:
            empty = [word for word in required if row.cells[word] is None]
            unknown = [word for word in empty if not unread or (row.spot, word) not in unread]
            yield Broken(row.spot, {"column": ", ".join(unknown)}) if unknown else HELD


def _unique(out: Out) -> Iterator[Outcome]:
    for sheet in out.sheets.values():
        seen: set[tuple[object, ...]] = set()
        for row in sheet.rows:
            key = tuple(row.cells[name] for name in sheet.table.key)
            yield Broken(row.spot) if key in seen else HELD
            seen.add(key)


def _sealed(out: Out) -> Iterator[Outcome]:
    entries, beside = _entries(out, "tables"), _entries(out, "extras")
    for name in BY_NAME:
        yield holds(Spot(PLAN, key=f"tables.{name}"), met=name in entries)
    for name in entries:
        if name not in BY_NAME:
            yield Broken(Spot(PLAN, key=f"tables.{name}"))
    for name in beside:
        yield holds(Spot(PLAN, key=f"extras.{name}"), met=name in out.sheets)
    for name, sheet in out.sheets.items():
        if name in entries or name in beside:
            yield from _seal(sheet, (entries | beside)[name])


def _entries(out: Out, key: str) -> dict[str, Json]:
    listed = out.value(key)
    return listed if isinstance(listed, dict) else {}


def _seal(sheet: Sheet, entry: Json) -> Iterator[Outcome]:
    sealed = entry if isinstance(entry, dict) else {}
    at = Spot(PLAN, key=f"tables.{sheet.table.name}")
    rows, digest = sealed.get("rows"), sealed.get("sha256")
    same_rows = rows == sheet.records and not isinstance(rows, bool)
    if sheet.readable:
        yield holds(at, met=same_rows, stated=str(rows), recomputed=sheet.records)
    yield holds(at, met=digest == sheet.sha256, stated=str(digest), recomputed=sheet.sha256)


RULES = (
    Rule(
        "form.files",
        (),
        Text(
            "plan.json and the twelve tables are there and readable, and no other table is",
            "plan.json和十二张表齐全、可读,没有多余的表",
        ),
        _every_file,
    ),
    Rule(
        "form.bytes",
        (),
        Text(
            "a table is UTF-8 without byte order mark and every line ends with LF",
            "表文件为UTF-8编码、无BOM、每行以LF结尾",
        ),
        _bytes,
    ),
    Rule(
        "form.header",
        (),
        Text(
            "the header holds exactly the agreed columns in their order",
            "表头与约定的列名和顺序完全一致",
        ),
        _header,
    ),
    Rule(
        "form.width",
        (),
        Text("every line has one cell per column", "每行的单元格数与列数一致"),
        _width,
    ),
    Rule(
        "form.cells",
        (),
        Text(
            "a cell is written as its column requires: amounts with two decimals, shares with "
            "six, quarters 2025Q1, dates ISO, true or false, ids without blanks",
            "单元格格式符合该列要求:金额两位小数、比例六位小数、季度如2025Q1、日期为ISO格式、"
            "是否用true/false、编号不含空格",
        ),
        _cells,
    ),
    Rule(
        "form.words", (), Text("a coded cell holds an allowed word", "代码列只用允许的词"), _words
    ),
    Rule(
        "form.filled",
        (),
        Text("a cell that must be known is not empty", "必填的单元格不为空"),
        _filled,
    ),
    Rule("form.keys", (), Text("no two rows share a key", "没有两行的主键相同"), _unique),
    Rule(
        "form.seal",
        (PLAN,),
        Text(
            "rows and SHA-256 of each table are those in plan.json",
            "各表的行数和SHA-256与plan.json一致",
        ),
        _sealed,
    ),
)
