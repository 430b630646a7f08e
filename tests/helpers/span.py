"""Work that says when it was done, for the tests of what works apart."""

import time


def span(seconds: float) -> tuple[float, float]:
    """Sleep, and return from when until when: seconds of a clock that all processes share."""
    begin = time.monotonic()
    time.sleep(seconds)
    return begin, time.monotonic()
