"""What is said of a measurement before it is made."""

from benchmarks.peers import PEERS
from benchmarks.runs import seeds_of
from benchmarks.town import Town


def test_seeds_are_those_of_the_town_of_linli_and_of_the_peers_that_take_any() -> None:
    town = Town("field-9x2", 9, 2, seed=7)
    assert seeds_of(town, PEERS) == "town 7, Linli 1, PyVRP 1 and 2, Timefold 1 and 2"
    assert seeds_of(town, [peer for peer in PEERS if peer.name == "VROOM"]) == "town 7, Linli 1"
