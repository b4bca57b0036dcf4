"""Goals of regions: where they stand, and the forms by which they are set, changed and ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communities.access import Caller
from communities.errors import GoalImpossible, GoalUnknown
from communities.insight.goals import AIMS
from communities.models import Goal, GoalVersion, User
from communities.selectors.goals import goal_get, goal_list, goal_owners
from communities.selectors.places import region_list
from communities.services.goals import GoalGiven, goal_change, goal_set
from console.office.goal_words import LONG_TERM, MEASURES, figure_words, goal_shown, scale, unit_words
from console.office.pages import View, language_here, office_page, signed_in
from core.errors import Stale
from dispatch.explanations import name_in

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TARGET = forms.NumberInput(attrs={"step": "any", "autocomplete": "off", "aria-describedby": "about-target"})


class GoalForm(forms.Form):
    """What a goal says, the target as people write it: shares in per cent, money in whole units."""

    target = forms.DecimalField(label=_("Figure to reach"), max_digits=14, decimal_places=4, widget=TARGET)
    by_on = forms.DateField(label=_("By"), widget=DATE)
    owner = forms.ChoiceField(label=_("Who sees to it"))
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, caller: Caller, today: date, measure: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_measure = measure  # of a goal that is there already
        self.currency = caller.organisation.currency
        self.today = today
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [(one.username, one.get_full_name() or one.username) for one in goal_owners(caller)]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        measure = said.get("measure", self.known_measure)
        if "target" in said and measure:
            self._check_target(measure, said["target"])
        if "by_on" in said and said["by_on"] <= self.today:
            self.add_error("by_on", _("A goal is for a day after today."))
        return said

    def _check_target(self, measure: str, target: Decimal) -> None:
        aim, per = AIMS[measure], scale(measure, self.currency)
        low, high = (Decimal(str(end)) * per for end in (aim.least, aim.most))
        if not low < target <= high:
            frame = _("More than {low}, and {high} at most ({unit}).")
            ends = {"low": f"{low:,.0f}", "high": f"{high:,.0f}", "unit": unit_words(measure, self.currency)}
            self.add_error("target", format_lazy(frame, **ends))

    def given(self, measure: str) -> GoalGiven:
        said = self.cleaned_data
        return GoalGiven(
            target=said["target"] / scale(measure, self.currency), by_on=said["by_on"], owner=said["owner"]
        )


class NewGoalForm(GoalForm):
    region = forms.ChoiceField(label=_("Region"))
    measure = forms.ChoiceField(label=_("Figure"))

    field_order = ("region", "measure", "target", "by_on", "owner")

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region, measure = self.fields["region"], self.fields["measure"]
        assert isinstance(region, forms.ChoiceField)
        assert isinstance(measure, forms.ChoiceField)
        region.choices = regions
        measure.choices = [
            (name, format_lazy("{title} ({unit})", title=title, unit=unit_words(name, self.currency)))
            for name, title in MEASURES.items()
        ]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a goal said from one edit to the next, in words."""

    version: GoalVersion
    target: str
    author: str


def for_the_office(view: View) -> View:
    """Technicians have a day."""

    @wraps(view)
    def guarded(request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("day") if caller.is_technician else view(request, caller, *args, **kwargs)

    return guarded


@require_safe
@signed_in
@for_the_office
def goals(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The goals of one's regions: those that move within weeks, and those that show after months."""
    language = language_here(request, caller.organisation.language)
    found = goal_list(caller).order_by("region__code", "measure")
    every = [goal_shown(goal, language, caller.organisation.currency) for goal in found]
    soon = [one for one in every if one.goal.measure not in LONG_TERM]
    late = [one for one in every if one.goal.measure in LONG_TERM]
    context = {"terms": [(_("Within weeks"), soon), (_("Within months"), late)], "any": bool(every)}
    return office_page(request, caller, "office/goals.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@for_the_office
def add(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A new goal. One of a region for a figure; another is changed."""
    language = language_here(request, caller.organisation.language)
    regions = [(str(one.pk), name_in(one, language)) for one in region_list(caller).order_by("code")]
    manner: dict[str, Any] = {"caller": caller, "today": _today(caller), "regions": regions}
    if request.method == "GET":
        initial = {"owner": caller.user.username, "region": request.GET.get("region", "")}
        return _add_page(request, caller, NewGoalForm(initial=initial, **manner))
    form = NewGoalForm(request.POST, **manner)
    if form.is_valid() and _added(caller, form):
        return redirect("goals")
    return _add_page(request, caller, form, status=422)


@require_http_methods(["GET", "POST"])
@signed_in
@for_the_office
def goal(request: HttpRequest, caller: Caller, goal_id: UUID) -> HttpResponse:
    """One goal, what it said before, and the form in which it is changed."""
    found = _found(caller, goal_id)
    if request.method == "GET":
        return _goal_page(request, caller, found, _form_of(caller, found))
    form = GoalForm(request.POST, caller=caller, today=_today(caller), measure=found.measure)
    if not form.is_valid():
        return _goal_page(request, caller, found, form, status=422)
    try:
        _change(caller, found, form.given(found.measure), form.cleaned_data["revision"])
    except Stale:
        return _goal_page(request, caller, found, _form_of(caller, found), status=409, overtaken=True)
    except GoalImpossible as refusal:
        form.add_error("owner", refusal.detail)
        return _goal_page(request, caller, found, form, status=422)
    return redirect("goals")


@require_POST
@signed_in
@for_the_office
def end(request: HttpRequest, caller: Caller, goal_id: UUID) -> HttpResponse:
    """Nobody pursues it any more. What it said is kept."""
    found = _found(caller, goal_id)
    revision = request.POST.get("revision", "")
    try:
        given = GoalGiven(is_dropped=True)
        _change(caller, found, given, int(revision) if revision.isdecimal() and len(revision) < 9 else 0)
    except Stale:
        return _goal_page(request, caller, found, _form_of(caller, found), status=409, overtaken=True)
    return redirect("goals")


def _added(caller: Caller, form: NewGoalForm) -> bool:
    """Set the goal; False, with the reason at its field, where it cannot be."""
    said = form.cleaned_data
    measure = Goal.Measure(said["measure"])
    try:
        with transaction.atomic():
            goal_set(
                caller=caller,
                region_id=UUID(said["region"]),
                measure=measure,
                given=form.given(measure),
                today=form.today,
            )
    except IntegrityError as error:
        if "goal_one_of_a_measure" not in str(error):
            raise
        form.add_error("measure", _("The region has a goal for this figure: change that one."))
    except GoalImpossible as refusal:
        form.add_error("owner", refusal.detail)
    return form.is_valid()


def _change(caller: Caller, found: Goal, given: GoalGiven, revision: int) -> None:
    goal_change(caller=caller, goal_id=found.pk, given=given, revision=revision, today=_today(caller))


def _found(caller: Caller, goal_id: UUID) -> Goal:
    try:
        return goal_get(caller, goal_id)
    except GoalUnknown:
        raise Http404 from None


def _form_of(caller: Caller, found: Goal) -> GoalForm:
    """The form with what the goal says now."""
    target = found.target * scale(found.measure, caller.organisation.currency)
    said = {
        "target": f"{target.normalize():f}",
        "by_on": found.by_on,
        "owner": found.owner.username,
        "revision": found.revision,
    }
    return GoalForm(initial=said, caller=caller, today=_today(caller))


def _add_page(request: HttpRequest, caller: Caller, form: NewGoalForm, *, status: int = 200) -> HttpResponse:
    return office_page(request, caller, "office/goal_add.html", {"form": form}, status=status)


def _goal_page(
    request: HttpRequest, caller: Caller, found: Goal, form: GoalForm, *, status: int = 200, **more: object
) -> HttpResponse:
    language = language_here(request, caller.organisation.language)
    currency = caller.organisation.currency
    context = {
        "one": goal_shown(found, language, currency),
        "unit": unit_words(found.measure, currency),
        "edits": list(_edits(found, currency)),
        "form": form,
        **more,
    }
    return office_page(request, caller, "office/goal.html", context, status=status)


def _edits(found: Goal, currency: str) -> Iterator[Edit]:
    """The newest first."""
    for version in found.versions.select_related("author", "owner").order_by("-revision"):
        yield Edit(
            version=version,
            target=figure_words(found.measure, float(version.target), currency),
            author=_name(version.author) if version.author else "",
        )


def _name(user: User) -> str:
    return user.get_full_name() or user.username


def _today(caller: Caller) -> date:
    return timezone.now().astimezone(caller.organisation.zone).date()
