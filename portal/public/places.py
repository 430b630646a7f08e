"""Find the region that an address names, for pages without sign-in."""

from litestar.params import FromPath

from portal.core.tools.errors import found
from portal.regions.load import REGIONS, Region


async def region_named(r: FromPath[str]) -> Region:
    """Return the region in the address, or 404."""
    return found(REGIONS.get(r))
