"""The pictures that phones take."""

from __future__ import annotations

import io
from random import Random

from PIL import Image

from sim import pictures


class TestPhoto:
    def test_is_a_jpeg_of_a_photos_size(self) -> None:
        photo = pictures.photo("Aleksanterinkatu 13", Random(1))
        with Image.open(io.BytesIO(photo)) as picture:
            assert (picture.format, picture.size) == ("JPEG", pictures.PHOTO_SIZE)
        assert 20_000 < len(photo) < 1_000_000


class TestSignature:
    def test_is_a_png_that_differs_from_person_to_person(self) -> None:
        first, second = (pictures.signature(Random(seed)) for seed in (1, 2))
        with Image.open(io.BytesIO(first)) as picture:
            assert (picture.format, picture.size) == ("PNG", pictures.SIGNATURE_SIZE)
        assert first != second
