"""通知谁: the phone that receives SMS about the case; messages in the portal are always sent as well."""

from portal.questions.insured_person import MOBILE
from portal.questions.model import Choice, Question, Step
from portal.questions.rules import required
from portal.regions.load import Region


def offered(region: Region) -> list[Choice]:
    """Return the channels for notices that people can choose from in *region*: those that are connected."""
    ways = [Choice("sms", "短信", "受理、补正、结果都会发短信。")]
    if "official_account" in region.rules.notices.connected:
        ways.append(Choice("official_account", "短信和公众号消息", "要先关注公众号。"))
    return ways


def heard_by(_answer: str) -> str:
    """Return how somebody hears who chose, earlier, a channel that is not connected: by SMS."""
    return "短信"


CHANNEL = Question(
    name="notify_channel",
    label="用什么通知您？",
    noun="通知的方法",
    control="radios",
    choices=offered,
    show=heard_by,
    rules=(required("请选一种通知方法。"),),
    examples=("sms",),
    counterexamples={"required": ""},
)

NOTIFY_MOBILE = Question(
    name="notify_mobile",
    label="收短信的手机号码",
    hint="可以填家人的号码。短信里不写病种，也不写全名。",
    control="tel",
    autocomplete="tel",
    numeric=True,
    rules=(required("请填写收短信的手机号码。"), *MOBILE.rules[1:]),
    tidy=MOBILE.tidy,
    show=MOBILE.show,
    examples=MOBILE.examples,
    counterexamples=MOBILE.counterexamples,
)

RECIPIENTS = Step(slug="notify", title="通知谁", note="填收短信的手机号", minutes=1, questions=(CHANNEL, NOTIFY_MOBILE))
