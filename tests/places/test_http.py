"""Places over HTTP and by command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.unit import App
from places.models import City
from tests import factories
from tests.places.conftest import KAISANIEMI
from tests.places.test_tiles import layers, tile_of


class TestCityEndpoint:
    def test_shows_the_city_to_anyone(self, client: FlaskClient, helsinki: City) -> None:
        answer = client.get("/v1/city").json
        assert (answer["name"], answer["attribution"]) == ("Helsinki", "© OpenStreetMap contributors")
        assert len(answer["bbox"]) == 4

    def test_says_that_there_is_none(self, client: FlaskClient) -> None:
        answer = client.get("/v1/city")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/no-city")


class TestTileEndpoint:
    def test_draws_a_tile_that_may_be_kept(self, client: FlaskClient, helsinki: City) -> None:
        x, y = tile_of(KAISANIEMI, 14)
        answer = client.get(f"/v1/tiles/14/{x}/{y}.mvt")
        assert answer.content_type == "application/vnd.mapbox-vector-tile"
        assert "streets" in layers(answer.data)
        assert "public" in answer.headers["Cache-Control"]
        again = client.get(f"/v1/tiles/14/{x}/{y}.mvt", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    @pytest.mark.parametrize("path", ["3/8/0", "99/0/0", "a/b/c", "-1/0/0", "1/1"])
    def test_refuses_what_is_no_tile(self, client: FlaskClient, helsinki: City, path: str) -> None:
        answer = client.get(f"/v1/tiles/{path}.mvt")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


class TestAddressEndpoint:
    def test_is_not_for_strangers(self, client: FlaskClient) -> None:
        assert client.get("/v1/addresses?q=mannerheimintie").status_code == 401

    def test_answers_what_was_typed(self, app: App, client: FlaskClient, session: Session, helsinki: City) -> None:
        headers = factories.bearer(app, factories.person(session))
        answer = client.get("/v1/addresses?q=manerheimintie 12&near=24.94,60.17&limit=2", headers=headers)
        assert answer.json["items"][0]["text"] == "Mannerheimintie 12, 00100 Helsinki"
        assert answer.json["items"][0]["place"]["type"] == "Point"
        assert (len(answer.json["items"]), answer.json["attribution"]) == (2, "© OpenStreetMap contributors")

    @pytest.mark.parametrize("near", ["24.94", "x,y", "200,60", "24.94,60.17,1", "nan,nan", ""])
    def test_refuses_a_place_that_is_none(self, app: App, client: FlaskClient, session: Session, near: str) -> None:
        headers = factories.bearer(app, factories.person(session))
        answer = client.get("/v1/addresses", query_string={"q": "x", "near": near}, headers=headers)
        assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "near")


class TestCityCommand:
    def test_imports_and_shows(
        self, app: App, helsinki_file: Path, graphs: Path, tmp_path: Path, client: FlaskClient
    ) -> None:
        # The graphs stand already; building them is tested with a smaller place.
        shutil.copytree(graphs, tmp_path / "streets" / graphs.name)
        runner = app.test_cli_runner()
        done = runner.invoke(args=["city", "import", str(helsinki_file), "--folder", str(tmp_path)])
        assert done.exit_code == 0, done.output
        assert "Helsinki (Europe/Helsinki) is imported" in done.output
        assert "OpenStreetMap contributors" in runner.invoke(args=["city", "show"]).output
        assert (tmp_path / "streets" / "current").is_file()

    def test_says_in_one_line_what_is_wrong(self, app: App, tmp_path: Path, client: FlaskClient) -> None:
        broken = tmp_path / "broken.osm.pbf"
        broken.write_text("no map")
        done = app.test_cli_runner().invoke(args=["city", "import", str(broken), "--folder", str(tmp_path)])
        assert done.exit_code == 1
        assert done.output.splitlines()[-1].startswith("Error: broken.osm.pbf cannot be read as OpenStreetMap data")
