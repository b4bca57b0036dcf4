"""A change of a customer's health in words, in English and Traditional Chinese."""

from communities.insight.health import Reason
from communities.insight.sentences import Language

MEASURE_NAMES = {
    "recency": {
        "en": "Time since the last order, against the usual rhythm",
        "zh-hant": "距上次服務的時間（與平常間隔相比）",
    },
    "satisfaction": {"en": "Last answer about satisfaction", "zh-hant": "最近一次滿意度"},
    "complaints": {"en": "Open complaints", "zh-hant": "未結客訴"},
    "disputes": {"en": "Disputed payments", "zh-hant": "付款爭議"},
    "payments": {"en": "Invoices paid in time", "zh-hant": "準時付款"},
    "reopened": {"en": "Work that had to be done again", "zh-hant": "返修"},
    "membership": {"en": "Membership", "zh-hant": "會員方案"},
}
UP = {"en": "{name}: {change} points more", "zh-hant": "{name}：加 {change} 分"}
DOWN = {"en": "{name}: {change} points less", "zh-hant": "{name}：減 {change} 分"}


def reason_sentence(reason: Reason, language: Language = "en") -> str:
    """Which measure moved, by how many points; no full stop at the end."""
    pattern = UP if reason.change > 0 else DOWN
    return pattern[language].format(
        name=MEASURE_NAMES[reason.measure][language], change=f"{abs(reason.change):g}"
    )
