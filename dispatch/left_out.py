"""A visit left out, in words: what keeps everybody from it, and what would let it in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from communities.insight.sentences import Language
from dispatch.models import UnassignedVisit, Visit
from dispatch.states import Pin

NAMED = 3
"""Technicians named in a sentence; of more, only the number."""

RULES: dict[Language, dict[str, str]] = {
    "en": {
        "not_allowed": "May not go there: {who}",
        "skill": "Without {skill} at level {level}: {who}",
        "parts": "No room in the van for {pieces} × {part}: {who}",
        "window": "No working time left within its time window: {who}",
        "too_far": "Too far to get there and back in time: {who}",
        "order": "It has to come after {visit}, which is left out",
        "crew": "Could come, but not when everybody else could: {who}",
        "full": "No room in the day: {who}",
        "price": "Could go, but for at least {minutes:.0f} min more than it is worth: {who}",
    },
    "zh-hant": {
        "not_allowed": "不可派往：{who}",
        "skill": "沒有 {skill} 等級 {level}：{who}",
        "parts": "車上放不下 {part} {pieces} 件：{who}",
        "window": "指定時段內已無上班時間：{who}",
        "too_far": "來不及往返：{who}",
        "order": "須排在 {visit} 之後，而該案未排入",
        "crew": "可前往，但無法與其他人員同時到場：{who}",
        "full": "當天行程已滿：{who}",
        "price": "可前往，但成本至少比其重要性多 {minutes:.0f} 分鐘：{who}",
    },
}
SOME: dict[Language, str] = {"en": "{names} and {more} more", "zh-hant": "{names} 等 {all} 位"}
COMMA: dict[Language, str] = {"en": ", ", "zh-hant": "、"}

WAYS: dict[Language, dict[str, str]] = {
    "en": {
        "overtime": "{minutes} min of overtime for {technician}",
        "earlier_start": "{technician} starting {minutes} min earlier",
        "window_later": "a time window that ends {minutes} min later",
        "window_earlier": "a time window that begins {minutes} min earlier",
        "skill": "{technician} learning {skills}",
        "person": "one more person with {skills}",
        "person_without_skills": "one more person",
        "penalty": "a worth of {minutes} min",
        "parts": "{parts} more in the van of {technician}",
        "one_more": "{technician} making {visits} visits",
        "longer_drive": "{technician} driving {minutes} min more than allowed",
        "farther_drive": "{technician} driving {km} km more than allowed",
        "technician": "{technician}, who may not go there,",
        "swap": "{visit} left out instead",
    },
    "zh-hant": {
        "overtime": " {technician} 加班 {minutes} 分鐘",
        "earlier_start": " {technician} 提早 {minutes} 分鐘上班",
        "window_later": "時段晚 {minutes} 分鐘結束",
        "window_earlier": "時段早 {minutes} 分鐘開始",
        "skill": " {technician} 學會 {skills}",
        "person": "多一位會 {skills} 的技師",
        "person_without_skills": "多一位技師",
        "penalty": "其重要性達 {minutes} 分鐘",
        "parts": " {technician} 的車多帶 {parts}",
        "one_more": " {technician} 做 {visits} 件",
        "longer_drive": " {technician} 的車程上限多 {minutes} 分鐘",
        "farther_drive": " {technician} 的里程上限多 {km} 公里",
        "technician": "派依規不可前往的 {technician} ",
        "swap": "改為不排 {visit} ",
    },
}
SKILL: dict[Language, str] = {"en": "{name} (level {count})", "zh-hant": "{name}（等級 {count}）"}
PART: dict[Language, str] = {"en": "{count} × {name}", "zh-hant": "{name} {count} 件"}
FITS: dict[Language, str] = {
    "en": "It would fit with {way} ({cost:+.0f} min)",
    "zh-hant": "若{way}即可排入（{cost:+.0f} 分鐘）",
}
FITS_AT_A_PRICE: dict[Language, str] = {
    "en": "It would fit with {way}, but for {cost:.0f} min, more than it is worth",
    "zh-hant": "若{way}可排入，但需 {cost:.0f} 分鐘，超過其重要性",
}


@dataclass(frozen=True, slots=True)
class WayIn:
    """What would let a visit in, in words. Where a dispatcher can decide so by hand, also how: with which technician
    (by code), pinned to what, and when."""

    text: str
    technician: str | None = None
    pin: Pin | None = None
    start_at: datetime | None = None


def left_out_sentences(left: UnassignedVisit, language: Language = "en") -> list[str]:
    """What its plan knows beyond the reason; nothing of plans made before that was kept."""
    return [*exclusion_sentences(left, language), *(way.text for way in ways_in(left, language))]


def exclusion_sentences(left: UnassignedVisit, language: Language = "en") -> list[str]:
    """What keeps everybody from it."""
    return [_exclusion(one, language) for one in left.explanation.get("excluded", [])]


def ways_in(left: UnassignedVisit, language: Language = "en") -> list[WayIn]:
    """What would let it in, the cheapest first. Its visit must have been read."""
    return [
        WayIn(_relaxation(one, language), *_by_hand(one, left.visit))
        for one in left.explanation.get("relaxations", [])
    ]


def _by_hand(one: dict[str, Any], visit: Visit) -> tuple[str | None, Pin | None, datetime | None]:
    """Whoever is pinned to a visit goes without its skills as well, and a pinned start lies outside of its windows."""
    way, technician = one["way"], one["technician"]
    if way == "skill":
        return technician, Pin.TECHNICIAN, None
    edge, sign = {
        "window_later": (visit.window_until_at, 1),
        "window_earlier": (visit.window_from_at, -1),
    }.get(way, (None, 0))
    if edge is None:
        return None, None, None
    return technician, Pin.BOTH, edge + sign * timedelta(minutes=one["detail"]["minutes"])


def _exclusion(one: dict[str, Any], language: Language) -> str:
    return RULES[language][one["rule"]].format(**one, who=_names(one["technicians"], language))


def _names(technicians: list[str], language: Language) -> str:
    names = COMMA[language].join(technicians[:NAMED])
    more = len(technicians) - NAMED
    return SOME[language].format(names=names, more=more, all=len(technicians)) if more > 0 else names


def _relaxation(one: dict[str, Any], language: Language) -> str:
    way, detail = one["way"], one["detail"]
    if way == "person" and not detail:
        way = "person_without_skills"
    figures = {
        "technician": one["technician"],
        "skills": COMMA[language].join(_counted(SKILL[language], detail)),
        "parts": COMMA[language].join(_counted(PART[language], detail)),
    }
    frame = FITS if one["worth_it"] else FITS_AT_A_PRICE
    said = WAYS[language][way].format(**(detail | figures))
    return frame[language].format(way=said, cost=one["minutes"])


def _counted(words: str, detail: dict[str, Any]) -> Iterator[str]:
    for name, count in sorted(detail.items()):
        yield words.format(name=name, count=count)
