"""Who read figures of technicians, and what for."""

from communities.access import Caller
from communities.errors import PurposeMissing
from communities.models import FigureUse
from communities.selectors.figures import Question


def figure_use_record(
    *, caller: Caller, purpose: FigureUse.Purpose | None, question: Question, figure: str = ""
) -> None:
    """Note the reading of figures of technicians (of one figure's facts, where it is named); no other is noted.

    A technician needs no purpose to read their own. Raises PurposeMissing for everybody else.
    """
    if caller.is_technician or not question.is_about_technicians:
        return
    if purpose is None:
        raise PurposeMissing
    FigureUse.objects.create(
        organisation=caller.organisation,
        user=caller.account,
        purpose=purpose,
        asked={
            "figure": figure,
            "window": question.window,
            "by": [str(one) for one in question.by],
            **{one.column: str(given) for one, given in question.ids.items()},
        },
    )
