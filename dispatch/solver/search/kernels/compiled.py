"""`kernel`: how every compiled function of the planner is compiled."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

from dispatch.solver.search.kernels.cache import cache_folder

if TYPE_CHECKING:

    def whole(number: Any) -> int:
        """A number of the one width that kernels take."""

    def flag(truth: Any) -> bool:
        """A truth value of the one type that kernels take."""

else:
    whole, flag = np.int64, np.bool_

F = TypeVar("F", bound=Callable[..., Any])

numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]


def kernel(function: F) -> F:
    """Compile on first call, once for all (cached on disk); other threads go on while it runs.

    Every combination of argument types is compiled anew, and a constant written into a call is a type of its own:
    hence `whole(0)` and `flag(True)` where a kernel passes one on.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
