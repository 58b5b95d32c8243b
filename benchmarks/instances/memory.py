"""How much memory did a benchmark hold?"""

import resource


def peak_mib() -> float:
    """Return the most memory that this process and the largest of its children held so far."""
    own, children = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round((own + children) / 1024, 1)
