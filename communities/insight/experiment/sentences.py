"""A finding in words, in English and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Callable

from communities.insight.experiment.words import Finding, Verdict
from communities.insight.sentences import Language

Amount = Callable[[int], str]  # minor units as people read them

NAMES: dict[Language, dict[str, str]] = {
    "en": {
        "csat": "Satisfaction",
        "upsell": "Sold on site, per visit",
        "hit_rate": "Requests resolved in time",
        "travel": "Travel per visit",
    },
    "zh-hant": {
        "csat": "滿意度",
        "upsell": "每次到府加購",
        "hit_rate": "準時結案率",
        "travel": "每次到府車程",
    },
}
UNITS: dict[Language, dict[str, str]] = {
    "en": {"csat": "{:.2f}", "hit_rate": "{:.1%}", "travel": "{:.1f} min"},
    "zh-hant": {"csat": "{:.2f}", "hit_rate": "{:.1%}", "travel": "{:.1f} 分鐘"},
}
VERDICTS: dict[Language, dict[Verdict, str]] = {
    "en": {
        Verdict.HELPS: "Feedback helps",
        Verdict.HARMS: "Feedback harms",
        Verdict.UNKNOWN: "Not yet known",
    },
    "zh-hant": {
        Verdict.HELPS: "回饋有幫助",
        Verdict.HARMS: "回饋有害",
        Verdict.UNKNOWN: "尚無定論",
    },
}
MORE_WEEKS: dict[Language, str] = {
    "en": "{verdict}: about {weeks} more weeks needed",
    "zh-hant": "{verdict}：約需再 {weeks} 週",
}
TOO_LONG: dict[Language, str] = {
    "en": "{verdict}: it would take more than two years",
    "zh-hant": "{verdict}：須兩年以上",
}
TOO_EARLY: dict[Language, str] = {
    "en": "{verdict}: too early to say when",
    "zh-hant": "{verdict}：資料不足，尚難預估",
}
DIFFERENCE: dict[Language, str] = {
    "en": "{name}: {effect} with feedback ({low} to {high})",
    "zh-hant": "{name}：有回饋時 {effect}（{low} 至 {high}）",
}


def meaning(finding: Finding, language: Language = "en") -> str:
    """The verdict, and how much longer it takes where there is none; no full stop at the end."""
    verdict = VERDICTS[language][finding.verdict]
    if finding.verdict is not Verdict.UNKNOWN:
        return verdict
    if finding.weeks_needed:
        return MORE_WEEKS[language].format(verdict=verdict, weeks=finding.weeks_needed)
    return (TOO_LONG if finding.interval else TOO_EARLY)[language].format(verdict=verdict)


def difference(finding: Finding, amount: Amount, language: Language = "en") -> str:
    """The effect and its interval; ValueError while there is none."""
    if finding.interval is None:
        raise ValueError(f"nothing is known of {finding.outcome} yet")
    low, effect, high = (signed(finding.outcome, value, amount, language) for value in finding.interval)
    return DIFFERENCE[language].format(
        name=NAMES[language][finding.outcome], effect=effect, low=low, high=high
    )


def signed(outcome: str, value: float, amount: Amount, language: Language = "en") -> str:
    """A difference with its sign: +0.12, −3.0 %, +1.5 min."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + level(outcome, abs(value), amount, language)


def level(outcome: str, value: float, amount: Amount, language: Language = "en") -> str:
    """A level of an outcome with its unit."""
    if outcome == "upsell":
        return amount(round(value))
    return UNITS[language][outcome].format(value)
