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
    did: str  # what the delegation's history says of it
    audit: str  # what the audit log says of it
    yours: str = ""  # what 谁看过我的资料 says of it to the insured person; empty: nothing


ANYBODY = "anybody"
# fmt: off
STEPS = (
    Step("offered",  ("asked", "held"),                                              (ANYBODY,),
         "请代办人同意", "请代办人同意委托", "请代办人同意委托"),
    Step("held",     ("asked",),                                                     (ANYBODY,),
         "等经办机构同意", "委托等经办机构同意"),
    Step("proposed", ("held", "asked", "offered", "uploaded", "active", "rejected", "refused"), (ANYBODY,),
         "退回重新确认", "委托退回重新确认", "把委托退回重新确认"),
    Step("asked",    OPEN,                                                           (ANYBODY,),
         "发短信请本人确认", "发短信请本人确认委托", "发短信请您确认委托"),
    Step("uploaded", ("proposed", "rejected"),                                       (ANYBODY,),
         "提交了委托材料", "提交了委托书", "提交了委托书，等核验"),
    Step("active",   LIVE,                                                           (ANYBODY,),
         "确认", "委托生效", "确认了委托"),
    Step("rejected", LIVE,                                                           (ANYBODY,),
         "没有通过", "委托书没有通过核验", "核验委托书，没有通过"),
    Step("refused",  LIVE,                                                           (ANYBODY,),
         "不同意", "没有同意委托", "没有同意委托"),
    Step("revoked",  LIVE,                                                           (ANYBODY,),
         "结束", "结束了委托", "结束了委托"),
    Step("expired",  LIVE,                                                           (ANYBODY,),
         "到期", "委托到期", "委托到期"),
)
# fmt: on
