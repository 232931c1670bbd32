"""Deliveries from a CSV file: good lines in, bad lines in a file of rejects, nothing lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts.models import Organisation
from api.unit import App
from deliveries.models import Delivery
from tests.factories import city, merchant

HEADER = "external_id,recipient_name,phone,address,longitude,latitude,windows,weight_g,code,proof_requirements"
WINDOW = "2099-06-15T12:00+03:00/2099-06-15T14:00+03:00"
GOOD = f"order-1,Aino Virtanen,+358401234567,Bulevardi 5,,,{WINDOW},1200;300,RR123456785FI,photo"


@pytest.fixture
def shop(session: Session) -> Organisation:
    city(session, addresses=(("Bulevardi", "5", 24.94, 60.164),))
    made = merchant(session, name="Kirjakauppa Oy")
    session.commit()
    return made


def run(app: App, file: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["deliveries", "import", str(file), *options])


def import_lines(
    app: App, folder: Path, *lines: str, merchant: str = "Kirjakauppa Oy"
) -> tuple[Result, list[dict[str, str]]]:
    """The result, and the file of rejects as rows."""
    file = folder / "monday.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    result = run(app, file, "--merchant", merchant)
    rejects = folder / "monday.rejects.csv"
    with rejects.open(newline="", encoding="utf-8") if rejects.exists() else file.open() as opened:
        return result, list(csv.DictReader(opened)) if rejects.exists() else []


class TestImport:
    def test_puts_good_lines_in(self, app: App, session: Session, shop: Organisation, tmp_path: Path) -> None:
        placed = "order-2,Eino Leino,,,24.95,60.17,,500,,"
        result, rejects = import_lines(app, tmp_path, "\ufeff" + HEADER, GOOD, "", placed)

        assert (result.exit_code, rejects) == (0, []), result.output
        assert "2 deliveries created, 0 lines rejected." in result.output
        loaded = select(Delivery).options(selectinload(Delivery.parcels), selectinload(Delivery.windows))
        first, second = session.scalars(loaded.order_by(Delivery.external_id))
        assert first.merchant_id == second.merchant_id == shop.id
        assert [parcel.weight_g for parcel in first.parcels] == [1200, 300]
        assert first.parcels[0].code == "RR123456785FI"
        assert first.proof_requirements == ["photo"]
        assert len(first.windows) == 1
        assert second.place.longitude == 24.95

    def test_keeps_bad_lines_with_number_and_reason(
        self, app: App, session: Session, shop: Organisation, tmp_path: Path
    ) -> None:
        result, rejects = import_lines(
            app,
            tmp_path,
            HEADER,
            GOOD,
            "order-2,Eino Leino,0401234567,Bulevardi 5,,,,heavy,,",
            'order-3,"Eino\nLeino",,Bulevardi 999,,,,500,,',
            GOOD.replace("order-1", "order-4"),
            "order-5,Eino Leino,,,60.17,24.95,,500,,,surplus",
            "order-6,Eino Leino,,,60.17,24.95,,500,,",
            "order-7,Eino Leino,,Bulevardi 5,,,,500,,",
        )

        assert result.exit_code == 1
        assert "2 deliveries created, 5 lines rejected." in result.output
        assert [row["line"] for row in rejects] == ["3", "4", "6", "7", "8"]
        reasons = [row["problem"] for row in rejects]
        assert "recipient/phone: must start with +" in reasons[0]
        assert "parcels/0/weight_g: Not a valid integer" in reasons[0]
        assert reasons[1].startswith("address/text: 'Bulevardi 999' is not in the map")
        assert reasons[2] == "parcels/0/code: is taken"
        assert "surplus" in reasons[3]
        assert "swapped" in reasons[4]
        assert rejects[1]["recipient_name"] == "Eino\nLeino"
        assert set(session.scalars(select(Delivery.external_id))) == {"order-1", "order-7"}

    def test_takes_the_corrected_rejects_in_turn(self, app: App, shop: Organisation, tmp_path: Path) -> None:
        import_lines(app, tmp_path, HEADER, GOOD.replace("Bulevardi 5", "Bulevardi 999"))
        rejects = tmp_path / "monday.rejects.csv"
        rejects.write_text(
            rejects.read_text(encoding="utf-8").replace("Bulevardi 999", "Bulevardi 5"), encoding="utf-8"
        )

        result = run(app, rejects, "--merchant", str(shop.id))
        assert "1 delivery created, 0 lines rejected." in result.output

    def test_changes_nothing_the_second_time(
        self, app: App, session: Session, shop: Organisation, tmp_path: Path
    ) -> None:
        import_lines(app, tmp_path, HEADER, GOOD)
        _, rejects = import_lines(app, tmp_path, HEADER, GOOD)
        assert "external_id: is taken" in rejects[0]["problem"]
        assert len(session.scalars(select(Delivery.id)).all()) == 1

    def test_reads_semicolons_between_columns(self, app: App, shop: Organisation, tmp_path: Path) -> None:
        result, _ = import_lines(app, tmp_path, "recipient_name;address;weight_g", "Aino;Bulevardi 5;500")
        assert "1 delivery created" in result.output

    def test_does_not_let_an_open_quote_swallow_lines_in_silence(
        self, app: App, session: Session, shop: Organisation, tmp_path: Path
    ) -> None:
        bad = 'order-2,"Eino Leino,,Bulevardi 5,,,,500,,'
        result, rejects = import_lines(app, tmp_path, HEADER, GOOD, bad, GOOD.replace("order-1", "order-3"))
        assert result.exit_code == 1
        assert rejects[0]["problem"].startswith("lines 3 to 4 are not CSV")
        assert list(session.scalars(select(Delivery.external_id))) == ["order-1"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "missing: 'recipient_name', 'weight_g'"),
            (b"recipient_name,weight_g\nA,1", "missing: 'address, or longitude and latitude'"),
            (b"recipient_name,weight_g,address,colour\n", "unknown: 'colour'"),
            (b"recipient_name,weight_g,address,address\n", "repeated: 'address'"),
            (b"recipient_name,weight_g,address\n\xff\xfe,1,x\n", "is not UTF-8"),
        ],
    )
    def test_refuses_a_file_that_is_no_table_of_deliveries(
        self, app: App, shop: Organisation, tmp_path: Path, content: bytes, said: str
    ) -> None:
        file = tmp_path / "monday.csv"
        file.write_bytes(content)
        result = run(app, file, "--merchant", str(shop.id))
        assert result.exit_code == 1
        assert said in result.output
        assert "Traceback" not in result.output

    def test_refuses_a_merchant_that_is_not_one(
        self, app: App, session: Session, shop: Organisation, tmp_path: Path
    ) -> None:
        merchant(session, name="Kirjakauppa Oy")
        session.commit()
        result, _ = import_lines(app, tmp_path, HEADER, GOOD)
        assert "2 organisations are called 'Kirjakauppa Oy'" in result.output
        result, _ = import_lines(app, tmp_path, HEADER, GOOD, merchant="Nobody")
        assert "there is no organisation 'Nobody'" in result.output

    def test_explains_its_columns(self, app: App) -> None:
        result = app.test_cli_runner().invoke(args=["deliveries", "import", "--help"])
        assert "proof_requirements" in result.output


class TestColumns:
    def test_of_what_a_plan_is_asked_for(self, app: App, session: Session, shop: Organisation, tmp_path: Path) -> None:
        header = "recipient_name,address,weight_g,priority,setup_s,required_skills,excluded_skills,preferred_window"
        good = f"Aino,Bulevardi 5,5,60,120,cooled;two_people,noisy,{WINDOW}"
        bad = "Eino,Bulevardi 5,5,101,x,Cooled,,"

        _, rejects = import_lines(app, tmp_path, header, good, bad)

        made = session.scalars(select(Delivery)).one()
        assert (made.priority, made.setup_s, made.excluded_skills) == (60, 120, ["noisy"])
        assert made.required_skills == ["cooled", "two_people"]
        assert made.preferred_window is not None
        (rejected,) = rejects
        assert all(name in rejected["problem"] for name in ("priority", "setup_s", "required_skills/0"))
