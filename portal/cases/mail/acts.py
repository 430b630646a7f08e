"""The life of an envelope as one table: each act with its actor, its states and what follows.

`acts_open` alone decides whether an act is possible: buttons, the functions of `delivery` and the tests
use it. N numbers are messages. Electronic delivery has only two states, stored with the letter: ready
when it is issued, viewed when its citizen first opens it.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from portal.core.tools.machine import find_open, rows_open


# D54: apart from the case, which is long closed when its envelope comes back.
class Stand(StrEnum):
    """The state of an envelope; the database stores the values."""

    NOTHING = ""  # nothing was ordered yet
    REQUESTED = "requested"  # 等打印
    PRINTED = "printed"  # 已打印，等寄出
    POSTED = "posted"  # 已寄出
    DELIVERED = "delivered"  # 已签收
    RETURNED = "returned"  # 被退回
    ADDRESS_FIXED = "address_fixed"  # 地址已改，等重新打印
    CANCELLED = "cancelled"  # 不寄了


class Hand(StrEnum):
    """The kind of actor."""

    CITIZEN = "citizen"  # the insured person, or a proxy who may receive for them
    CLERK = "mail_clerk"
    SYSTEM = "system"  # the decision, for who chose mail in the application


class Act(NamedTuple):
    """One row of the table."""

    action: str
    before: tuple[Stand, ...]
    after: Stand | Literal["stay"]
    who: tuple[Hand, ...]
    did: str  # what the envelope's history says of it
    audit: str = ""  # what the audit log says of it, where `did` alone would not be understood
    notice: str = ""

    def lands(self, stand: Stand) -> Stand:
        """Return the state of the envelope after the act."""
        return stand if self.after == "stay" else self.after


S, H = Stand, Hand
OVER = frozenset({S.NOTHING, S.DELIVERED, S.CANCELLED})  # after these another copy may be ordered
TO_PRINT = (S.REQUESTED, S.ADDRESS_FIXED)
AT_DESK = (*TO_PRINT, S.PRINTED)  # what the desk still has to send: its clock runs
# fmt: off
ACTS = (
    Act("order",          (S.NOTHING, S.DELIVERED, S.CANCELLED),          S.REQUESTED,     tuple(Hand),
        "要求邮寄"),
    Act("change_address", TO_PRINT,                                       "stay",          (H.CITIZEN,),
        "改了收件地址"),
    Act("cancel",         (S.REQUESTED, S.RETURNED, S.ADDRESS_FIXED),     S.CANCELLED,     (H.CITIZEN,),
        "取消邮寄"),
    Act("print",          TO_PRINT,                                       S.PRINTED,       (H.CLERK,),
        "打印", audit="安排打印"),
    Act("post",           (S.PRINTED,),                                   S.POSTED,        (H.CLERK,),
        "寄出", audit="登记寄出", notice="N23"),
    Act("deliver",        (S.POSTED,),                                    S.DELIVERED,     (H.CLERK,),
        "登记签收"),
    Act("return",         (S.POSTED,),                                    S.RETURNED,      (H.CLERK,),
        "登记退回", audit="登记退件", notice="N24"),
    Act("fix_address",    (S.RETURNED,),                                  S.ADDRESS_FIXED, (H.CITIZEN, H.CLERK),
        "改了退件的地址"),
    Act("miss",           (S.POSTED, S.DELIVERED),                        "stay",          (H.CITIZEN,),
        "说没有收到", audit="说没有收到邮件"),
    Act("send_again",     (S.POSTED, S.DELIVERED),                        S.REQUESTED,     (H.CLERK,),
        "安排再寄一次"),
)
# fmt: on


def acts_open(stand: Stand, hand: Hand, *, missed: bool = False) -> list[Act]:
    """Return the acts open to *hand* now, in table order.

    Args:
        stand: the state of the envelope.
        hand: the kind of actor.
        missed: the citizen reported that it has not arrived (possible once); only then it is sent again.
    """
    shut = {"miss"} if missed else {"send_again"}
    return rows_open(ACTS, stand, hand, shut)


def find(name: str, stand: Stand, hand: Hand, *, missed: bool = False) -> Act:
    """Return the open act called *name*.

    Raises:
        NotAllowed: the act is not open to *hand* now.
    """
    return find_open(acts_open(stand, hand, missed=missed), name, f"by {hand} at {stand or 'nothing'}")
