"""The life of a piece of mail as one table: what may happen to it, by whom, and what follows.

Everything that wants to know whether something may happen asks `acts_open`: buttons, the verbs of
`delivery` and the tests. N numbers are messages. The electronic side has two states only, and they
are marks of the letter itself: ready when it is issued, viewed when its citizen first opens it.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from portal.core.tools.machine import find_open, rows_open


# D54: apart from the case, which is long closed when its envelope comes back.
class Stand(StrEnum):
    """Where a piece of mail is; the values are what the database holds."""

    NOTHING = ""  # nothing was ordered yet
    REQUESTED = "requested"  # 等打印
    PRINTED = "printed"  # 已打印，等寄出
    POSTED = "posted"  # 已寄出
    DELIVERED = "delivered"  # 已签收
    RETURNED = "returned"  # 被退回
    ADDRESS_FIXED = "address_fixed"  # 地址已改，等重新打印
    CANCELLED = "cancelled"  # 不寄了


class Hand(StrEnum):
    """Whose hand it is in."""

    CITIZEN = "citizen"  # the insured person, or a proxy who may receive for them
    CLERK = "mail_clerk"
    SYSTEM = "system"  # the decision, for who chose mail in the application


class Act(NamedTuple):
    """One row of the table."""

    action: str
    before: tuple[Stand, ...]
    after: Stand | Literal["stay"]
    who: tuple[Hand, ...]
    notice: str = ""

    def lands(self, stand: Stand) -> Stand:
        """Return where it is after the act."""
        return stand if self.after == "stay" else self.after


S, H = Stand, Hand
OVER = frozenset({S.NOTHING, S.DELIVERED, S.CANCELLED})  # after these another copy may be ordered
TO_PRINT = (S.REQUESTED, S.ADDRESS_FIXED)
AT_DESK = (*TO_PRINT, S.PRINTED)  # what the desk still has to send: its clock runs
# fmt: off
ACTS = (
    Act("order",          (S.NOTHING, S.DELIVERED, S.CANCELLED),          S.REQUESTED,     (H.CITIZEN, H.SYSTEM)),
    Act("change_address", TO_PRINT,                                       "stay",          (H.CITIZEN,)),
    Act("cancel",         (S.REQUESTED, S.RETURNED, S.ADDRESS_FIXED),     S.CANCELLED,     (H.CITIZEN,)),
    Act("print",          TO_PRINT,                                       S.PRINTED,       (H.CLERK,)),
    Act("post",           (S.PRINTED,),                                   S.POSTED,        (H.CLERK,),  "N23"),
    Act("deliver",        (S.POSTED,),                                    S.DELIVERED,     (H.CLERK,)),
    Act("return",         (S.POSTED,),                                    S.RETURNED,      (H.CLERK,),  "N24"),
    Act("fix_address",    (S.RETURNED,),                                  S.ADDRESS_FIXED, (H.CITIZEN, H.CLERK)),
    Act("miss",           (S.POSTED, S.DELIVERED),                        "stay",          (H.CITIZEN,)),
    Act("send_again",     (S.POSTED, S.DELIVERED),                        S.REQUESTED,     (H.CLERK,)),
)
# fmt: on


def acts_open(stand: Stand, hand: Hand, *, missed: bool = False) -> list[Act]:
    """Return what *hand* may do now, in table order.

    Args:
        stand: where the piece of mail is.
        hand: who asks.
        missed: the citizen said that it has not come. They say so once; only then it is sent again.
    """
    shut = {"miss"} if missed else {"send_again"}
    return rows_open(ACTS, stand, hand, shut)


def find(name: str, stand: Stand, hand: Hand, *, missed: bool = False) -> Act:
    """Return the open act called *name*.

    Raises:
        NotAllowed: it is not open to *hand* now.
    """
    return find_open(acts_open(stand, hand, missed=missed), name, f"by {hand} at {stand or 'nothing'}")
