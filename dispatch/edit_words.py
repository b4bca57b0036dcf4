"""A change by hand in words: the rules that forbid it, and the promises that it would break."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from communities.insight.sentences import Language
from dispatch.models import Stop, Visit

RULES: dict[Language, dict[str, str]] = {
    "en": {
        "begun": "{visit} has begun, or is over",
        "no_shift": "The technician has no working time left that day",
        "pinned": "{visit} is pinned: unpin it first",
        "window": "{visit} would start at {start}, outside of {windows}",
        "skill": "{technician} lacks a skill for {visit}: {skills}",
        "level": "{technician} is below the level that {visit} needs: {skills}",
        "forbidden_technician": "{technician} may not go to {visit}",
        "shift_span": "{technician} would be back at {back}, and works until {end}",
        "max_visits": "{technician} would have more visits than allowed",
        "max_travel": "{technician} would drive for longer than allowed",
        "max_distance": "{technician} would drive farther than allowed",
        "capacity": "The parts do not fit into the van of {technician}",
        "crew": "{visit} is made by several technicians, who have to start together",
        "crew_short": "{visit} takes more technicians at once than are at work: split the crew, or plan another day",
        "crew_scheduled": "{visit} is on the schedules already: split its crew in the published plan",
        "along": "Only whoever leads the crew of {visit} can be pinned",
        "order": "{visit} depends on another visit: they are planned together",
        "booked": "{visit} is booked for {windows}, is in no route yet, and would have no place any more",
    },
    "zh-hant": {
        "begun": "{visit} 已開始或已結束",
        "no_shift": "技師當天已無上班時間",
        "pinned": "{visit} 已固定，請先取消固定",
        "window": "{visit} 會在 {start} 開始，不在 {windows} 之內",
        "skill": "{technician} 沒有 {visit} 所需技能：{skills}",
        "level": "{technician} 未達 {visit} 所需技能等級：{skills}",
        "forbidden_technician": "{technician} 不可派往 {visit}",
        "shift_span": "{technician} 會在 {back} 才返回，而上班到 {end}",
        "max_visits": "{technician} 的件數會超過上限",
        "max_travel": "{technician} 的車程會超過上限",
        "max_distance": "{technician} 的里程會超過上限",
        "capacity": "{technician} 的車放不下所需零件",
        "crew": "{visit} 由多位技師一起進行，須同時開始",
        "crew_short": "{visit} 所需技師多於當天上班人數：請拆開人力，或改排他日",
        "crew_scheduled": "{visit} 已在技師行程上：請在已發布的計畫中拆開人力",
        "along": "{visit} 只能固定帶隊的技師",
        "order": "{visit} 與另一件案件有先後關係，須一起排班",
        "booked": "{visit} 已預約 {windows} 而尚未排入，將排不進去",
    },
}
PROMISES: dict[Language, dict[str, str]] = {
    "en": {
        "withdrawn": "{visit} was promised for {told}; nobody would come",
        "technician": "{visit} was promised for {told} with {former}; {technician} would come at {start}",
        "time": "{visit} was promised for {told}; it would be {start}",
    },
    "zh-hant": {
        "withdrawn": "{visit} 已約 {told}，將無人前往",
        "technician": "{visit} 已約 {told} 由 {former} 前往，將改由 {technician} 在 {start} 前往",
        "time": "{visit} 已約 {told}，將改為 {start}",
    },
}
CHANGED: dict[Language, str] = {
    "en": "{visit}: {former} → {latter}",
    "zh-hant": "{visit}：{former} → {latter}",
}
NOBODY: dict[Language, str] = {"en": "nobody", "zh-hant": "無人"}


def change_sentence(visit: Visit, before: Stop | None, after: Stop | None, language: Language = "en") -> str:
    """Where a visit was, and where it is now; None is nowhere. Its organisation and work order, and the stops' routes
    with their technicians, must have been read."""
    former, latter = (_place(visit, stop, language) for stop in (before, after))
    return CHANGED[language].format(visit=visit.work_order.number, former=former, latter=latter)


def _place(visit: Visit, stop: Stop | None, language: Language) -> str:
    if stop is None:
        return NOBODY[language]
    return f"{stop.route.technician.code} {stop.start_at.astimezone(visit.organisation.zone):%H:%M}"


def broken_sentence(rule: str, figures: Mapping[str, str], language: Language = "en") -> str:
    """A rule that forbids a change, with the figures that `services.edits.forbidding` gives."""
    return RULES[language][rule].format(**figures)


def promise_sentence(visit: Visit, stop: Stop | None, language: Language = "en") -> str:
    """What a scheduled visit had promised, and what would become of it; None is that nobody would go. Its organisation,
    work order and technician, and the stop's route with its technician, must have been read."""
    assert visit.starts_at is not None
    assert visit.technician is not None
    figures = {"visit": visit.work_order.number, "told": _moment(visit, visit.starts_at, language)}
    if stop is None:
        return PROMISES[language]["withdrawn"].format(**figures)
    route = stop.route
    kind = "time" if route.technician_id == visit.technician_id else "technician"
    figures |= {"former": visit.technician.code, "technician": route.shift.technician.code}
    return PROMISES[language][kind].format(**figures, start=_moment(visit, stop.start_at, language))


def _moment(visit: Visit, at: datetime, language: Language) -> str:
    local = at.astimezone(visit.organisation.zone)
    with translation.override(language):
        return f"{date_format(local, 'MONTH_DAY_FORMAT')} {local:%H:%M}"
