"""What POST /optimise takes beside the body, and what it answers."""

from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Out


class OptimiseQuery(BaseModel):
    seconds: float = Field(
        5, ge=0, le=settings.OPTIMISE_SECONDS, description="How long to search, beside reading and checking."
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Another seed, another search.")


class OptimiseOut(Out):
    """VROOM's output for VROOM's input, with our fields beside it; a plan for a problem in our own format."""

    model_config = ConfigDict(extra="allow")

    routes: list[dict[str, Any]]
    unassigned: list[dict[str, Any]]
