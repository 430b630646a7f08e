"""Whoever reads the portal in English reads no Chinese but names, letters and their own words."""

from datetime import timedelta

from portal.accounts.register import demo_people
from portal.accounts.staff import member
from portal.cases.apply import draft, renewal
from portal.cases.benefits import benefit
from portal.cases.desk import allotment
from portal.cases.experts import panel
from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, move
from portal.cases.life.moves import Role
from portal.cases.mail import delivery, originals
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.cases.time import reminders
from portal.core.tools import clock
from portal.questions.catalogue import STEPS
from portal.questions.materials import slots
from tests.helpers import mail
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import (
    acting,
    add_document,
    citizen,
    current,
    make_benefit,
    make_case,
    make_draft,
    make_expert,
    make_person,
    make_staff,
    send_in,
)
from tests.helpers.reading import chinese_in, shown_in

OWN = ("张丽", "张*", "王建国", "王*国", "照片.jpg", "眉山市人民医院", "吃药", "尿检不清楚")
PUBLIC = ("", "diseases", "diseases?q=nothing", "help", "accessibility", "privacy", "display", "form", "nowhere")


async def in_english(client: Client) -> None:
    await client.get("/?look=en")


def read(client: Client) -> None:
    """Fail with the Chinese that an English reader is given."""
    assert '<html lang="en" dir="ltr"' in client.text, client.path
    assert not chinese_in(client.text, *OWN), client.page.url
    assert not [text for text in shown_in(client.text) if "None" in text], client.page.url


async def test_the_pages_for_everybody_are_in_english(client: Client) -> None:
    await in_english(client)
    for path in ("/", "/v", "/v?code=ABC", *(f"/{city}/{name}" for city in ("meishan", "xinxing") for name in PUBLIC)):
        await client.get(path)
        read(client)


async def test_signing_in_and_registering_is_in_english(client: Client) -> None:
    await in_english(client)
    await client.get("/meishan/login")
    await client.post("/meishan/login", {"mobile": "123"})
    read(client)
    await client.post("/meishan/login", {"mobile": "13800000101"})
    read(client)
    await client.post("/meishan/login/code", {"code": "0"})
    assert "You have 4 tries left." in client.text
    read(client)
    await client.post("/meishan/login/code", {"action": "again"})
    read(client)
    await client.sign_in("13800000101")
    read(client)
    await client.post("/meishan/register", {"name": "A", "id_number": "5114", "card_no": "1"})
    assert "The ID number must have 18 characters; you entered 4." in client.text
    read(client)


async def test_every_step_of_an_application_is_in_english_with_and_without_errors(client: Client) -> None:
    case = await make_draft(answers={"diagnosed_on": "2026-03-16", "delivery": "mail"})
    await in_english(client)
    await client.sign_in("13800000101")
    home = f"/meishan/apply/{case.id}"
    for page in ("/meishan/apply/new", home, f"{home}/deletion", f"{home}/review", f"{home}/paper"):
        await client.get(page)
        read(client)
    for slug in STEPS.keys() - {"signature", "review"}:
        await client.get(f"{home}/{slug}")
        read(client)
        await client.post(f"{home}/{slug}", {"mobile": "1", "notify_mobile": "1"})
        read(client)


async def test_what_is_said_of_a_refused_file_is_in_english(client: Client) -> None:
    case = await make_draft()
    await in_english(client)
    await client.sign_in("13800000101")
    materials = f"/meishan/apply/{case.id}/materials"
    await client.get(materials)

    await client.upload(f"{materials}/identity", ("letter.docx", b"PK", "application/octet-stream"))

    assert "“letter.docx” is a document file, which we cannot open." in client.text
    read(client)


async def ready(client: Client) -> Case:
    """Return a draft that only lacks the signature."""
    case = await make_draft()
    for slot in slots(case.city, ANSWERS):
        await add_document(case, slot.id)
    await in_english(client)
    await client.sign_in("13800000101")
    return case


async def test_signing_and_the_receipt_are_in_english(client: Client) -> None:
    case = await ready(client)
    home = f"/meishan/apply/{case.id}"
    await client.get(f"{home}/review")
    read(client)
    await client.get(f"{home}/signature")
    await client.post(f"{home}/signature", {"signature": "B"})
    assert "The signature must be the same as your name: 张丽." in client.text
    read(client)

    await client.post(f"{home}/signature", {"signature": "张丽", "declared": "yes"})

    assert client.path.endswith("/receipt")
    read(client)


async def test_a_case_under_way_is_in_english(client: Client) -> None:
    case = await make_case()
    await in_english(client)
    await client.sign_in("13800000101")
    home = f"/meishan/cases/{case.number}"
    for page in (
        "/meishan/me",
        "/meishan/notices",
        home,
        f"{home}/progress",
        f"{home}/take-back",
        f"{home}/withdrawal",
    ):
        await client.get(page)
        assert not chinese_in(client.text, *OWN), page


async def asked(case: Case) -> Case:
    reviewer = await make_staff("reviewer", login="writer")
    defects = [
        NewDefect(slots(case.city, ANSWERS)[0].id, "unreadable", "尿检不清楚"),
        NewDefect("identity", "one_side", ""),
    ]
    return await corrections.ask(case, acting(reviewer, Role.REVIEWER), defects)


async def test_a_correction_is_in_english_and_the_clerk_s_own_words_as_written(client: Client) -> None:
    case = await asked(await make_case())
    await in_english(client)
    await client.sign_in("13800000101")
    home = f"/meishan/cases/{case.number}"
    await client.get(home)
    assert "Hard to read: 尿检不清楚" in client.text
    read(client)
    await client.get(f"{home}/corrections/1")
    read(client)
    await client.post(f"{home}/corrections/1")
    assert "Item 1 has not been answered yet." in client.text
    read(client)


async def decided(case: Case, *, passed: bool) -> Case:
    reviewer, approver = await make_staff("reviewer", login="one"), await make_staff("approver", login="two")
    (disease,) = await decision.diseases(case)
    proposal = Proposal(disease.id, passed, 24, Reasons() if passed else Reasons(("criteria",), "尿检不清楚"))
    drafted = await decision.draft(case, acting(reviewer, Role.REVIEWER), [proposal])
    return await decision.decide(drafted, acting(approver, Role.APPROVER))


async def test_an_approval_is_in_english_and_its_certificate_chinese(client: Client) -> None:
    case = await decided(await make_case(), passed=True)
    await in_english(client)
    await client.sign_in("13800000101")
    for page in ("/meishan/me", "/meishan/notices", f"/meishan/cases/{case.number}"):
        await client.get(page)
        read(client)

    await client.get(f"/meishan/cases/{case.number}/decision")

    read(client)
    assert "Diabetes" in client.text
    assert "门诊慢特病待遇认定证明" in client.text


async def test_a_refusal_is_in_english_and_its_decision_chinese(client: Client) -> None:
    case = await decided(await make_case(), passed=False)
    await in_english(client)
    await client.sign_in("13800000101")

    await client.get(f"/meishan/cases/{case.number}/decision")

    read(client)
    assert "不符合这个病种的认定标准" in client.text


async def test_a_withdrawn_case_of_xinxing_is_in_english(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    ended = await move(case, "withdraw", citizen(await make_person("xx-01")))
    await in_english(client)
    await client.sign_in("13800000001", "xinxing")

    await client.get(f"/xinxing/cases/{ended.number}")

    read(client)


async def test_who_cannot_submit_reads_why_in_english(client: Client) -> None:
    arrears = next(one for one in demo_people().values() if one.no == "xx-04")
    case = await make_draft("xx-04", "xinxing")
    for slot in slots(case.city, ANSWERS):
        await add_document(case, slot.id)
    await in_english(client)
    await client.sign_in(arrears.phone, "xinxing")
    await client.get(f"/xinxing/apply/{case.id}/signature")

    await client.post(f"/xinxing/apply/{case.id}/signature", {"signature": arrears.name, "declared": "yes"})

    assert "Your contributions are not fully paid." in client.text
    assert not chinese_in(client.text, *OWN)


async def test_the_desk_is_in_english(client: Client) -> None:
    case = await make_case()
    await make_staff("reviewer", login="clerk")
    await in_english(client)
    await client.get("/staff/login")
    await client.post("/staff/login", {})
    read(client)
    await client.staff_sign_in("clerk")
    home = f"/staff/cases/{case.number}"
    asking = [f"{home}/{page}" for page in ("notes", "conversation", "assignment", "corrections/new", "decision")]
    for page in ("/staff/", "/staff/queue?view=ended", home, f"{home}/person", *asking):
        await client.get(page)
        read(client)
        if page in asking:
            await client.post(page)
            assert client.status == 422
            read(client)


async def test_the_pages_of_supervisor_and_auditor_are_in_english(client: Client) -> None:
    await make_case()
    clerk = await make_staff("reviewer", login="clerk")
    await make_staff("supervisor auditor", login="chief")
    await in_english(client)
    await client.staff_sign_in("chief")
    for page in ("/staff/", "/staff/queue", "/staff/team", "/staff/reports", "/staff/audit", "/meishan/performance"):
        await client.get(page)
        read(client)
    await client.get("/staff/audit")
    await client.post("/staff/audit")
    read(client)
    await client.get("/staff/queue")
    for page, fields in (("queue/assignment", {"member": "x"}), ("team", {f"capacity-{clerk.id}": "x"})):
        await client.post(f"/staff/{page}", fields)
        assert client.status == 422
        read(client)


async def test_the_policy_desk_is_in_english(client: Client) -> None:
    await make_staff("admin", login="admin")
    await in_english(client)
    await client.staff_sign_in("admin")
    for page in ("", "/files/region.toml", "/calendar?start=2026-12-01", "/calendar?start=x"):
        await client.get(f"/staff/policy{page}")
        read(client)
    await client.post("/staff/policy/files/region.toml", {"action": "copy"})
    home = client.path
    for page in ("", "/parts/correction", "/parts/experts", "/preview/guide"):
        await client.get(f"{home}{page}")
        read(client)
    for page, fields in (("", {"action": "propose", "on": "x"}), ("/parts/correction", {"days_to_answer": "x"})):
        await client.get(f"{home}{page}")
        await client.post(f"{home}{page}", fields)
        assert client.status == 422
        read(client)
    await client.get("/staff/policy/marks")
    await client.post("/staff/policy/marks", {})
    assert client.status == 422
    read(client)


async def test_a_colleague_s_case_and_who_looked_are_in_english(client: Client) -> None:
    case = await make_case()
    holder = await make_staff("reviewer", login="holder")
    await allotment.claim(case, holder.id)
    await make_staff("reviewer", login="clerk")
    await in_english(client)
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}")
    read(client)
    await client.post(client.path, {"why": "x"})
    read(client)
    await client.post(client.path, {"why": "a phone call"})
    await client.get("/staff/")
    await client.post("/staff/logout")
    await client.sign_in("13800000101")
    for page in ("/meishan/access", f"/meishan/cases/{case.number}/conversation"):
        await client.get(page)
        read(client)
    await client.post(client.path, {"text": ""})
    read(client)


async def test_the_approver_s_page_is_in_english(client: Client) -> None:
    case = await make_case()
    reviewer = await make_staff("reviewer", login="one")
    await make_staff("approver", login="two")
    (disease,) = await decision.diseases(case)
    proposal = Proposal(disease.id, False, 0, Reasons(("criteria",)))
    await decision.draft(case, acting(reviewer, Role.REVIEWER), [proposal])
    await in_english(client)
    await client.staff_sign_in("two")
    await client.get(f"/staff/cases/{case.number}/approval")
    read(client)

    await client.post(f"/staff/cases/{case.number}/approval", {"action": "back"})

    assert "Please write why it goes back." in client.text
    read(client)


async def test_the_pages_of_renewals_and_re_reviews_are_in_english(database: None) -> None:
    held = await make_benefit(disease="M00500")
    assert held.ends_on and held.rereview_on
    days = (clock.today(), held.rereview_on, held.ends_on - timedelta(days=30), held.ends_on + timedelta(days=1))
    page, seen = f"/meishan/benefits/{held.id}/renewals/new", []
    for day in days:
        clock.shift(clock.ahead() + (day - clock.today()))
        await benefit.turn_over()
        await reminders.ask_again()
        await reminders.remind()
        async with Client() as browser:  # another one each time: a session does not last that long
            await in_english(browser)
            await come_back(browser)
            for path in ("/meishan/me", "/meishan/notices", page):
                await browser.get(path)
                read(browser)
            seen.append(browser.text)

    words = ("You can apply to renew from", "due for re-review", "Apply to renew before", "has ended and cannot")
    assert [word in text for word, text in zip(words, seen, strict=True)] == [True] * 4


async def come_back(client: Client) -> None:
    """Sign in, and after a long silence say who it is."""
    await client.sign_in("13800000101")
    if client.path == "/meishan/login/identity":
        await client.post(client.path, {"id_number": "511400197102140026", "card_no": "M00000001"})


async def test_a_renewal_is_in_english_on_its_way_and_at_the_desk(client: Client) -> None:
    held = await make_benefit()
    assert held.ends_on
    clock.shift(held.ends_on - timedelta(days=30) - clock.today())
    await benefit.turn_over()
    case = await renewal.begin(held, None, "13800000101")
    await make_staff(login="one")
    await in_english(client)
    await come_back(client)
    home = f"/meishan/apply/{case.id}"
    fresh = await make_draft(answers={"mobile": "13800000101"})
    await client.get(f"/meishan/apply/{fresh.id}/disease")
    await client.post(f"/meishan/apply/{fresh.id}/disease", {"disease": "M01600"})
    assert "You can apply to renew now" in client.text
    read(client)
    for path in (home, f"{home}/review", "/meishan/me"):
        await client.get(path)
        read(client)
    case = await send_in(case, citizen(await make_person()))
    for path in (f"/meishan/cases/{case.number}", f"/meishan/benefits/{held.id}/renewals/new"):
        await client.get(path)
        read(client)
    await client.staff_sign_in("one")

    for path in ("/staff/queue", f"/staff/cases/{case.number}", f"/staff/cases/{case.number}/decision"):
        await client.get(path)
        read(client)
        assert ("(Renewal)" in client.text) is not path.endswith("decision")


async def test_a_draft_taken_back_is_in_english(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await draft.take_back(case, citizen(await make_person("xx-01")))
    await in_english(client)
    await client.sign_in("13800000001", "xinxing")

    for page in ("/xinxing/me", "/xinxing/notices", f"/xinxing/apply/{case.id}"):
        await client.get(page)
        read(client)


async def panel_of_two() -> Case:
    """Return a case of Xinxing that two experts were asked about, the first of them called one."""
    experts = [await make_expert(name, hospital="新星市人民医院") for name in ("one", "two")]
    reviewer = acting(await make_staff("reviewer", "xinxing", login="convenor"), Role.REVIEWER)
    case = await move(await make_case("xx-01", "xinxing", "M03900"), "accept", reviewer)
    return await panel.invite(case, reviewer, [one.id for one in experts])


async def test_an_expert_s_pages_are_in_english(client: Client) -> None:
    case = await panel_of_two()
    seat = next(one for one in await seats(case.id))
    await in_english(client)
    who = await member(seat.expert)
    assert who
    await client.staff_sign_in(who.login)
    for path in ("/staff/opinions", f"/staff/opinions/{seat.id}", "/staff/notices"):
        await client.get(path)
        read(client)
    await client.get(f"/staff/opinions/{seat.id}")
    await client.post(f"/staff/opinions/{seat.id}", {})
    assert client.status == 422
    read(client)


async def test_the_panel_and_the_acts_of_the_desk_are_in_english(client: Client) -> None:
    case = await panel_of_two()
    await make_expert("three", hospital="第十三师红星医院", specialties="心内科 肿瘤科")
    await make_staff("reviewer supervisor", "xinxing", login="both")
    await in_english(client)
    await client.staff_sign_in("both")
    home = f"/staff/cases/{case.number}"
    for path in (home, f"{home}/appraisals", f"{home}/acts/extension"):
        await client.get(path)
        read(client)
    await client.post(f"{home}/acts/extension", {})
    assert client.status == 422
    read(client)
    waiting = await make_case("xx-02", "xinxing", "M03900")
    await client.get(f"/staff/cases/{waiting.number}/acts/non-acceptance")
    await client.post(f"/staff/cases/{waiting.number}/acts/non-acceptance", {"reason": "other"})
    read(client)


async def test_what_a_citizen_may_do_is_in_english(client: Client) -> None:
    case = await make_case()
    await in_english(client)
    await client.sign_in("13800000101")
    home = f"/meishan/cases/{case.number}"
    await client.get(f"{home}/supplements")
    read(client)
    await client.post(f"{home}/supplements", {})
    read(client)
    await asked(case)
    await client.get(f"{home}/corrections/1/extension")
    read(client)
    await client.post(f"{home}/corrections/1/extension")
    read(client)
    await move(await current(case), "withdraw", citizen(await make_person()))
    for path in (home, f"{home}/again"):
        await client.get(path)
        read(client)


async def test_every_way_in_and_the_settings_are_in_english(client: Client) -> None:
    await make_person()
    await make_person("ms-08")
    await in_english(client)
    await client.get("/meishan/face")
    read(client)
    await client.post("/meishan/face", {"name": "", "id_number": ""})
    read(client)
    await client.post("/meishan/face", {"name": "张丽", "id_number": "511400197102140026", "consent": "yes"})
    read(client)
    await client.upload(client.path, ("a.jpg", b"\xff\xd8\xff", "image/jpeg"))
    assert "This file is not a photo we can open." in client.text
    read(client)
    await client.sign_in("13911110000")
    other = {"name": "张莉", "id_number": "511400197102140026", "card_no": "M00000001", "consent": "yes"}
    await client.post("/meishan/register", other)
    assert "My phone number has changed" in client.text
    await client.post("/meishan/register", {**other, "action": "check"})
    read(client)
    await client.post(client.path)
    read(client)
    await client.get("/meishan/logout")
    await client.post("/meishan/logout")
    await client.sign_in("13800000101")
    for page in ("settings", "settings/closing", "session/extension", "login/person", "login/identity", "registered"):
        await client.get(f"/meishan/{page}")
        read(client)
    await client.get("/meishan/session")
    assert "You have not done anything for a while" in client.text


async def test_the_second_factor_and_the_checks_of_identities_are_in_english(client: Client) -> None:
    await make_staff(login="two")
    await in_english(client)
    await client.get("/staff/login")
    await client.post("/staff/login", {"login": "two", "password": "long enough"})
    read(client)
    await client.post("/staff/login/code", {"code": "000000"})
    read(client)
    await client.staff_sign_in("two")
    await client.get("/staff/recovery")
    read(client)
    await client.get("/staff/identities")
    read(client)


async def test_mail_and_originals_are_in_english_for_citizens_and_desk(client: Client) -> None:
    case = await mail.ended()
    known = await mail.envelope(case)
    await make_staff("mail_clerk")
    await in_english(client)
    await client.sign_in("13800000101")
    home = f"/meishan/cases/{case.number}"
    for path in (home, f"{home}/delivery", f"{home}/delivery/address"):
        await client.get(path)
        assert not chinese_in(client.text, *OWN, mail.WHERE.postal_address), path
    await client.post(f"{home}/delivery/address", {"recipient": "", "postal_address": "x"})
    read(client)

    other = await make_case(disease="M03900")
    await originals.ask(other, ["medical_records"], "a reviewer")
    home = f"/meishan/cases/{other.number}"
    for path in (home, f"{home}/originals"):
        await client.get(path)
        read(client)
    await client.post(f"{home}/originals", {"waybill": "?"})
    read(client)
    packet = await originals.of(other)
    assert packet

    await client.staff_sign_in("meishan-mail_clerk")
    await delivery.print_all([known], mail.CLERK)
    desk = "/staff/mailroom"
    views = ("", "?view=post", "?view=way", "?view=over&nothing=1")
    for path in (*views, f"/{known.id}", "/originals", f"/originals/{packet.id}"):
        await client.get(f"{desk}{path}")
        assert not chinese_in(client.text, *OWN, mail.WHERE.postal_address, "mail_clerk of meishan"), path


async def test_the_pages_of_users_are_in_english(client: Client) -> None:
    someone = await make_staff("reviewer", login="someone")
    await make_staff("admin")
    await in_english(client)
    await client.get("/staff/setup")
    await client.post("/staff/setup", {"password": "x"})
    read(client)
    await client.staff_sign_in("meishan-admin")
    for path in ("", "/new", f"/{someone.id}"):
        await client.get(f"/staff/users{path}")
        read(client)
    await client.post(f"/staff/users/{someone.id}", {"action": "reset"})
    assert "Hand it over in person" in client.text
    read(client)
