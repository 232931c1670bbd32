"""What a courier's camera and a recipient's finger would leave: a photo of a doorstep, a signature. Drawn, seeded."""

from __future__ import annotations

import io
import math
from random import Random

from PIL import Image, ImageDraw, ImageFilter

PHOTO_SIZE = (960, 720)
SIGNATURE_SIZE = (480, 160)


def photo(text: str, random: Random) -> bytes:
    """Return a JPEG that compresses as a photo does: a door, a parcel with the text, light, grain."""
    width, height = PHOTO_SIZE
    wall = tuple(random.randint(90, 200) for _ in range(3))
    picture = Image.new("RGB", PHOTO_SIZE, wall)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 0.8, width, height), fill=(95, 92, 88))
    door = tuple(random.randint(40, 130) for _ in range(3))
    left = random.randint(250, 450)
    draw.rectangle((left, 60, left + 260, height * 0.8), fill=door, outline=(30, 30, 30), width=6)
    draw.ellipse((left + 220, 330, left + 240, 350), fill=(210, 190, 90))
    draw.rectangle((left - 40, 500, left + 180, 640), fill=(176, 132, 84), outline=(90, 60, 30), width=3)
    draw.text((left - 25, 550), text[:36], fill=(30, 20, 10), font_size=16)
    grain = Image.effect_noise(PHOTO_SIZE, 24).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(1.2)), grain, 0.08)
    return _bytes(picture, "JPEG", quality=82)


def signature(random: Random) -> bytes:
    """Return a PNG of a signature: one restless stroke from left to right."""
    width, height = SIGNATURE_SIZE
    picture = Image.new("L", SIGNATURE_SIZE, 255)
    waves = [(random.uniform(4, 26), random.uniform(0.01, 0.12), random.uniform(0, 6.3)) for _ in range(4)]
    stroke = [
        (x, height / 2 + sum(high * math.sin(x * often + shift) for high, often, shift in waves))
        for x in range(30, width - 30, 3)
    ]
    ImageDraw.Draw(picture).line(stroke, fill=20, width=4, joint="curve")
    return _bytes(picture, "PNG")


def _bytes(picture: Image.Image, kind: str, **options: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()
