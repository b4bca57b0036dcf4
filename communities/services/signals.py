"""Signals: what a region's figures say to its planner, kept as immutable versions."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import transaction

from communities.insight.signals import SignalPolicy, Signals, read_signals
from communities.models import Organisation, Policy, Region, Signal, SignalSet
from communities.services.signal_inputs import Inputs, inputs_of
from communities.services.signal_rows import policy_of, rows_of, signals_of

NIGHT = range(2, 5)  # local hours
CODE_VERSION = "3"  # to be raised whenever the same figures would give other signals


@transaction.atomic
def signals_compute(*, region: Region, through_on: date) -> SignalSet:
    """Read the region's figures up to and including `through_on` into a new version, under its newest policy.

    When figures and policy are those of the newest version, that version is the answer: nothing is written. Facts
    that come late are in the figures of their own day, and so in the next version.
    """
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)  # one new version at a time
    chosen = policy_newest(region)
    policy = policy_content(chosen)
    inputs = inputs_of(region, through_on)
    inputs_hash = _hash(inputs, policy)
    newest = signal_set_newest(region)
    if newest is not None and newest.inputs_hash == inputs_hash:
        return newest
    signal_set = SignalSet.objects.create(
        organisation_id=region.organisation_id,
        region=region,
        version=newest.version + 1 if newest else 1,
        through_on=through_on,
        policy=asdict(policy),
        policy_version=chosen,
        inputs_hash=inputs_hash,
        code_version=CODE_VERSION,
    )
    signals = read_signals(inputs.cells(), policy, inputs.demands(), inputs.workdays())
    Signal.objects.bulk_create(rows_of(signals, signal_set), batch_size=2000)
    return signal_set


def signal_set_newest(region: Region) -> SignalSet | None:
    """The region's newest version, if there is one."""
    return region.signal_sets.order_by("-version").first()


def policy_newest(region: Region) -> Policy | None:
    """The region's newest policy; None while it has the default."""
    return region.policies.order_by("-version").first()


def policy_now(region: Region) -> SignalPolicy:
    """What the region's newest policy says, or the default."""
    return policy_content(policy_newest(region))


def policy_content(policy: Policy | None) -> SignalPolicy:
    """What a region's policy says; without any, the default."""
    return policy_of(policy.content) if policy else SignalPolicy()


def _hash(inputs: Inputs, policy: SignalPolicy) -> str:
    gates = sorted((str(place), minutes) for place, minutes in inputs.gate_minutes.items())
    content = [CODE_VERSION, asdict(policy), gates, inputs.rows]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def signals_told(signal_set: SignalSet | None) -> Signals:
    """What the planner hears from a version; without one, nothing. One query."""
    if signal_set is None:
        return Signals()
    return signals_of(signal_set.signals.all(), policy_of(signal_set.policy))


def signals_kept(signal_set: SignalSet | None) -> Signals:
    """As `signals_told`. Versions never change: the last few stay in the process, for those who ask again and again."""
    return Signals() if signal_set is None else _kept(signal_set.pk)


@lru_cache(maxsize=16)
def _kept(signal_set_id: UUID) -> Signals:
    return signals_told(SignalSet.objects.get(pk=signal_set_id))


def signals_refresh_due(*, now: datetime) -> None:
    """Each region gets the signals of the day before: in the first hours of its organisation's own day, and whenever
    its policy is newer than its signals."""
    for organisation in Organisation.objects.all():
        local = now.astimezone(organisation.zone)
        for region in Region.objects.filter(organisation=organisation).select_related("organisation"):
            if local.hour in NIGHT or _policy_is_newer(region):
                signals_compute(region=region, through_on=local.date() - timedelta(days=1))


def _policy_is_newer(region: Region) -> bool:
    policy, signal_set = policy_newest(region), signal_set_newest(region)
    return policy is not None and (signal_set is None or signal_set.policy_version_id != policy.pk)
