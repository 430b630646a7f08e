"""What is written can be searched for names, and holds none; the fixtures look again after all journeys."""

from e2e import leaks
from e2e.people import Citizen
from e2e.server import Server


def test_nothing_on_the_disk_or_in_the_log_names_a_demo_person(plain_citizen: Citizen, server: Server) -> None:
    plain_citizen.go("/meishan/login")
    plain_citizen.sign_in("meishan", "13800000101")
    plain_citizen.heading("我的办件")
    plain_citizen.go("/meishan/settings")
    plain_citizen.heading("账号设置")

    leaks.look(server)


def test_a_name_on_the_disk_would_be_found() -> None:
    written = {"portal.sqlite": "…马桂兰…".encode(), "files/ab": b"x13800000011x", "server-1.log": "张丽".encode()}

    assert sorted(leaks.in_the_open(written)) == [("files/ab", "13800000011"), ("portal.sqlite", "马桂兰")]
