"""Some futures that stand in for all: solved often, corrected to first order for those left out.

What is decided now costs something later. In a sample it may cost more or less than in all futures
together; the difference, at the duals of the best bound so far, is a price that joins its costs.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ironpot.plan.model import Model
from ironpot.plan.parts import Part, pull, take_part
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.proof import Proof


@dataclass(frozen=True)
class Sample:
    """Some futures with their own model at hand."""

    part: Part
    model: Model

    @classmethod
    def of(cls, whole: Model, futures: Ints) -> Self:
        """Take some futures out of a model."""
        part = take_part(whole, futures)
        return cls(part, part.model())

    @property
    def is_all(self) -> bool:
        """Say whether no future is left out."""
        return self.part.futures.size == self.part.whole.inputs.weights.size

    def with_futures(self, futures: Ints) -> "Sample":
        """Return the sample with some futures more."""
        return Sample.of(self.part.whole, np.union1d(self.part.futures, futures))

    def program(self, proof: Proof) -> Program:
        """Return the sample's part of the program whose bound is being proven."""
        program, _ = self.part.cut(proof.program)
        return program

    def corrected(self, proof: Proof) -> Program:
        """Return that program with costs such that, to first order, it pulls as all futures do."""
        if self.is_all or proof.dual is None:
            return self.program(proof)
        program, rows = self.part.cut(proof.program)
        mine = pull(program, proof.dual[rows] / self.part.weight)
        return self.priced(program, proof, mine)

    def priced(self, program: Program, proof: Proof, mine: Floats) -> Program:
        """Add to a program's costs what all futures pull beyond what the sample pulls itself."""
        price = np.zeros(program.cost.size)
        now = self.part.now
        price[now] = proof.pull - mine[now]
        return program.with_cost(program.cost + price, program.offset)
