"""From how many counties on do workers pay that answer the learned crowd? Measured, then modelled.

One round is all counties' replies once, ten batches one after the other: what the learning of a
crowd repeats some thousand times. A piece that does nothing is timed too: that is what handing out
costs, and what decides from which block on it pays.
"""

import hashlib
import math
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ironpot.system.coordinate import batches
from ironpot.system.fleet import Fleet, Processes
from ironpot.system.replies import Beliefs, Replies, least_counties, replies
from ironpot.system.shared_markets import SharedMarkets
from ironpot.workbench.cluster import local_cluster

SIZES, WORKERS, MODELLED = (100, 300, 1_000, 3_000, 10_000), (2, 4, 8), (1, 8, 64, 256, 1_000)
DEPTH, BATCHES, EMPTY_ROUNDS = 0.3, 10, 50

ASSUMPTIONS = """\
Assumed: every core answers as fast as one of this machine; a batch is cut into as many blocks as
there are cores, none smaller than pays; blocks are handed out one after the other in the time of an
empty piece of this machine (a network adds to that) while those before are answered; batches wait
for one another, since each believes what the one before did."""


class Draw(Protocol):
    """Draws the joint problem of so many counties; `depth` is all rooms over all lots."""

    def __call__(self, depth: float, *, counties: int) -> SharedMarkets:
        """Draw it."""
        ...


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds: one reply, handing out and taking back one empty piece."""

    reply: float
    hand: float

    def seconds(self, counties: int, cores: int, least: int) -> float:
        """Return the modelled seconds of a round on so many workers; the fewer blocks that pay."""
        batch = math.ceil(counties / BATCHES)
        blocks = min(cores, batch // least)
        if blocks < 2:
            return BATCHES * batch * self.reply
        answering = math.ceil(batch / blocks) * self.reply
        return BATCHES * (answering + blocks * self.hand)


def reply_figures(draw: Draw, *, quick: bool) -> dict[str, float]:
    """Print seconds a round by counties and workers, then the model; return the main figures."""
    sizes, workers = (SIZES[:3], WORKERS[:1]) if quick else (SIZES, WORKERS)
    with fleets(workers) as hands:
        hand = {name: empty_piece(fleet) for name, fleet in hands.items() if fleet is not None}
        curve = reply_curve(draw, sizes, hands)
    largest = max(sizes)
    reply = curve[largest, "1 thread"] / largest
    for name in ("2 processes", "2 Dask workers"):
        print_model(name, Costs(reply, hand[name]), least_counties(hands[name] or Processes(2)))
    print(ASSUMPTIONS)
    return {
        "reply_us": reply * 1e6,
        "piece_ms_processes": hand["2 processes"] * 1e3,
        "piece_ms_dask": hand["2 Dask workers"] * 1e3,
        "replies_counties": float(largest),
        "replies_round_s": curve[largest, "1 thread"],
        "replies_two_threads": curve[largest, "1 thread"] / curve[largest, "2 threads"],
        "replies_two_processes": curve[largest, "1 thread"] / curve[largest, "2 processes"],
        "replies_two_dask": curve[largest, "1 thread"] / curve[largest, "2 Dask workers"],
    }


@contextmanager
def fleets(workers: tuple[int, ...]) -> Generator[dict[str, Fleet | None]]:
    """Give who may answer, by name; None stands for threads of this process."""
    with ExitStack() as stack:
        found: dict[str, Fleet | None] = {"1 thread": None, "2 threads": None}
        found |= {f"{count} processes": Processes(count) for count in workers}
        found["2 Dask workers"] = stack.enter_context(local_cluster(2))
        yield found


def empty_piece(fleet: Fleet) -> float:
    """Return the median seconds of handing out two pieces that do nothing, a piece."""
    pieces = {"a": 0.0, "b": 1.0}
    seconds: list[float] = []
    with fleet.hired(max, 0.5) as crew:
        for _ in range(EMPTY_ROUNDS):
            began = time.perf_counter()
            dict(crew.each(pieces))
            seconds.append((time.perf_counter() - began) / len(pieces))
    return float(np.median(seconds))


def reply_curve(
    draw: Draw, sizes: tuple[int, ...], hands: Mapping[str, Fleet | None]
) -> dict[tuple[int, str], float]:
    """Time rounds of replies by counties and who answers; all must give the same bits."""
    print("replies of the crowd, milliseconds a round:", *hands, sep="  ")
    curve: dict[tuple[int, str], float] = {}
    for size in sizes:
        markets, bits = draw(DEPTH, counties=size), set[bytes]()
        for name, fleet in hands.items():
            with replies(markets, fleet, threads=1 if name == "1 thread" else 2) as answering:
                curve[size, name], found = round_of(markets, answering)
            bits.add(found)
        assert len(bits) == 1
        print(f"{size:>8,}", *(f"{curve[size, name] * 1e3:>12.2f}" for name in hands))
    return curve


def round_of(markets: SharedMarkets, answering: Replies) -> tuple[float, bytes]:
    """Return the least seconds of three rounds after a first, and a hash of all offers."""
    price = markets.price
    ones = np.ones(price.shape[:2])
    beliefs = Beliefs(ones, np.ascontiguousarray(price[:, :, 0]), np.zeros_like(ones))
    wanted = np.zeros((len(markets.lots), price.shape[1]))
    seconds: list[float] = []
    for _ in range(4):
        began = time.perf_counter()
        for group in batches(markets.counties):
            answering.answer(group, beliefs, wanted)
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:]), hashlib.sha256(wanted.tobytes()).digest()


def print_model(name: str, costs: Costs, least: int) -> None:
    """Print modelled milliseconds a round by counties and cores."""
    print(
        f"modelled on workers like {name}: a reply {costs.reply * 1e6:.0f} us, an empty piece "
        f"{costs.hand * 1e3:.2f} ms, blocks of at least {least} counties: handed out from "
        f"{2 * least * BATCHES:,} counties on; milliseconds a round by cores:",
        *MODELLED,
    )
    for counties in SIZES:
        spent = [costs.seconds(counties, cores, least) * 1e3 for cores in MODELLED]
        print(f"{counties:>8,}", *(f"{ms:>10.2f}" for ms in spent))
