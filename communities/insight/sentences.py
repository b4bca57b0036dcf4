"""A signal's reason in words, in English and Traditional Chinese; no full stop at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from communities.insight.signals import (
    CommunityPriority,
    CommunityUpsell,
    LearnedDuration,
    Part,
    ServiceDays,
    TechnicianAffinity,
)

Language = Literal["en", "zh-hant"]
Said = TechnicianAffinity | CommunityPriority | CommunityUpsell | LearnedDuration | ServiceDays


@dataclass(frozen=True, slots=True)
class Names:
    """What the things that a signal is about are called, where it is about any."""

    technician: str = ""
    community: str = ""
    service_type: str = ""


TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "goes": "{technician} goes to {place}: {reasons}; worth {minutes} min of travel",
        "kept_away": "{technician} is kept away from {place}: {reasons}; worth {minutes} min of travel",
        "indifferent": "{technician} in {place} changes nothing: {reasons}",
        "goes_anywhere": (
            "{technician} is sent before others anywhere in the region: {reasons}; worth {minutes} min of travel"
        ),
        "kept_anywhere": (
            "{technician} is sent after others anywhere in the region: {reasons}; worth {minutes} min of travel"
        ),
        "anywhere": "the region",
        "for_type": "{community} for {service_type}",
        "csat": "CSAT {own} over {count} when {technician} came, {usual} in the region",
        "fix": "{own} % of {count} settled at the first visit, {usual} % in the region",
        "upsell": "{own} % of the region's usual sales a visit, over {count}",
        "answers": "{n} answers",
        "visits": "{n} visits",
        "offers": "{n} offers",
        "comes_first": (
            "{community} comes first when the day is full: {reasons}; leaving one of its visits out costs"
            " {minutes} min more"
        ),
        "no_priority": "{community} needs no priority: {reasons}",
        "csat_owed": "CSAT there is {own} over {count} against {usual} in the region, with a target of {target}",
        "hits_owed": "{own} % of {count} were resolved in time ({usual} % in the region), with a target of {target} %",
        "requests": "{n} requests",
        "sells_more": (
            "{place} is expected to bring {share} % of the usual sales; leaving it out costs {minutes} min more"
        ),
        "sells_less": (
            "{place} is expected to bring {share} % of the usual sales; leaving it out costs {minutes} min less"
        ),
        "type_takes": "{service_type} is planned with {minutes} min, as {count} took",
        "longer": "{who} takes {minutes} min longer than usual, over {count}",
        "shorter": "{who} takes {minutes} min less than usual, over {count}",
        "in_community": "A visit in {community}",
        "days": (
            "{community} is opened on {days}: at {requests} requests a week and {entry} min at the gate that saves"
            " {minutes} min a week"
        ),
        "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
        "and": "; ",
        "comma": ", ",
    },
    "zh-hant": {
        "goes": "派 {technician} 前往{place}：{reasons}；值得多花 {minutes} 分鐘車程",
        "kept_away": "不派 {technician} 前往{place}：{reasons}；值得多花 {minutes} 分鐘車程避開",
        "indifferent": "{technician} 在{place}不影響派工：{reasons}",
        "goes_anywhere": "全區優先派 {technician}：{reasons}；值得多花 {minutes} 分鐘車程",
        "kept_anywhere": "全區較後派 {technician}：{reasons}；值得多花 {minutes} 分鐘車程避開",
        "anywhere": "全區",
        "for_type": "{community}處理{service_type}",
        "csat": "{technician} 服務時滿意度 {own}（{count}），全區 {usual}",
        "fix": "首訪完修 {own}%（{count}），全區 {usual}%",
        "upsell": "每次到訪銷售為全區平均的 {own}%（{count}）",
        "answers": "{n} 份回覆",
        "visits": "{n} 次到訪",
        "offers": "{n} 次報價",
        "comes_first": "行程滿時優先服務{community}：{reasons}；每漏排一次加計 {minutes} 分鐘",
        "no_priority": "{community}無須優先：{reasons}",
        "csat_owed": "當地滿意度 {own}（{count}），全區 {usual}，目標 {target}",
        "hits_owed": "如期解決 {own}%（{count}），全區 {usual}%，目標 {target}%",
        "requests": "{n} 件需求",
        "sells_more": "{place}的預期銷售為平均的 {share}%；漏排加計 {minutes} 分鐘",
        "sells_less": "{place}的預期銷售為平均的 {share}%；漏排少計 {minutes} 分鐘",
        "type_takes": "{service_type}以 {minutes} 分鐘排程，依 {count}的實際時間",
        "longer": "{who}比平均多 {minutes} 分鐘（{count}）",
        "shorter": "{who}比平均少 {minutes} 分鐘（{count}）",
        "in_community": "{community}的到訪",
        "days": "{community}開放日為{days}：每週 {requests} 件需求、進場 {entry} 分鐘，每週可省 {minutes} 分鐘",
        "weekdays": "週一 週二 週三 週四 週五 週六 週日",
        "and": "；",
        "comma": "、",
    },
}
PATTERNS = {
    ("here", 1): "goes",
    ("here", -1): "kept_away",
    ("here", 0): "indifferent",
    ("anywhere", 1): "goes_anywhere",
    ("anywhere", -1): "kept_anywhere",
    ("anywhere", 0): "indifferent",
}
"""By where an affinity is of, and its sign."""
COUNTED = {"csat": "answers", "fix": "visits", "upsell": "offers"}


def signal_sentence(said: Said, names: Names, language: Language = "en") -> str:
    """Why the planner is told so."""
    texts = TEXTS[language]
    if isinstance(said, TechnicianAffinity):
        return _affinity(said, names, texts)
    if isinstance(said, CommunityPriority):
        return _priority(said, names, texts)
    if isinstance(said, CommunityUpsell):
        return _upsell(said, names, texts)
    if isinstance(said, LearnedDuration):
        return _duration(said, names, texts)
    weekdays = texts["weekdays"].split()
    return texts["days"].format(
        community=names.community,
        days=texts["comma"].join(weekdays[day - 1] for day in said.weekdays),
        requests=amount(said.weekly_requests),
        entry=amount(said.entry_minutes),
        minutes=amount(said.minutes),
    )


def _affinity(said: TechnicianAffinity, names: Names, texts: dict[str, str]) -> str:
    anywhere = "anywhere" if said.community is None else "here"
    pattern = PATTERNS[anywhere, (said.minutes > 0) - (said.minutes < 0)]
    known = {name: said.parts[name] for name in COUNTED if name in said.parts}
    weighty = {name: part for name, part in known.items() if part.minutes} or known
    return texts[pattern].format(
        technician=names.technician,
        place=_place(said.community, said.service_type, names, texts),
        reasons=texts["and"].join(_reason(name, part, names, texts) for name, part in weighty.items()),
        minutes=amount(abs(said.minutes)),
    )


def _reason(name: str, part: Part, names: Names, texts: dict[str, str]) -> str:
    own, usual = points(part.own), points(part.usual)
    if name == "fix":
        own, usual = percent(part.own), percent(part.usual)
    if name == "upsell":
        own = percent(part.own / part.usual if part.usual else 0)
    count = texts[COUNTED[name]].format(n=part.count)
    return texts[name].format(technician=names.technician, own=own, usual=usual, count=count)


def _place(community: str | None, service_type: str | None, names: Names, texts: dict[str, str]) -> str:
    if community is None:
        return texts["anywhere"]
    if service_type is None:
        return names.community
    return texts["for_type"].format(community=names.community, service_type=names.service_type)


def _priority(said: CommunityPriority, names: Names, texts: dict[str, str]) -> str:
    pattern = "comes_first" if said.minutes else "no_priority"
    reasons = texts["and"].join(_debts(said, texts))
    return texts[pattern].format(community=names.community, reasons=reasons, minutes=amount(said.minutes))


def _debts(said: CommunityPriority, texts: dict[str, str]) -> Iterable[str]:
    """What is owed; where nothing is, what is known."""
    owes = any(debt.missing for debt in (said.csat, said.hit_rate) if debt)
    if said.csat and (said.csat.missing or not owes):
        debt, count = said.csat, texts["answers"].format(n=said.csat.count)
        own, usual, target = map(points, (debt.own, debt.usual, debt.target))
        yield texts["csat_owed"].format(own=own, usual=usual, target=target, count=count)
    if said.hit_rate and (said.hit_rate.missing or not owes):
        debt, count = said.hit_rate, texts["requests"].format(n=said.hit_rate.count)
        own, usual, target = map(percent, (debt.own, debt.usual, debt.target))
        yield texts["hits_owed"].format(own=own, usual=usual, target=target, count=count)


def _upsell(said: CommunityUpsell, names: Names, texts: dict[str, str]) -> str:
    return texts["sells_less" if said.minutes < 0 else "sells_more"].format(
        place=_place(said.community, said.service_type, names, texts),
        share=percent(said.value_minor / said.usual_minor if said.usual_minor else 0),
        minutes=amount(abs(said.minutes)),
    )


def _duration(said: LearnedDuration, names: Names, texts: dict[str, str]) -> str:
    count = texts["visits"].format(n=said.visits)
    if said.service_type is not None:
        return texts["type_takes"].format(
            service_type=names.service_type, minutes=f"{said.minutes:.0f}", count=count
        )
    who = names.technician or texts["in_community"].format(community=names.community)
    pattern = texts["shorter" if said.minutes < 0 else "longer"]
    return pattern.format(who=who, minutes=amount(abs(said.minutes)), count=count)


def points(csat: float) -> str:
    """A satisfaction with one decimal."""
    return f"{csat:.1f}"


def percent(share: float) -> str:
    """A share in whole per cent, without the sign."""
    return f"{100 * share:.0f}"


def amount(minutes: float) -> str:
    """Minutes with two significant digits, so that a small one does not read as none."""
    return f"{minutes:.2g}"
