"""What a replan changes, and why, in English and Traditional Chinese; no full stop at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from communities.insight.sentences import Language
from dispatch.solver.living.changes import Assignment, Change, ChangeKind
from dispatch.solver.living.events import Event, Urgent
from dispatch.solver.living.news import KINDS
from dispatch.term_words import TERMS

CHANGES: dict[Language, dict[ChangeKind, str]] = {
    "en": {
        ChangeKind.MOVED_TIME: "{visit}: {latter} at {after} instead of {before}",
        ChangeKind.MOVED_TECHNICIAN: "{visit}: {latter} instead of {former} at {after}",
        ChangeKind.MOVED_BOTH: "{visit}: {latter} at {after} instead of {former} at {before}",
        ChangeKind.NEWLY_ASSIGNED: "{visit}: {latter} at {after}",
        ChangeKind.LEFT_OUT: "{visit}: nobody comes",
        ChangeKind.GONE: "{visit}: nobody has to come any more",
    },
    "zh-hant": {
        ChangeKind.MOVED_TIME: "{visit}：{latter} 改在 {after} 到（原 {before}）",
        ChangeKind.MOVED_TECHNICIAN: "{visit}：{after} 改派 {latter}（原 {former}）",
        ChangeKind.MOVED_BOTH: "{visit}：改派 {latter} 在 {after} 到（原 {former}，{before}）",
        ChangeKind.NEWLY_ASSIGNED: "{visit}：派 {latter} 在 {after} 到",
        ChangeKind.LEFT_OUT: "{visit}：無人前往",
        ChangeKind.GONE: "{visit}：不必再前往",
    },
}
EVENTS: dict[Language, dict[str, str]] = {
    "en": {
        "started": "{visit} began at {at}",
        "overrun": "{visit} takes until {until}",
        "done": "{visit} ended at {at}",
        "no_show": "nobody was in at {visit}",
        "abandoned": "{visit} was left undone at {at}",
        "cancelled": "{visit} was cancelled",
        "urgent": "{visit} came in",
        "shift_begins": "{technician} sets out at {at} at the earliest",
        "shift_ends": "{technician} has to be back by {at}",
        "pinned": "a dispatcher decided on {visit}",
    },
    "zh-hant": {
        "started": "{visit} 於 {at} 開始",
        "overrun": "{visit} 要到 {until} 才結束",
        "done": "{visit} 於 {at} 結束",
        "no_show": "{visit} 無人在家",
        "abandoned": "{visit} 於 {at} 未完成而離開",
        "cancelled": "{visit} 已取消",
        "urgent": "{visit} 臨時加入",
        "shift_begins": "{technician} 最早 {at} 出發",
        "shift_ends": "{technician} 須在 {at} 前返回",
        "pinned": "調度員已決定 {visit}",
    },
}
BECAUSE: dict[Language, str] = {"en": "{what}, because {why}", "zh-hant": "{what}，原因：{why}"}
THROUGH: dict[Language, str] = {"en": "{why}, which moves {via}", "zh-hant": "{why}而牽動 {via}"}
SAVES: dict[Language, str] = {"en": "that is better for {term}", "zh-hant": "這樣較利於{term}"}
CHEAPER: dict[Language, str] = {"en": "the plan gets no worse by it", "zh-hant": "計畫不會因此變差"}
COSTS: dict[Language, str] = {
    "en": "{said} (costs {minutes} min)",
    "zh-hant": "{said}（代價 {minutes} 分鐘）",
}
UNASSIGNED: dict[Language, str] = {"en": "visits left out", "zh-hant": "未排入的案件"}
"""The one term that `TERMS` has no word for: it is nobody's reason for a technician."""
COMMA: dict[Language, str] = {"en": ", ", "zh-hant": "、"}


def change_sentence(
    change: Change, events: Sequence[Event], technicians: Mapping[str, str], language: Language = "en"
) -> str:
    """What became of a visit, from which event of `events` that follows, and what it costs. `technicians`: shift →
    who works it."""
    what = CHANGES[language][change.kind].format(visit=change.visit, **_places(change, language))
    said = BECAUSE[language].format(what=what, why=_why(change, events, technicians, language))
    if not change.cost_s:
        return said
    return COSTS[language].format(said=said, minutes=round(change.cost_s / 60))


def clock(seconds: int) -> str:
    """A moment of the problem's as hours and minutes; of another day than its first, with the days since."""
    days, within = divmod(seconds, 24 * 3600)
    return f"{f'{days:+d} d ' if days else ''}{within // 3600:02}:{within % 3600 // 60:02}"


def _places(change: Change, language: Language) -> dict[str, str]:
    return _place("former", "before", change.before, language) | _place(
        "latter", "after", change.after, language
    )


def _place(who: str, when: str, one: Assignment | None, language: Language) -> dict[str, str]:
    if one is None:
        return {}
    return {who: COMMA[language].join(one.technicians), when: clock(one.start_s)}


def _why(change: Change, events: Sequence[Event], technicians: Mapping[str, str], language: Language) -> str:
    why = change.why
    if why.event is None:
        return (
            CHEAPER[language] if why.term is None else SAVES[language].format(term=_term(why.term, language))
        )
    said = _event(events[why.event], technicians, language)
    return said if why.via is None else THROUGH[language].format(why=said, via=why.via)


def _term(name: str, language: Language) -> str:
    return TERMS[language].get(name, UNASSIGNED[language])


def _event(event: Event, technicians: Mapping[str, str], language: Language) -> str:
    kind = next(name for name, one in KINDS.items() if isinstance(event, one))
    given = {field.name: getattr(event, field.name) for field in fields(event)}
    words = {
        "visit": event.visit.id if isinstance(event, Urgent) else given.get("visit"),
        "technician": technicians.get(given.get("shift") or "", ""),
        **{name.removesuffix("_s"): clock(given[name]) for name in ("at_s", "until_s") if name in given},
    }
    return EVENTS[language][kind].format(**words)
