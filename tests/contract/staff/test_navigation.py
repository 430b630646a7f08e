"""The navigation of the desk, role by role."""

import pytest

from portal.accounts.staff import ROLES
from portal.app import CONTROLLERS
from portal.staff.shared.nav import navigation
from tests.helpers.client import Client
from tests.helpers.factories import make_staff

LINKS = navigation(CONTROLLERS)


@pytest.mark.parametrize("role", ROLES)
async def test_a_member_opens_each_page_of_their_navigation(role: str, client: Client) -> None:
    clerk = await make_staff(role)
    await client.staff_sign_in(clerk.login)
    await client.get("/staff/notices")
    addresses = [link.address for link in LINKS if f'href="{link.address}"' in client.text]

    for address in addresses:
        await client.get(address)
        assert client.page.status_code in (200, 303), address

    assert {"/staff/notices", "/staff/passkeys"} <= set(addresses)
