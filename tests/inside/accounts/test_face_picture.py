"""The look at a picture of a face: its size, light and sharpness, and whether somebody moved between two of them."""

import pytest
from PIL import Image

from portal.accounts import face_picture
from tests.helpers.faces import portrait


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (portrait(), ""),
        (portrait(kind="PNG"), ""),
        (portrait(side=200), "small"),
        (portrait(light=20), "dark"),
        (portrait(blur=40), "blurred"),
        (Image.new("RGB", (9, 9)).tobytes(), "not_a_picture"),
    ],
    ids=["good", "good PNG", "small", "dark", "blurred", "no picture"],
)
def test_a_picture_is_looked_at_for_size_light_and_sharpness(content: bytes, reason: str) -> None:
    image = face_picture.opened(content)

    assert (face_picture.wrong_with(image) if image else "not_a_picture") == reason


def test_a_white_picture_is_too_bright() -> None:
    assert face_picture.wrong_with(Image.new("L", (600, 600), 250)) == "bright"


def test_two_pictures_of_somebody_who_moved_differ_and_a_copy_does_not() -> None:
    first, moved = face_picture.opened(portrait()), face_picture.opened(portrait(shift=25))
    assert first and moved

    assert face_picture.difference(first, moved) > face_picture.MOVED
    assert face_picture.difference(first, first) == 0


def test_equal_pictures_get_equal_answers() -> None:
    looks = [face_picture.opened(portrait()) for _ in range(2)]

    assert len({face_picture.sharpness(one) for one in looks if one}) == 1
