"""Drawn faces, for tests of the face check."""

import io

from PIL import Image, ImageDraw, ImageFilter


def portrait(shift: int = 0, light: int = 200, side: int = 600, blur: int = 0, kind: str = "JPEG") -> bytes:
    """Return a drawn face in front of a wall."""
    image = Image.new("RGB", (side, side), (light, light, light))
    draw = ImageDraw.Draw(image)
    ink, skin = max(0, light - 160), (light, int(light * 0.8), int(light * 0.6))
    draw.ellipse(
        (side * 0.25 + shift, side * 0.15, side * 0.75 + shift, side * 0.85), fill=skin, outline=(ink,) * 3, width=6
    )
    for x in (0.38, 0.58):
        draw.ellipse((side * x + shift, side * 0.4, side * (x + 0.06) + shift, side * 0.46), fill=(ink,) * 3)
    draw.arc((side * 0.38 + shift, side * 0.5, side * 0.62 + shift, side * 0.72), 20, 160, fill=(ink,) * 3, width=8)
    for line in range(0, side, 12):
        draw.line((0, line, side * 0.2, line), fill=(ink,) * 3, width=2)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def photo(content: bytes, name: str = "face.jpg") -> tuple[str, bytes, str]:
    """Return a picture as a file to upload."""
    return name, content, "image/jpeg"
