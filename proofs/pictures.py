"""A picture as it came from a device, made into the one that is kept: checked, turned upright, stripped, re-encoded.

Only pixels survive: no EXIF, so no position and no device. Slow and native: in the web process, off the event loop.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from kernel.errors import FieldError, Invalid
from proofs.models import ProofKind

LARGEST_UPLOAD = 15 * 2**20  # bytes
MOST_PIXELS = 64_000_000  # decoded, 200 MB: telephones make 50, decompression bombs make more
_LONGEST_SIDE = {ProofKind.PHOTO: 2560, ProofKind.SIGNATURE: 1600}
_READABLE = ("JPEG", "PNG", "WEBP")

# Pillow warns above its own limit and refuses above twice that; one limit is enough, and it refuses.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class NotAPicture(Invalid):
    """The file is not a picture that can be kept."""


@dataclass(frozen=True)
class Picture:
    """What is kept of an upload. `received_sha256` is of the upload, `sha256` of `data`."""

    data: bytes
    media_type: str
    suffix: str
    sha256: str
    received_sha256: str
    width_px: int
    height_px: int


def develop(upload: bytes, *, kind: ProofKind) -> Picture:
    """Return the picture to keep: photos as JPEG, signatures as PNG on white. NotAPicture."""
    upright = _upright(upload, _LONGEST_SIDE[kind])
    out = BytesIO()
    if kind is ProofKind.PHOTO:
        upright.save(out, "JPEG", quality=85, optimize=True)
        media_type, suffix = "image/jpeg", "jpg"
    else:
        upright.save(out, "PNG", optimize=True)
        media_type, suffix = "image/png", "png"
    data = out.getvalue()
    return Picture(
        data,
        media_type,
        suffix,
        fingerprint(data),
        fingerprint(upload),
        width_px=upright.width,
        height_px=upright.height,
    )


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


def _upright(upload: bytes, longest_px: int) -> Image.Image:
    try:
        # `verify` leaves the picture unusable, so it is opened twice.
        Image.open(BytesIO(upload), formats=_READABLE).verify()
        opened = Image.open(BytesIO(upload), formats=_READABLE)
        opened.draft("RGB", (longest_px, longest_px))  # a JPEG is decoded no larger than needed
        opened.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
        return _on_white(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refusal(f"has more than {MOST_PIXELS // 1_000_000} million pixels") from None
    except Exception as fault:
        # Pillow's decoders raise whatever they meet in a broken file: OSError, ValueError, SyntaxError, struct.error.
        raise _refusal("is not a readable JPEG, PNG or WebP picture") from fault


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, transparent ones white: a signature is drawn on nothing."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen.getchannel("A"))
    return sheet


def _refusal(detail: str) -> NotAPicture:
    return NotAPicture(f"the file {detail}", errors=[FieldError("/file", detail)])
