"""The states of a delegation as a table: to which it may come, and from which."""

from typing import NamedTuple

# In these the proxy may work; what still needs proof is kept from them until there is some (`verified`).
OPEN = ("proposed", "asked", "uploaded", "active", "rejected")
STATES = {
    "held": "等经办机构同意后才能开始",
    "proposed": "还没有确认",
    "asked": "等委托人确认",
    "uploaded": "等经办机构核验",
    "offered": "等代办人同意",
    "active": "有效",
    "rejected": "核验没有通过，请按要求补正",
    "refused": "没有同意",
    "revoked": "已经撤销",
    "expired": "已经到期",
}
OVER = ("refused", "revoked", "expired")
LIVE = ("held", "offered", *OPEN)


class Step(NamedTuple):
    """One row of the table: the state it comes to, and from which. By whom, the pages and `cases` know."""

    action: str
    before: tuple[str, ...]
    who: tuple[str, ...]


ANYBODY = "anybody"
# fmt: off
STEPS = (
    Step("proposed", ("held", "asked", "offered", "uploaded", "active", "rejected"), (ANYBODY,)),
    Step("asked",    OPEN,                                                           (ANYBODY,)),
    Step("uploaded", ("proposed", "rejected"),                                       (ANYBODY,)),
    Step("held",     ("asked",),                                                     (ANYBODY,)),
    Step("offered",  ("asked", "held"),                                              (ANYBODY,)),
    Step("active",   LIVE,                                                           (ANYBODY,)),
    Step("rejected", LIVE,                                                           (ANYBODY,)),
    *(Step(end, LIVE, (ANYBODY,)) for end in OVER),
)
# fmt: on
