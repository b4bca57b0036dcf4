"""The table of figures, and what few answered."""

from communities.insight.figures import BY_NAME, HIDDEN, readings

K = 5


def test_a_minus_takes_off() -> None:
    sums = {"revenue_minor": 3000, "refunded_minor": 200}
    [(name, reading)] = readings(sums, least=K).items()
    assert (name, reading.value) == ("revenue", 2800)


def test_what_few_answered_is_hidden_and_what_nobody_answered_is_unknown() -> None:
    def csat(answers: int) -> object:
        return readings({"csat_sum": 4 * answers, "csat_answers": answers}, least=K)["csat"]

    assert [csat(0).value, csat(4), csat(5).value] == [None, HIDDEN, 4.0]  # type: ignore[attr-defined]
    assert csat(0) != HIDDEN


def test_every_answered_figure_is_marked() -> None:
    answered = {
        name for name, figure in BY_NAME.items() if {"csat_answers", "nps_answers"} & set(figure.denominator)
    }
    assert {name for name, figure in BY_NAME.items() if figure.is_asked} == answered
