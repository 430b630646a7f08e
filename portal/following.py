"""What follows a move of a case: these listeners, in this order, inside the transaction of the move.

The modules imported without a name listen to other things (mail, delegations, messages, time) or work the outbox.
"""

import portal.cases.time.redating
import portal.cases.time.reminders
import portal.notices.account
import portal.notices.assisted
import portal.notices.benefit
import portal.notices.conversation
import portal.notices.delegations
import portal.notices.delivery
import portal.notices.fitting
import portal.notices.send  # noqa: F401
from portal.cases.apply import acting, assisted, renewal
from portal.cases.desk import allotment, calls
from portal.cases.experts import panel
from portal.cases.figures import measures
from portal.cases.life import case, watch
from portal.cases.mail import delivery, serving
from portal.letters import issue
from portal.notices import staff, write

# D88: the order is written here and follows from nothing else.
LISTENERS: tuple[case.Listener, ...] = (
    acting.mended,
    measures.measure,
    renewal.hold,
    calls.no_longer,
    panel.follow,
    issue.issue,
    write.write,
    assisted.theirs_again,
    serving.keep_consent,
    delivery.with_the_end,
    staff.written,
    allotment.is_theirs,
    # D48: the last one, because it waits for the audit log's only writer.
    watch.watch,
)

case.follow(LISTENERS)
