"""The planner's cost terms by name, in English and Traditional Chinese."""

from communities.insight.sentences import Language

TERMS: dict[Language, dict[str, str]] = {
    "en": {
        "travel": "travel",
        "distance": "distance",
        "waiting": "waiting",
        "community_entry": "entering the community",
        "affinity": "what customers there say",
        "preference": "who answers for the customer, or was asked for",
        "continuity": "whom the customer knows",
        "lateness": "lateness",
        "disturbance": "what the customer was promised",
        "overtime": "overtime",
        "fairness": "a fair share of hours",
        "labour": "paid hours",
        "shift_use": "not calling anybody else in",
    },
    "zh-hant": {
        "travel": "車程",
        "distance": "里程",
        "waiting": "等候",
        "community_entry": "社區登記",
        "affinity": "當地住戶評價",
        "preference": "客戶的負責人或指定技師",
        "continuity": "客戶熟悉的技師",
        "lateness": "逾時",
        "disturbance": "已與客戶的約定",
        "overtime": "加班",
        "fairness": "工時公平",
        "labour": "工時成本",
        "shift_use": "不必多派人出勤",
    },
}
