"""Evidence: handed in by the courier, read by those who sent and planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from kernel.ids import new_id
from proofs.adapters.object_store import ObjectStore
from proofs.models import Proof
from proofs.store import EVIDENCE, EvidenceLost
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, picture

type Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    made, before = ObjectStore(tmp_path.as_uri()), EVIDENCE.get()
    EVIDENCE.plug(made)
    yield made
    EVIDENCE.plug(before)


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC))


@pytest.fixture
def send(app: App, client: FlaskClient, round_: Round) -> Send:
    def post(data: bytes, **given: Any) -> Any:
        form = {
            "id": str(new_id()),
            "delivery_id": str(round_.delivery_ids[0]),
            "kind": "photo",
            "captured_at": datetime.now(UTC).isoformat(),
            "file": (BytesIO(data), "door.jpg"),
        } | given
        return client.post("/v1/driver/evidence", data=form, headers=bearer(app, round_.driver))

    return post


def content(app: App, client: FlaskClient, round_: Round, proof_id: str, **headers: str) -> Any:
    return client.get(f"/v1/proofs/{proof_id}/content", headers=bearer(app, round_.dispatcher) | headers)


class TestCapture:
    def test_stores_the_picture_with_its_hashes(self, app: App, client: FlaskClient, round_: Round, send: Send) -> None:
        data = picture()
        answer = send(data, longitude="24.94", latitude="60.17", accuracy_m="8")
        assert answer.status_code == 201, answer.json
        assert answer.json["received_sha256"] == sha256(data).hexdigest()
        assert answer.json["place"]["coordinates"] == [24.94, 60.17]

        served = content(app, client, round_, answer.json["id"])
        assert (served.status_code, served.content_type) == (200, "image/jpeg")
        assert sha256(served.data).hexdigest() == answer.json["sha256"] == served.headers["ETag"].strip('"')
        again = content(app, client, round_, answer.json["id"], **{"If-None-Match": served.headers["ETag"]})
        assert again.status_code == 304

    def test_keeps_nothing_but_pixels_and_turns_them_upright(
        self, app: App, client: FlaskClient, round_: Round, send: Send
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 90 degrees to see it upright
        exif.get_ifd(0x8825)[1] = "N"
        answer = send(picture(exif=exif))
        kept = Image.open(BytesIO(content(app, client, round_, answer.json["id"]).data))
        assert (kept.size, dict(kept.getexif())) == ((40, 60), {})
        assert (answer.json["width_px"], answer.json["height_px"]) == (40, 60)

    def test_makes_large_photos_smaller(self, send: Send) -> None:
        answer = send(picture(width=4000, height=1000))
        assert (answer.json["width_px"], answer.json["height_px"]) == (2560, 640)

    def test_keeps_a_signature_as_png_on_white(self, app: App, client: FlaskClient, round_: Round, send: Send) -> None:
        out = BytesIO()
        Image.new("RGBA", (50, 20), (0, 0, 0, 0)).save(out, "PNG")
        answer = send(out.getvalue(), kind="signature", signee_name="Eino Leino")
        kept = Image.open(BytesIO(content(app, client, round_, answer.json["id"]).data))
        assert (kept.format, kept.getpixel((5, 5)), answer.json["signee_name"]) == ("PNG", (255,) * 3, "Eino Leino")

    def test_answers_the_same_picture_again_as_the_first_time(self, session: Session, send: Send) -> None:
        data, proof_id = picture(), str(new_id())
        first, again = send(data, id=proof_id), send(data, id=proof_id)
        assert (again.status_code, again.json) == (201, first.json)
        assert session.scalar(select(func.count()).select_from(Proof)) == 1

    def test_refuses_another_picture_with_the_same_id(self, send: Send) -> None:
        proof_id = str(new_id())
        send(picture(), id=proof_id)
        answer = send(picture(width=80), id=proof_id)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/proof-id-taken")

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7 no picture", picture()[:200], b"GIF89a" + b"\0" * 50])
    def test_refuses_what_is_not_a_picture(self, session: Session, send: Send, data: bytes) -> None:
        answer = send(data)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-a-picture")
        assert answer.json["errors"][0]["pointer"] == "/file"
        assert session.scalar(select(func.count()).select_from(Proof)) == 0

    def test_refuses_a_decompression_bomb(self, send: Send) -> None:
        out = BytesIO()
        Image.new("1", (30_000, 30_000)).save(out, "PNG")
        assert len(out.getvalue()) < 200_000
        answer = send(out.getvalue())
        assert (answer.status_code, "million pixels" in answer.json["detail"]) == (422, True)

    def test_refuses_fifty_megabytes_before_reading_them(self, app: App, client: FlaskClient, round_: Round) -> None:
        answer = client.post(
            "/v1/driver/evidence",
            data=b"\xff" * 50_000_000,
            content_type="multipart/form-data; boundary=b",
            headers=bearer(app, round_.driver),
        )
        assert (answer.status_code, answer.content_type) == (413, "application/problem+json")

    def test_refuses_a_delivery_of_another_drivers_route(self, session: Session, round_: Round, send: Send) -> None:
        other = rounds.published(session, now=datetime.now(UTC), carrier=round_.carrier)
        answer = send(picture(), delivery_id=str(other.delivery_ids[0]))
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/not-on-your-route")

    def test_refuses_a_picture_from_the_future(self, send: Send) -> None:
        answer = send(picture(), captured_at=(datetime.now(UTC) + timedelta(minutes=5)).isoformat())
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/captured_at")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("kind", "video"),
            ("latitude", "91"),
            ("signee_name", "a\0b"),
            ("captured_at", "2026-06-15T09:00:00"),
            ("colour", "red"),
            ("longitude", "24"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, send: Send, field: str, value: str) -> None:
        answer = send(picture(), **{field: value})
        named = "/latitude" if field == "longitude" else f"/{field}"
        assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [named])

    def test_needs_the_file_as_a_file(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        form = {
            "id": str(new_id()),
            "delivery_id": str(round_.delivery_ids[0]),
            "kind": "photo",
            "captured_at": datetime.now(UTC).isoformat(),
            "file": "door.jpg",
        }
        headers = bearer(app, round_.driver)
        answer = client.post("/v1/driver/evidence", data=form, headers=headers, content_type="multipart/form-data")
        assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, ["/file"])

    def test_names_what_a_form_has_too_much_of(self, send: Send) -> None:
        answer = send(picture(), **{f"field{number}": "x" for number in range(1001)})
        assert (answer.status_code, "at most 1000 parts" in answer.json["detail"]) == (413, True)

    def test_needs_the_file(self, app: App, client: FlaskClient, round_: Round) -> None:
        answer = client.post(
            "/v1/driver/evidence",
            data={"kind": "photo"},
            headers=bearer(app, round_.driver),
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422
        assert "/file" in [each["pointer"] for each in answer.json["errors"]]


class TestReading:
    def test_lists_the_proofs_of_a_delivery(self, app: App, client: FlaskClient, round_: Round, send: Send) -> None:
        proof_id = send(picture()).json["id"]
        path = f"/v1/deliveries/{round_.delivery_ids[0]}/proofs"
        answer = client.get(path, headers=bearer(app, round_.dispatcher))
        assert [each["id"] for each in answer.json["items"]] == [proof_id]

    def test_shows_nothing_to_another_merchant(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send
    ) -> None:
        proof_id = send(picture()).json["id"]
        stranger = factories.person(session, role=Role.MERCHANT)
        for path in (f"/v1/deliveries/{round_.delivery_ids[0]}/proofs", f"/v1/proofs/{proof_id}/content"):
            assert client.get(path, headers=bearer(app, stranger)).status_code == 404

    def test_never_serves_what_was_tampered_with(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send, store: ObjectStore
    ) -> None:
        proof_id = send(picture()).json["id"]
        key = session.scalars(select(Proof.store_key)).one()
        store.put(key, picture(width=80))
        answer = content(app, client, round_, proof_id)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/evidence-tampered")
        store.delete(key)
        assert content(app, client, round_, proof_id).json["detail"] == "the picture is gone from the store"


class TestObjectStore:
    @pytest.mark.parametrize("kind", ["file", "memory"])
    def test_gives_back_what_was_put(self, tmp_path: Path, kind: str) -> None:
        store = ObjectStore((tmp_path / "new" / "folder").as_uri() if kind == "file" else "memory:///")
        store.put("proofs/a/b.jpg", b"pixels")
        store.put("proofs/a/b.jpg", b"other pixels")
        assert store.get("proofs/a/b.jpg") == b"other pixels"
        store.delete("proofs/a/b.jpg")
        store.delete("proofs/a/b.jpg")
        with pytest.raises(EvidenceLost):
            store.get("proofs/a/b.jpg")
