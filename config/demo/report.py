"""The report of a demonstration, for people."""

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from core.money import Money

SENTENCES = 6  # shown of all; the JSON has every one


def print_report(figures: dict[str, Any], console: Console) -> None:
    """Tables of what happened, the sentences that explain the next plan, and the seconds of each step."""
    console.print(_loop(figures))
    sentences = figures["next_plan"]["explanations"]
    if sentences:
        console.print("\n[bold]Why the next plan differs[/bold]")
        for english, chinese in list(
            zip(sentences, figures["next_plan"]["explanations_zh_hant"], strict=True)
        )[:SENTENCES]:
            console.print(Padding(f"{english}.\n[dim]{chinese}。[/dim]", (0, 0, 0, 2)))
    console.print()
    console.print(_seconds(figures["seconds"]))


def _loop(figures: dict[str, Any]) -> Table:
    table = Table(title=f"The loop, once: {figures['organisation']}, {figures['day']}", title_justify="left")
    table.add_column("step")
    table.add_column("what came of it")
    for step, outcome in _outcomes(figures):
        table.add_row(step, outcome)
    return table


def _outcomes(figures: dict[str, Any]) -> list[tuple[str, str]]:
    requests, plan, visits = figures["requests"], figures["plan"], figures["visits"]
    payments, surveys, signals = figures["payments"], figures["surveys"], figures["signals"]
    following = figures["next_plan"]
    return [
        ("city", f"{figures['communities']} communities, {figures['technicians']} technicians"),
        (
            "requests",
            (
                f"{requests['imported']} imported, {requests['placed']} in communities, "
                f"{requests['unplaced']} unplaced, {requests['rejected']} rows rejected with the reason"
            ),
        ),
        ("plan", _plan(plan)),
        ("visits", f"{visits['completed']} completed, {visits['could_not_complete']} found nobody at home"),
        (
            "payments",
            (
                f"{payments['links']} links, {payments['declined']} declined, {payments['paid']} paid: "
                f"{Money(payments['paid_minor_units'], payments['currency'])}"
            ),
        ),
        (
            "surveys",
            f"{surveys['sent']} sent, {surveys['answered']} answered, mean {surveys['csat_mean']} of 5",
        ),
        (
            "signals",
            (
                f"version {signals['version_before']} → {signals['version_after']}: "
                f"{signals['community_priorities']} communities come first, "
                f"{signals['technician_affinities']} technician × community values"
            ),
        ),
        ("next plan", _plan(following)),
        (
            "",
            (
                f"{following['assignments_changed']} visits go to another technician than without the answers, "
                f"{following['assignments_changed_by_signals']} of them to one whom customers there prefer; "
                f"travel was {following['travel_minutes_before']} min without them"
            ),
        ),
    ]


def _plan(plan: dict[str, Any]) -> str:
    left_out = ", ".join(f"{count} {reason}" for reason, count in plan["unassigned_reasons"].items())
    return (
        f"{plan['visits_assigned']} visits assigned, {plan['visits_unassigned']} left out"
        f"{f' ({left_out})' if left_out else ''}, {plan['travel_minutes']} min of travel, "
        f"{plan['violations']} violations"
    )


def _seconds(seconds: dict[str, float]) -> Table:
    table = Table(title="Seconds", title_justify="left")
    table.add_column("step")
    table.add_column("s", justify="right")
    for step, taken in seconds.items():
        table.add_row(step, f"{taken:.1f}")
    return table
