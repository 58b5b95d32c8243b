"""Which random contracts does a test draw? The same few every time, or many new ones on demand.

`IRONPOT_EXAMPLES=50 pytest tests/cashflow` draws fifty times as many, other ones at every run, and
prints how a failure is drawn again.
"""

import os

from hypothesis import HealthCheck, settings


def tries(count: int) -> settings:
    """Draw `count` fixed examples; with IRONPOT_EXAMPLES=n, n times as many new ones."""
    times = int(os.environ.get("IRONPOT_EXAMPLES", "0"))
    if not times:
        return settings(derandomize=True, deadline=None, max_examples=count, database=None)
    return settings(
        deadline=None,
        max_examples=count * times,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
