"""The demonstration: demo people with accounts, staff of both cities, and what to type to try it."""

from portal import demo_benefits
from portal.accounts import experts, person, second_factor, staff
from portal.accounts.register import demo_people
from portal.core.store.crypto import keyed
from portal.core.store.database import fetch_value, migrate, opened
from portal.core.tools.settings import SETTINGS
from portal.regions.load import REGIONS, Region

PASSWORD = "mente-demo-2026"  # noqa: S105  printed at the start; demo data only
STAFF = (
    ("reviewer", "李审核"),
    ("approver", "周审批"),
    ("supervisor", "吴主管"),
    ("expert", "郑专家"),
    ("mail_clerk", "孙邮寄"),
    ("admin", "钱管理"),
    ("auditor", "赵审计"),
)
# The pool of experts: specialties and hospital. The first one is in `STAFF`: specialties and hospital.
EXPERTS = (
    ("郑专家", "心内科 内分泌科 肾内科", "新星市人民医院"),
    ("冯专家", "心内科 呼吸科 神经科", "第十三师红星医院"),
    ("陈专家", "心内科 肿瘤科 内分泌科", "第十三师火箭农场医院"),
    ("褚专家", "心内科 风湿免疫科", "兵团第十三师医院"),
)
# These two have no account yet: the first visit, with binding, can be tried with them.
NEWCOMERS = {"xx-08", "ms-08"}


async def prepare() -> None:
    """Make the tables and load the demo people."""
    async with opened():
        await migrate()
        await load()


async def load() -> None:
    """Load the demo people, the staff and what was decided long ago, once."""
    if await fetch_value("SELECT count(*) FROM staff"):
        return
    for one in demo_people().values():
        if one.phone and one.no not in NEWCOMERS:
            await _account(one.no)
    password_hash = staff.hashed(PASSWORD)  # once for all of them: it takes a while on purpose
    for region in REGIONS:
        for role, name in STAFF:
            await _member(f"{region}-{role.replace('_', '-')}", name, region, role, password_hash)
        await _member(f"{region}-admin-2", "沈管理", region, "admin", password_hash)  # releases policy second
        await _panel(region, password_hash)
    await demo_benefits.make()


async def _member(login: str, name: str, region: str, role: str, password_hash: str) -> str:
    """Take a member of staff on; the second factor is set up. Return the id."""
    id = await staff.add(login=login, name=name, region=region, roles=role, password_hash=password_hash)
    await second_factor.prepare(id)
    await second_factor.fits(id, await second_factor.unused_code(id))
    return id


async def _panel(region: str, password_hash: str) -> None:
    """Fill the pool of experts of a city that asks them."""
    if not REGIONS[region].rules.experts.required:
        return
    for number, (name, specialties, hospital) in enumerate(EXPERTS, start=1):
        login = f"{region}-expert" if number == 1 else f"{region}-expert-{number}"
        if number > 1:
            await _member(login, name, region, "expert", password_hash)
        known = await fetch_value("SELECT id FROM staff WHERE login = $1", login)
        await experts.enrol(str(known), region, specialties, hospital)


async def _account(no: str) -> None:
    one = next(person_ for person_ in demo_people().values() if person_.no == no)
    if await fetch_value("SELECT 1 FROM person WHERE id_hash = $1", keyed("id_number", one.id_number)):
        return
    await person.bind(
        phone_id=await person.phone_of(one.phone),
        name=one.name,
        id_type=one.id_type,
        id_number=one.id_number,
        card_no=one.card_no,
        consent_version="demo",
    )


def welcome() -> str:
    """Return what `portal demo` prints: the address, and who to sign in as."""
    where = SETTINGS.public_origin
    lines = [
        f"门特网办 · demonstration on {where}",
        "",
        "  citizens (SMS code is shown on the page)",
        *(f"    {region.short}  {where}/{region.id}/  {_citizens(region)}" for region in REGIONS.values()),
        *(f"    {line}" for line in demo_benefits.stories()),
        f"  clock   {where}/demo/clock  moves the portal's time ahead, to see the limits work",
        f"  staff   {where}/staff/      password {PASSWORD}, then the code shown on the page",
        *(f"    {_logins(region)}" for region in REGIONS.values()),
        "    admin-2 releases what the first admin of the city drafted",
    ]
    return "\n".join(["", *lines, ""])


def _citizens(region: Region) -> str:
    """Return the first demo person of a city with an account, and the first without one."""
    people = [row for row in demo_people().values() if row.region == region.id and row.phone]
    known = [f"{row.phone}  {row.name}" for row in people if row.no not in NEWCOMERS]
    new = [f"first visit, to be bound: {row.phone} {row.name}" for row in people if row.no in NEWCOMERS]
    return "  ".join([*known[:1], *new[:1]]) or "nobody is insured here: add people to accounts/demo_people.csv"


def _logins(region: Region) -> str:
    """Return the logins of a city's staff."""
    names = [f"{region.id}-{role.replace('_', '-')}" for role, _ in STAFF]
    if region.rules.experts.required:
        names.append(f"{region.id}-expert-2 to -{len(EXPERTS)}")
    return "  ".join([*names, f"{region.id}-admin-2"])
