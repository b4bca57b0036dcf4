"""The form in which a policy is edited. What was typed is kept; what cannot be is said at its field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from communities.insight.signals import SignalPolicy
from communities.insight.signals.policy import PLANNERS_CAP
from console.office.policy_words import CAPS, GROUPS, SETTINGS, Setting, Unit


class PolicyForm(forms.Form):
    """A number for each setting, as people write it. `seen`: the version it is to follow; `on`: a day to try it on."""

    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, in_force: SignalPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.in_force = in_force
        for name, setting in SETTINGS.items():
            self.fields[name] = _field(setting, currency)

    def groups(self) -> list[tuple[object, list[dict[str, object]]]]:
        """The fields under their headings, each with what is in force."""
        return [(title, [self._row(setting) for setting in settings]) for title, settings in GROUPS]

    def policy(self) -> SignalPolicy:
        """What a form that is valid says."""
        return SignalPolicy(
            **{
                name: self.cleaned_data[name]
                if setting.unit is Unit.ANSWERS
                else setting.stored(self.cleaned_data[name], self.currency)
                for name, setting in SETTINGS.items()
            }
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for name, setting in SETTINGS.items():
            if name in said and not setting.admits(said[name], self.currency):
                self.add_error(
                    name, format_lazy(_("This is to be {bounds}."), bounds=setting.bounds(self.currency))
                )
        caps = [said[name] for name in CAPS if name in said]
        if len(caps) == len(CAPS) and sum(caps) > PLANNERS_CAP:
            for name in CAPS:
                self.add_error(
                    name,
                    format_lazy(
                        _("The three caps are {n} min together, and may be {most} min at most."),
                        n=sum(caps),
                        most=f"{PLANNERS_CAP:g}",
                    ),
                )
        return said

    def _row(self, setting: Setting) -> dict[str, object]:
        return {
            "field": self[setting.name],
            "setting": setting,
            "now": setting.words(getattr(self.in_force, setting.name), self.currency),
            "bounds": setting.bounds(self.currency),
        }


def shown(values: Mapping[str, float], currency: str) -> dict[str, str]:
    """A policy's numbers as the form has them at first."""
    return {name: f"{setting.shown(values[name], currency):f}" for name, setting in SETTINGS.items()}


def _field(setting: Setting, currency: str) -> forms.Field:
    """A number field that a browser, too, keeps in its bounds."""
    low, high = setting.ends(currency)
    attrs: dict[str, Any] = {
        "min": f"{low:f}",
        "aria-describedby": f"about-{setting.name}",
        "autocomplete": "off",
    }
    if high is not None:
        attrs["max"] = f"{high:f}"
    whole = setting.unit is Unit.ANSWERS
    widget = forms.NumberInput(attrs=attrs | {"step": "1" if whole else "any"})
    if whole:
        return forms.IntegerField(label=setting.title, max_value=10_000, widget=widget)
    return forms.DecimalField(label=setting.title, max_digits=12, decimal_places=4, widget=widget)
