"""确诊情况: the hospital and day of the diagnosis, and the treatment."""

from portal.questions.model import Question, Step
from portal.questions.rules import at_most, long_day, narrow, not_after_today, not_before, real_day, required, tidy_day

HOSPITAL = Question(
    name="hospital",
    label="在哪家医院确诊的？",
    noun="确诊的医院",
    hint="写医院全称，和诊断证明上的一样。",
    control="hospital",
    rules=(
        required("请填写确诊的医院。"),
        at_most(100, "医院名称太长了，请写 100 个字以内。"),
    ),
    tidy=narrow,
    examples=("眉山市人民医院",),
    counterexamples={"required": "", "length": "长" * 101},
)

DEPARTMENT = Question(
    name="department",
    label="科室",
    hint="例如 心内科、内分泌科。",
    control="text",
    optional=True,
    rules=(at_most(50, "科室名称太长了，请写 50 个字以内。"),),
    tidy=narrow,
    examples=("内分泌科",),
    counterexamples={"length": "长" * 51},
)

DIAGNOSED_ON = Question(
    name="diagnosed_on",
    label="哪天确诊的？",
    noun="确诊的日期",
    hint="看诊断证明上的日期，例如 2026 3 16。",
    control="date",
    rules=(
        required("请填写确诊日期。"),
        real_day("没有这一天。请检查年、月、日。"),
        not_before(1930, "年份好像填错了。请填四位数的年份，例如 2026。"),
        not_after_today("确诊日期不能晚于今天。请再看一看诊断证明。"),
    ),
    tidy=tidy_day,
    show=long_day,
    examples=("2024-03-16", "1998-12-31"),
    counterexamples={"required": "", "day": "2024-13-01", "past": "1024-03-01", "future": "2999-01-01"},
)

TREATMENT = Question(
    name="treatment",
    label="现在怎么治疗？",
    noun="现在的治疗",
    hint="用自己的话写，例如 吃药、打胰岛素、透析。",
    control="textarea",
    optional=True,
    rules=(at_most(500, "写得太长了，请写 500 个字以内。"),),
    examples=("吃药",),
    counterexamples={"length": "长" * 501},
)

DIAGNOSIS = Step(
    slug="diagnosis",
    title="确诊情况",
    note="看着诊断证明填",
    minutes=3,
    questions=(HOSPITAL, DEPARTMENT, DIAGNOSED_ON, TREATMENT),
)
