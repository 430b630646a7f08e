"""Which places an identity card is sent to: its picture gets a second look."""

from portal.regions.load import Region


def of_card(slot: str, region: Region) -> bool:
    """Return whether an identity card may be sent for *slot*."""
    material = slot.partition(".")[0]
    return any(wanted.id == material and "id_card" in wanted.any_of for wanted in region.rules.materials)
