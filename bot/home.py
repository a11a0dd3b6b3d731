"""Where somebody lives: the flat that he shows in his name, found on the building's list where there is one."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy.ext.asyncio import AsyncSession

from nlp.place import digits
from store import households
from store.places import plain_name
from store.tables import Place

_UNIT = r"(?:(?P<unit>\d{1,2}|[A-D甲乙丙丁东西中])\s?(?P<mark>单元|[-—–~#·.]))?"
_SHOWN = re.compile(rf"(?<!\d){_UNIT}\s?(?P<flat>\d{{3,4}}(?!\d)|\d{{1,2}}[A-Z](?![0-9A-Z]))")
_BUILDING = re.compile(r"^.*(?:号楼|[栋幢座])")
_BETWEEN = re.compile(r"单元|[—–~/#\s-]+")
_UNIT_WORD = re.compile(r"单元|[门号\s]")


def listed(unit: str, flat: str) -> tuple[str, str]:
    """The unit and the flat that a line of the list means: "", "2单元501室" or "二", "501" -> "2", "501"."""
    whole = _BUILDING.sub("", _plain(flat))
    *before, number = [part for part in _BETWEEN.split(whole) if part] or [""]
    own = _UNIT_WORD.sub("", _plain(f"{unit}单元"))
    return own or (before[-1] if before else ""), re.sub("[室房户]$", "", number)


async def household(db: AsyncSession, building: Place | None, name: str, spoken: str, known: str) -> str:
    """The label of the household that somebody belongs to, "" when nothing tells.

    `spoken` is the unit he spoke of, `known` what was known before. On a list the flat is that of the list;
    digits that are none of its flats (王阿姨1965) mean nothing.
    """
    shown = list(_SHOWN.finditer(_plain(name)))
    if building is None or not building.households:
        return known or _as_shown(shown, spoken)
    flats = [hit["flat"] for hit in shown] or list(filter(None, [known.rpartition("-")[2]]))
    found = await households.find(db, building, flats) if flats else []
    if len(found) > 1:
        units = {hit["unit"] for hit in shown if not _means_building(hit, building)}
        found = (
            [one for one in found if one.unit in units]
            or [one for one in found if one.label == known]
            or [one for one in found if one.unit == spoken]
        )
        return found[0].label if len(found) == 1 else known or flats[0]
    return found[0].label if found else known


def _plain(text: str) -> str:
    return digits(unicodedata.normalize("NFKC", text).upper())


def _as_shown(shown: list[re.Match[str]], spoken: str) -> str:
    if not shown:
        return ""
    first = shown[0]
    # Without a list nobody knows what the 3 of 3-501 is: a unit or the building.
    unit = first["unit"] if first["mark"] == "单元" else spoken
    return "-".join(filter(None, [unit, first["flat"]]))


def _means_building(hit: re.Match[str], building: Place) -> bool:
    """In building 3 the name 3-501 says nothing about the unit."""
    return hit["mark"] != "单元" and plain_name(building.name).removesuffix("号楼") == hit["unit"]
