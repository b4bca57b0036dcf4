"""Handing the arrays over: a whole `Terrain` or `State` travels between kernels as one pointer.

Passed as tuples, fifty arrays would be copied (and their references counted) at every call: measured, seven
times slower to call and six times slower to compile. Python code reads the tuples, kernels get what these
functions make of them; both see the same arrays.
"""

from typing import Any

from numba import types
from numba.experimental import structref

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import State, Terrain
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import Pool


@structref.register
class TerrainType(types.StructRef):
    """The compiler's view of `Terrain`."""


@structref.register
class StateType(types.StructRef):
    """The compiler's view of `State`."""


@structref.register
class ChainsType(types.StructRef):
    """The compiler's view of `Chains`."""


@structref.register
class PoolType(types.StructRef):
    """The compiler's view of `Pool`."""


class PackedTerrain(structref.StructRefProxy):
    """`Terrain`, as kernels take it."""


class PackedState(structref.StructRefProxy):
    """`State`, as kernels take it."""


class PackedChains(structref.StructRefProxy):
    """`Chains`, as kernels take them."""


class PackedPool(structref.StructRefProxy):
    """`Pool`, as kernels take it."""


structref.define_proxy(PackedTerrain, TerrainType, Terrain._fields)
structref.define_proxy(PackedState, StateType, State._fields)
structref.define_proxy(PackedChains, ChainsType, Chains._fields)
structref.define_proxy(PackedPool, PoolType, Pool._fields)


@kernel
def pack_terrain(terrain: Terrain) -> Any:
    """One pointer to the problem."""
    return PackedTerrain(*terrain)


@kernel
def pack_state(state: State) -> Any:
    """One pointer to the plan in the making."""
    return PackedState(*state)


@kernel
def pack_chains(chains: Chains) -> Any:
    """One pointer to a plan kept."""
    return PackedChains(*chains)


@kernel
def pack_pool(pool: Pool) -> Any:
    """One pointer to the routes remembered."""
    return PackedPool(*pool)
