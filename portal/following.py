"""What hears of what: for every signal of the rooms its listeners, in the order in which they are called.

The listeners of a signal run where it is sent, which is inside the transaction of what happened. Nothing else names
listeners, so their order does not depend on the order of imports.
"""

import portal.cases.time.redating  # noqa: F401  works the outbox; no other module imports it
from portal.accounts import delegation as delegations
from portal.accounts import devices, users
from portal.cases.apply import acting, assisted, renewal
from portal.cases.desk import allotment, calls, leaving, unserved
from portal.cases.experts import panel
from portal.cases.figures import measures
from portal.cases.life import case, watch
from portal.cases.mail import delivery, serving
from portal.cases.papers import examples
from portal.cases.talk import conversation
from portal.cases.time import reminders, rounds
from portal.core.outside import sms
from portal.letters import issue
from portal.notices import account as account_notices
from portal.notices import assisted as assisted_notices
from portal.notices import benefit as benefit_notices
from portal.notices import conversation as conversation_notices
from portal.notices import delegations as delegation_notices
from portal.notices import delivery as delivery_notices
from portal.notices import fitting, send, write
from portal.notices import staff as staff_notices
from portal.policy import holding

# D88: the order is written here and follows from nothing else.
case.MOVED.heard_by(
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
    staff_notices.written,
    staff_notices.sent_back,
    allotment.is_theirs,
    # D48: the last one, because it waits for the audit log's only writer.
    watch.watch,
)
rounds.MESSAGE_DUE.heard_by(write.remind, staff_notices.alarm)
rounds.HAS_ARRIVED.heard_by(send.arrived)
reminders.MESSAGE_DUE.heard_by(benefit_notices.told)
reminders.NOT_REVIEWED.heard_by(staff_notices.unreviewed)
delivery.MESSAGE_DUE.heard_by(delivery_notices.told)
delivery.UNSERVED.heard_by(unserved.ask, delivery_notices.asks_address)
delivery.ACTED.heard_by(unserved.follow)
assisted.READY.heard_by(assisted_notices.told)
panel.INVITED.heard_by(staff_notices.invited)
panel.LOST.heard_by(staff_notices.lost)
conversation.WRITTEN.heard_by(conversation_notices.told)
delegations.CHANGED.heard_by(delegation_notices.told)
devices.NEW_PLACE.heard_by(account_notices.told)
users.SWITCHED_OFF.heard_by(leaving.hand_back)
sms.REPORTED.heard_by(send.take_report)

# What the rooms ask of a city's files, at the start and before a version of its policy is kept.
holding.must_hold(examples.drawn, fitting.fits, issue.fits)
