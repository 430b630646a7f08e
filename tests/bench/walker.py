"""One person of several who apply at the same time: ``walker PORT MOBILE NAME NUMBER``.

Says ``ready`` when the papers are at hand, begins when a line comes in, so that only the portal is timed.
"""

import sys

from e2e import papers
from tests.bench import journey
from tests.bench.client import Browser

DISEASES = ("M02300", "M02500", "M05400")


def main() -> None:
    """Sign in and apply for one disease after the other."""
    port, mobile, name, number = sys.argv[1:5]
    journey.SMALL, photo = papers.small_photo(), papers.photo()
    print("ready", flush=True)
    sys.stdin.readline()
    browser = Browser("127.0.0.1", int(port), address=f"10.2.0.{number}")
    journey.sign_in(browser, mobile)
    for disease in DISEASES:
        journey.apply(browser, name, photo + f"{number} {disease}".encode(), disease)
