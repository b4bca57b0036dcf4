"""A signal's reason in words, in English and Traditional Chinese."""

from __future__ import annotations

from typing import Literal

from communities.insight.former_signals import CommunityPriority, TechnicianAffinity

Language = Literal["en", "zh-hant"]

GOES = {
    "en": (
        "{technician} goes to {community}: CSAT there is {csat} against {region} in the region, and {own}"
        " over {answers} when {technician} served it; worth {minutes} min of travel"
    ),
    "zh-hant": (
        "派 {technician} 前往{community}：當地滿意度 {csat}（全區 {region}），{technician} 服務時為 {own}"
        "（{answers}）；值得多花 {minutes} 分鐘車程"
    ),
}

KEPT_AWAY = {
    "en": (
        "{technician} is kept away from {community}: CSAT there is {csat} against {region} in the region, but"
        " {own} over {answers} when {technician} served it; worth {minutes} min of travel"
    ),
    "zh-hant": (
        "不派 {technician} 前往{community}：當地滿意度 {csat}（全區 {region}），{technician} 服務時為 {own}"
        "（{answers}）；值得多花 {minutes} 分鐘車程避開"
    ),
}

INDIFFERENT = {
    "en": "{technician} in {community} changes nothing: CSAT {own} over {answers} when {technician} came",
    "zh-hant": "{technician} 在{community}不影響派工：{technician} 服務時滿意度為 {own}（{answers}）",
}

COMES_FIRST = {
    "en": (
        "{community} comes first when the day is full: CSAT there is {csat} over {answers} against {region}"
        " in the region, with a target of {target}; leaving one of its visits out costs {minutes} min more"
    ),
    "zh-hant": (
        "行程滿時優先服務{community}：當地滿意度 {csat}（{answers}），全區 {region}，目標 {target}；"
        "每漏排一次加計 {minutes} 分鐘"
    ),
}

NO_PRIORITY = {
    "en": "{community} needs no priority: CSAT there is {csat} over {answers}, with a target of {target}",
    "zh-hant": "{community}無須優先：當地滿意度 {csat}（{answers}），目標 {target}",
}


def affinity_sentence(
    signal: TechnicianAffinity, *, technician_name: str, community_name: str, language: Language = "en"
) -> str:
    """Why a technician goes to a community, or stays away; no full stop at the end."""
    seen = signal.evidence
    if seen.technician_csat is None:
        raise ValueError("an affinity needs the technician's own answers as evidence")
    pattern = GOES if signal.minutes > 0 else KEPT_AWAY if signal.minutes < 0 else INDIFFERENT
    return pattern[language].format(
        technician=technician_name,
        community=community_name,
        csat=points(seen.community_csat),
        region=points(seen.region_csat),
        own=points(seen.technician_csat),
        answers=answers(seen.technician_answers, language),
        minutes=amount(abs(signal.minutes)),
    )


def priority_sentence(signal: CommunityPriority, *, community_name: str, language: Language = "en") -> str:
    """Why a community comes first, or does not; no full stop at the end."""
    seen = signal.evidence
    pattern = COMES_FIRST if signal.minutes else NO_PRIORITY
    return pattern[language].format(
        community=community_name,
        csat=points(seen.community_csat),
        answers=answers(seen.community_answers, language),
        region=points(seen.region_csat),
        target=points(signal.target_csat),
        minutes=amount(signal.minutes),
    )


def answers(count: int, language: Language) -> str:
    """A number of answers in words."""
    if language == "zh-hant":
        return f"{count} 份回覆"
    return f"{count} answer" if count == 1 else f"{count} answers"


def points(csat: float) -> str:
    """A satisfaction with one decimal."""
    return f"{csat:.1f}"


def amount(minutes: float) -> str:
    """Minutes with two significant digits, so that a small one does not read as none."""
    return f"{minutes:.2g}"
