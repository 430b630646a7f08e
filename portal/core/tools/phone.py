"""A number to call: plain text in letters and messages, a link on a page."""

from markupsafe import Markup

LINK = Markup('<a class="call" href="{}">{}</a>')


class Phone(str):
    """A phone number that is a link wherever a template shows it, alone or filled into a sentence."""

    __slots__ = ()

    @property
    def number(self) -> str:
        """The number as text, for a place that is a link already."""
        return str.__str__(self)

    @property
    def address(self) -> str:
        """The address that dials it, ``tel:02812393``."""
        return f"tel:{self.number.replace('-', '')}"

    def __html__(self) -> str:
        """Return the link; templates ask for it instead of the text."""
        return LINK.format(self.address, self.number)
