"""What a case is for and what happened to it, in words that citizens and the desk both read."""

NEW, RENEWAL, REREVIEW = "new", "renewal", "rereview"
KINDS = {RENEWAL: "续期", REREVIEW: "复审"}  # a first application has no word of its own

DID = {
    "submit": "提交了申请",
    "accept": "受理，发出受理通知书",
    "deem_accepted": "到期没有决定，视为受理",
    "not_accept": "决定不予受理",
    "ask_correction": "告知需要补正的材料",
    "answer_correction": "提交了补正",
    "extend_correction": "申请延长补正期限",
    "cancel_correction": "取消了补正要求",
    "lapse": "逾期没有补正，终止办理",
    "supplement": "补充了材料",
    "invite_experts": "请专家鉴定",
    "draft_decision": "审核完成，送审批",
    "conclude_appraisal": "专家鉴定完成",
    "send_back": "退回重新审核",
    "decide": "作出认定结论",
    "withdraw": "撤回了申请",
    "take_back": "取回修改",
    "extend_deadline": "延长了办理时间",
    "change_panel": "调整了专家",
    "revoke_benefit": "撤销了待遇",
    "terminate_benefit": "复审没有通过，终止了待遇",
    "publish": "开始公示",
    "send_for_consent": "填好了申请，请本人确认",
    "consent": "确认委托，提交了申请",
    "refuse": "没有确认委托",
    "end_delegation": "结束了委托",
    "uphold_objection": "公示有异议，重新审核",
}
