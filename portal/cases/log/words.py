"""The words of every act in the audit log, for each kind of reader; no page shows the code of an act.

An act that moves something has its words in its row of the table of moves. The others stand here.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from portal.accounts.delegation_states import STEPS
from portal.cases.life.moves import MOVES
from portal.cases.mail import acts as mail
from portal.cases.mail import originals

Voice = Literal["audit", "did", "yours"]
UNKNOWN = "其他操作"  # an earlier version of the portal wrote it down, and this one does it no longer


class Act(NamedTuple):
    """An act and its words in each voice; if empty, the act is not shown to those readers."""

    code: str
    audit: str  # in the audit log
    did: str = ""  # in the history of the thing it was done to, for citizens and staff alike
    yours: str = ""  # in 谁看过我的资料, to the person whose data it is; sign-ins stand with the devices


# D89: what the audit log names has its words here. The auditor chooses from them in this order.
ACTS = (
    Act("sign_in", "登录"),
    Act("sign_in_failed", "登录失败"),
    Act("add_passkey", "添加了通行密钥"),
    Act("remove_passkey", "删除了通行密钥"),
    Act("read_case", "看了办件", yours="看了您的办件"),
    Act("read_document", "看了文件", yours="打开了您上传的文件"),
    Act("read_letter", "看了文书", yours="看了您的文书"),
    Act("unmask", "看了完整号码", yours="看了您的完整证件号或手机号"),
    Act("read_address", "看了收件地址", yours="看了您的收件地址"),
    Act("print_letters", "打印了要寄的文书", yours="打印了要寄给您的文书"),
    Act("add_staff", "添加了人员"),
    Act("change_roles", "改了角色"),
    Act("switch_off", "停用了账号"),
    Act("switch_on", "重新启用了账号"),
    Act("reset_sign_in", "让人重新设置登录"),
    Act("set_up_sign_in", "设置了登录"),
    *(Act(f"original_{row.action}", row.audit) for row in originals.ACTS),
    *(Act(f"mail_{row.action}", row.audit or row.did, did=row.did) for row in mail.ACTS),
    Act("break_glass", "写明原因，看了别人承办的办件", yours="写明原因后看了您的申请"),
    Act("claim", "认领"),
    Act("assign", "分派"),
    Act("take_over", "接手"),
    Act("put_back", "放回待认领"),
    Act("in_turn", "轮流分派"),
    Act("write_note", "写了备注"),
    Act("called_reached", "打了电话，打通了"),
    Act("called_missed", "打了电话，没有打通"),
    Act("called_handed", "当面交了文书，有签收"),
    Act("write_message", "留言"),
    Act("answer_message", "回复留言"),
    Act("answer_by_phone", "用电话回复"),
    Act("assist", "代为录入"),
    Act("confirm_assisted", "确认代录的申请"),
    Act("read_audit", "查了审计日志"),
    Act("policy_draft", "起草了政策版本"),
    Act("policy_edit", "改了政策草稿"),
    Act("policy_propose", "提交了政策版本"),
    Act("policy_give_back", "退回了政策版本"),
    Act("policy_release", "发布了政策版本"),
    Act("policy_withdraw", "撤回了政策版本"),
    Act("download_document", "下载了文件", yours="下载了您上传的文件"),
    Act("read_identity", "看了身份核对"),
    Act("identity_accepted", "身份核对通过"),
    Act("identity_refused", "身份核对没有通过"),
    Act("face_passed", "人脸识别通过"),
    Act("face_refused", "人脸识别没有通过"),
    Act("allow_correction", "允许再告知一次补正"),
    Act("heard_before_revoking", "撤销前听取了意见"),
    Act("report_seen", "看了举报", did="看过举报", yours="查看了您的举报"),
    Act("add_phone", "绑定了手机"),
    Act("remove_phone", "解绑了手机"),
    Act("close_account", "注销了账号"),
    Act("withdraw_consent", "撤回了同意"),
    Act("export", "导出了资料"),
    Act("delete_draft", "删除了草稿"),
    Act("proxy_read", "代办人看了办件", yours="代您看了办件"),
    Act("propose_delegation", "申请代办", did="填写了委托", yours="申请代您办理"),
    Act("offer_delegation", "请别人代办", did="请别人代办"),
    *(Act(f"delegation_{row.action}", row.audit, did=row.did, yours=row.yours) for row in STEPS),
    *(Act(move.action, move.did, did=move.did) for move in MOVES),
)
TOLD: Mapping[Voice, Mapping[str, str]] = {
    "audit": {act.code: act.audit for act in ACTS},
    "did": {act.code: act.did for act in ACTS if act.did},
    "yours": {act.code: act.yours for act in ACTS if act.yours},
}


def words(act: str, voice: Voice) -> str:
    """Return the words of the act with code *act* in *voice*."""
    return TOLD[voice].get(act, UNKNOWN)
