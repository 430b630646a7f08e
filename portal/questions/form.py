"""申请表: the portal fills it in from the answers, or the person uploads one filled in by hand."""

from portal.questions.model import Choice, Question, Step
from portal.questions.rules import required
from portal.regions.load import Region

WAYS = {
    "fill_online": Choice("fill_online", "用系统自动生成的申请表", "您填过的内容已经写在里面，不用再抄一遍。"),
    "download_fill_upload": Choice("download_fill_upload", "自己下载空白表，填好再上传", "手写后拍照上传也可以。"),
}


def offered(region: Region) -> list[Choice]:
    """Return the ways of making the application form that *region* offers."""
    return [WAYS[way] for way in region.material("application_form").ways]


FORM_WAY = Question(
    name="form_way",
    label="申请表怎么填？",
    control="radios",
    choices=offered,
    rules=(required("请选一种填表的方法。"),),
    examples=("fill_online", "download_fill_upload"),
    counterexamples={"required": ""},
)

FORM = Step(slug="form", title="申请表", note="自动生成，看一看就好", minutes=1, questions=(FORM_WAY,), page="form")
