"""A plan in words: why this technician, why not at all, in English and Traditional Chinese."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from communities.access import Caller
from communities.insight.experiment.words import Arm
from communities.insight.sentences import Language, Names, signal_sentence
from communities.models import Signal
from communities.services.signal_rows import said_by
from dispatch.models import PlanVersion, ServiceType, Stop, Technician, UnassignedVisit
from dispatch.solver.plan import DEARER
from dispatch.term_words import TERMS

REASONS: dict[Language, dict[str, str]] = {
    "en": {
        "no_shift": "Nobody who may go has working time left that day",
        "skill_missing": "Nobody at work that day has the skills it needs",
        "parts_missing": "No van of anybody able holds the parts it needs",
        "window_closed": "Nobody able has working time left within its time window",
        "too_far": "Nobody able could get there and back in time",
        "order_open": "It has to come after a visit that is left out itself",
        "crew_incomplete": "There is no moment at which everybody it needs could come",
        "no_capacity": "The technicians who could do it have no room for it in their day",
        "taken_off": "A dispatcher took it off the plan",
        "split": "Its crew was split since: one technician can go now",
    },
    "zh-hant": {
        "no_shift": "當天可派的技師已無上班時間",
        "skill_missing": "當天上班的技師都沒有所需技能",
        "parts_missing": "可派技師的車都放不下所需零件",
        "window_closed": "可派的技師在指定時段內已無上班時間",
        "too_far": "可派的技師都來不及往返",
        "order_open": "須排在另一件未排入的案件之後",
        "crew_incomplete": "找不到所需人員都能到場的時間",
        "no_capacity": "可派的技師當天行程都排不進",
        "taken_off": "調度員將其移出計畫",
        "split": "原需多人，現已拆開：一位技師即可前往",
    },
}
TOO_DEAR: dict[Language, dict[str, str]] = {
    "en": {
        "crew_incomplete": "Everybody it needs could come at once, but for more than it is worth",
        "no_capacity": "There is room for it, but going there costs more than it is worth",
    },
    "zh-hant": {
        "crew_incomplete": "所需人員可同時到場，但成本超過其重要性",
        "no_capacity": "行程排得進，但成本超過其重要性",
    },
}
"""In place of the reasons, where it fits and only the price speaks against it."""
CHEAPER: dict[Language, str] = {
    "en": "{chosen} rather than {other}: {minutes} min better, mostly for {term}",
    "zh-hant": "派 {chosen} 而非 {other}：省 {minutes} 分鐘，主要因{term}",
}
DEARER_THAN_OTHER: dict[Language, str] = {
    "en": "{chosen} goes, though {other} would be {minutes} min better, mostly for {term}",
    "zh-hant": "派 {chosen}，但改派 {other} 可省 {minutes} 分鐘，主要因{term}",
}
AS_GOOD: dict[Language, str] = {
    "en": "{chosen} is as good as {other}",
    "zh-hant": "{chosen} 與 {other} 不相上下",
}
EVEN_MIN = 0.05
"""Differences smaller than this would be told as 0.0 min."""
WEIGHTY_MIN = 1
"""What is worth less decides between equals only."""
ALONE: dict[Language, str] = {
    "en": "Nobody but {chosen} could take it in this plan",
    "zh-hant": "此計畫中只有 {chosen} 能前往",
}

BEGUN: dict[Language, str] = {
    "en": "{chosen} had begun it when the plan was made",
    "zh-hant": "排班時 {chosen} 已開始處理",
}

OWED: dict[Language, str] = {
    "en": "It makes good a visit by {technician}, who is not sent again",
    "zh-hant": "為補救 {technician} 的服務而安排，不再派同一人",
}
BY_HAND: dict[Language, str] = {
    "en": "A dispatcher gave it to {chosen}",
    "zh-hant": "調度員指派給 {chosen}",
}

HELD_OUT: dict[Language, str] = {
    "en": "This week {community} is planned without feedback, as a comparison",
    "zh-hant": "本週{community}不採用回饋排班，作為對照",
}

Affinities = Mapping[tuple[str, UUID | None, UUID | None], Signal]
"""By technician's code, community's id and service type's: the more special one of a visit holds the others."""


def unassigned_sentence(left: UnassignedVisit, language: Language = "en") -> str:
    """The reason in words; where it would fit, that it is too dear."""
    too_dear = TOO_DEAR[language] if DEARER in left.detail else {}
    return too_dear.get(left.reason, REASONS[language][left.reason])


def stop_sentences(stop: Stop, affinities: Affinities, language: Language = "en") -> list[str]:
    """Why this technician goes there: for what, against the next best, and what customers' answers had to do with it.

    The stop's route, technician, visit's community and request's recovery must have been read.
    """
    if stop.begun:
        return [BEGUN[language].format(chosen=stop.route.technician.code)]
    return [
        *_owed(stop, language),
        *comparison_sentences(stop.explanation, language),
        *_signal_words(stop, affinities, language),
    ]


def version_affinities(version: PlanVersion) -> Affinities:
    """What technicians are worth in a version. Two queries."""
    if version.signal_set is None:
        return {}
    codes = dict(Technician.objects.filter(organisation_id=version.organisation_id).values_list("pk", "code"))
    return {
        (codes[signal.technician_id], signal.community_id, signal.service_type_id): signal
        for signal in version.signal_set.signals.filter(kind=Signal.Kind.TECHNICIAN_AFFINITY)
        if signal.technician_id in codes
    }


def decided_by_answers(explanation: Mapping[str, Any]) -> bool:
    """Whether a stop's technician goes there rather than the next best for what customers had answered alone."""
    chosen, other = explanation.get("chosen"), explanation.get("runner_up")
    if not chosen or not other:
        return False
    better = sum(other["minutes"].values()) - sum(chosen["minutes"].values())
    by_answers = other["minutes"].get("affinity", 0.0) - chosen["minutes"].get("affinity", 0.0)
    return bool(better > 0 >= better - by_answers)


def language_asked() -> Language:
    """The language of the request being answered, as far as we speak it."""
    return "zh-hant" if get_language() == "zh-hant" else "en"


def name_in(named: Any, language: Language) -> str:
    """The English name where there is one and English is wanted; else the local one."""
    return in_language(named.name, named.name_en, language)


def in_language(name: str, name_en: str, language: Language) -> str:
    """The same of what has been read without its model."""
    return (name_en or name) if language == "en" else name


def _owed(stop: Stop, language: Language) -> Iterator[str]:
    recovery = getattr(stop.visit.work_order.request, "recovery", None)
    if recovery is not None:
        yield OWED[language].format(technician=recovery.technician.code)


def comparison_sentences(explanation: dict[str, Any], language: Language) -> Iterator[str]:
    """Against the next best technician, and the one after him where the plan is new enough to say; of what somebody
    changed by hand, against whoever had it before."""
    chosen, other = explanation["chosen"], explanation["runner_up"]
    if explanation.get("by_hand"):
        yield BY_HAND[language].format(chosen=chosen["technician"])
        if other is None:
            return
    if other is None:
        yield ALONE[language].format(chosen=chosen["technician"])
        return
    yield _against(chosen, other, language)
    third = explanation.get("third")
    if third is not None:
        yield _against(chosen, third, language)


def _against(chosen: dict[str, Any], other: dict[str, Any], language: Language) -> str:
    gains = {
        term: other["minutes"].get(term, 0.0) - chosen["minutes"].get(term, 0.0) for term in TERMS[language]
    }
    better = sum(gains.values())
    names = {"chosen": chosen["technician"], "other": other["technician"]}
    if abs(better) < EVEN_MIN:
        return AS_GOOD[language].format(**names)
    decides = (max if better > 0 else min)(gains, key=lambda term: gains[term])
    frame = CHEAPER if better > 0 else DEARER_THAN_OTHER
    return frame[language].format(**names, minutes=f"{abs(better):.1f}", term=TERMS[language][decides])


def _signal_words(stop: Stop, affinities: Affinities, language: Language) -> Iterator[str]:
    community = stop.visit.site.community
    if community is not None and held_out(stop):
        yield HELD_OUT[language].format(community=name_in(community, language))
    other = stop.explanation["runner_up"]
    yield from change_sentences(stop, other["technician"] if other else "", affinities, language)


def change_sentences(
    stop: Stop, instead_of: str, affinities: Affinities, language: Language = "en"
) -> Iterator[str]:
    """What customers' answers say for the technician who goes, and against the one (by code) who does not, where it
    is worth a minute.

    Nothing where the community was held out: they had no say.
    """
    community = stop.visit.site.community
    if community is None or held_out(stop):
        return
    goes = worth_of(stop, stop.route.technician.code, affinities)
    if goes is not None and goes.minutes >= WEIGHTY_MIN:
        yield affinity_words(goes, stop.route.technician.code, stop, language)
    stays = worth_of(stop, instead_of, affinities)
    if stays is not None and stays.minutes <= -WEIGHTY_MIN:
        yield affinity_words(stays, instead_of, stop, language)


def held_out(stop: Stop) -> bool:
    """Whether the stop was planned without signals, as a comparison."""
    return bool(stop.explanation.get("arm") == Arm.NEUTRAL)


def worth_of(stop: Stop, technician: str, affinities: Affinities) -> Signal | None:
    """What was known of the technician for this visit in particular."""
    site, kind = stop.visit.site, stop.visit.service_type_id
    keys = (
        (technician, site.community_id, kind),
        (technician, site.community_id, None),
        (technician, None, None),
    )
    return next((affinities[key] for key in keys if key in affinities), None)


def affinity_words(signal: Signal, technician: str, stop: Stop, language: Language = "en") -> str:
    """A technician's signal as a sentence, with the minutes it is worth."""
    community = stop.visit.site.community
    assert community is not None  # change_sentences asks for no other
    names = Names(technician, name_in(community, language), name_in(stop.visit.service_type, language))
    return signal_sentence(said_by(signal), names, language)


@dataclass(frozen=True)
class SignalNames:
    """What the technicians and service types of an organisation are called."""

    technicians: Mapping[UUID, str]
    service_types: Mapping[UUID, ServiceType]

    def sentence(self, signal: Signal, language: Language = "en") -> str:
        """Why the planner is told so. The signal's community must have been read."""
        kind = self.service_types[signal.service_type_id] if signal.service_type_id else None
        names = Names(
            technician=self.technicians[signal.technician_id] if signal.technician_id else "",
            community=name_in(signal.community, language) if signal.community else "",
            service_type=name_in(kind, language) if kind else "",
        )
        return signal_sentence(said_by(signal), names, language)


def signal_names(caller: Caller) -> SignalNames:
    """The names that signals need. Two queries."""
    technicians = Technician.objects.filter(organisation=caller.organisation)
    kinds = ServiceType.objects.filter(organisation=caller.organisation)
    return SignalNames(dict(technicians.values_list("pk", "code")), {one.pk: one for one in kinds})
