"""Some futures that stand in for all: solved often, corrected to first order for those left out.

What is decided now costs something later. In a sample it may cost more or less than in all futures
together; the difference, at the duals of the best bound so far, is a price that joins its costs.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ironpot.plan.model import Model
from ironpot.plan.parts import Part, take_part
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
        program = self.program(proof)
        if self.is_all or proof.dual is None:
            return program
        return self.priced(program, proof, self.part.pull_at(proof.program, proof.dual))

    def priced(self, program: Program, proof: Proof, mine: Floats) -> Program:
        """Add to a program's costs what all futures pull beyond what the sample pulls itself."""
        price = self.part.charges(proof.pull, mine)
        return program.with_cost(program.cost + price, program.offset)
