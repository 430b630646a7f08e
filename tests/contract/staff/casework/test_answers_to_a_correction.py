"""The clerk reads on the page of the case what the citizen answered to a notice, item by item."""

from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect, explain
from portal.documents import keep
from tests.helpers.client import Client
from tests.helpers.factories import acting, add_document, citizen, make_case, make_person, make_staff


async def test_the_clerk_reads_the_citizen_s_explanation_and_opens_the_file_sent_for_a_defect(client: Client) -> None:
    clerk = await make_staff()
    defects = [
        NewDefect("identity", "one_side", ""),
        NewDefect("medical_records.exam_report", "other", "请补近期的尿检"),
    ]
    case = await corrections.ask(await make_case(), acting(clerk, Role.REVIEWER), defects)
    notice = await corrections.open_correction(case)
    assert notice
    first, second = await corrections.defects(notice, ())
    await add_document(case, first.upload_slot)
    await explain(second, "医院下周才出报告")
    await corrections.answer(case, citizen(await make_person()), notice)

    await client.staff_sign_in(clerk.login)
    await client.get(f"/staff/cases/{case.number}")

    (sent,) = await keep.documents(case.id)
    assert "有效身份证件：只有一面，缺另一面" in client.text
    assert f'?file={sent.id}#viewer">{sent.name}</a>' in client.text
    assert "申请人说明：医院下周才出报告" in client.text
