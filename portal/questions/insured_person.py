"""申请人信息: contact details of the insured person; their identity is known from signing in."""

from portal.questions.model import Question, Step
from portal.questions.rules import at_most, grouped_mobile, mobile, narrow, required, tidy_mobile

MOBILE = Question(
    name="mobile",
    label="手机号码",
    hint="我们会把办理进度发到这个号码。",
    control="tel",
    autocomplete="tel",
    numeric=True,
    rules=(
        required("请填写手机号码。"),
        mobile("手机号应该是 11 位，1 开头。请再检查一次。"),
    ),
    tidy=tidy_mobile,
    show=grouped_mobile,
    examples=("13800138000", "19912345678"),
    counterexamples={"required": "", "format": "1380013"},
)

ADDRESS = Question(
    name="address",
    label="住址",
    hint="写到门牌号；农村写到村、组；团场写到连队。",
    control="textarea",
    optional=True,
    autocomplete="street-address",
    rules=(at_most(200, "住址太长了，请写短一些，200 个字以内。"),),
    tidy=narrow,
    examples=("东坡区苏祠路 1 号 2 单元 301", "火箭农场二连 15 号"),
    counterexamples={"length": "长" * 201},
)

EMPLOYER = Question(
    name="employer",
    label="工作单位、社区或团场连队",
    control="text",
    optional=True,
    autocomplete="organization",
    rules=(at_most(100, "太长了，请写短一些，100 个字以内。"),),
    tidy=narrow,
    examples=("火箭农场二连", "苏祠社区"),
    counterexamples={"length": "长" * 101},
)

PERSON = Step(
    slug="person",
    title="申请人信息",
    note="姓名、证件号已经有了，只填联系方式",
    minutes=2,
    questions=(MOBILE, ADDRESS, EMPLOYER),
)
