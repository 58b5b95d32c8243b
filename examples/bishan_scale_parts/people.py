"""Who is in the district? Government, bureaus, three company groups, 74 small firms, creditors."""

import numpy as np

from bishan_scale_parts.scale import (
    DISTRICT,
    GROUP_SHARE,
    MUNICIPALITY,
    PARETO_EXPONENT,
    SMALL_FIRMS,
    Floats,
    Row,
    provenance,
)

GROUP_NAMES = {
    "urban": "铁桥城市发展集团 Ironbridge Urban Development Group",
    "park": "铁桥产业园区集团 Ironbridge Industrial Park Group",
    "services": "铁桥公用文旅集团 Ironbridge Utilities and Culture Group",
}
BUREAUS = {
    "bur_finance": "区财政局 Finance Bureau",
    "bur_resources": "区自然资源局 Natural Resources Bureau",
    "bur_housing": "区住房城乡建设委 Housing and Construction Bureau",
    "bur_education": "区教育委 Education Bureau",
    "bur_health": "区卫生健康委 Health Bureau",
    "bur_transport": "区交通局 Transport Bureau",
    "bur_offices": "区机关事务局 Government Offices Bureau",
    "bur_water": "区水利局 Water Bureau",
    "bur_culture": "区文化旅游委 Culture and Tourism Bureau",
}
CREDITORS = {
    "large_bank": ("大型银行 Large Bank", 6),
    "joint_stock_bank": ("股份制银行 Joint-stock Bank", 12),
    "city_bank": ("城市商业银行 City Bank", 2),
    "rural_bank": ("农村商业银行 Rural Bank", 1),
    "trust": ("信托公司 Trust Company", 3),
    "leasing": ("租赁公司 Leasing Company", 3),
}
CLASS_OF_CREDITOR = {
    "city_bank": "regional_bank",
    "rural_bank": "regional_bank",
    "trust": "non_standard",
    "leasing": "non_standard",
}


def group_id(group: str) -> str:
    """Return the entity id of a group's parent company."""
    return f"grp_{group}"


def firm_ids(group: str) -> list[str]:
    """List the ids of a group's small firms, largest first."""
    return [f"{group}_{number:02d}" for number in range(1, SMALL_FIRMS[group] + 1)]


def firm_weights(group: str) -> Floats:
    """Return sizes of a group's firms by the Pareto rank rule, rank^(-1/exponent)."""
    rank = np.arange(1, SMALL_FIRMS[group] + 1, dtype=np.float64)
    return np.power(rank, -1.0 / PARETO_EXPONENT)


def entity_rows() -> list[Row]:
    """Return the entities table: one district, nine bureaus, 77 companies, one giver of help."""
    district = _entity(DISTRICT, "铁桥区 Ironbridge District", "government", None)
    above = _entity(MUNICIPALITY, "市政府 Municipality", "government", None)
    bureaus = [_entity(key, name, "bureau", DISTRICT) for key, name in BUREAUS.items()]
    groups = [
        _entity(group_id(group), name, "vehicle", DISTRICT) for group, name in GROUP_NAMES.items()
    ]
    firms = [
        _entity(firm, f"{_short(group)}子公司{number:02d} Firm {number:02d}", "enterprise", parent)
        for group in GROUP_SHARE
        for parent in [group_id(group)]
        for number, firm in enumerate(firm_ids(group), 1)
    ]
    return [district, *bureaus, *groups, *firms, {**above, "inside": False}]


def _short(group: str) -> str:
    return GROUP_NAMES[group].split("集团")[0].removeprefix("铁桥")


def _entity(entity_id: str, name: str, kind: str, parent: str | None) -> Row:
    sector = "S1313" if kind in ("government", "bureau") else "S11001"
    return {
        "entity_id": entity_id,
        "name": name,
        "kind": kind,
        "parent_id": parent,
        "ownership_share": 1.0,
        "inside": True,
        "legal_sector": sector,
        "analytic_sector": sector,
        **provenance(),
    }


def creditor_rows() -> list[Row]:
    """Return the creditors table: 21 banks, six trusts and lessors, suppliers, the municipality."""
    lenders = [
        _creditor(f"{stem}_{n:02d}", f"{name} {n:02d}", CLASS_OF_CREDITOR.get(stem, stem))
        for stem, (name, count) in CREDITORS.items()
        for n in range(1, count + 1)
    ]
    return [
        _creditor(MUNICIPALITY, "市政府(转贷) Municipality, on-lending", "province"),
        *lenders,
        _creditor("suppliers", "施工和供货单位 Contractors and suppliers", "supplier"),
    ]


def _creditor(creditor_id: str, name: str, creditor_class: str) -> Row:
    return {
        "creditor_id": creditor_id,
        "name": name,
        "creditor_class": creditor_class,
        **provenance(),
    }
