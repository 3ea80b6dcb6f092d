from pathlib import Path

import pytest
import yaml
from jsonschema_rs import Draft202012Validator, meta

from csms.settings.app_file import app_schema, highest_profile, read_app
from csms.settings.app_schema import (
    AppModel,
    CaModel,
    CertificateModel,
    DatabaseModel,
    HistoryModel,
    HttpModel,
    KeepDaysModel,
    LogModel,
    OcppModel,
    TlsModel,
    V2gCaModel,
)
from tests.settings.complaints import complaint

SHIPPED = Path(__file__).parents[2] / "config" / "chargeflex.yaml"
SITE = """\
site: {name}
timezone: Europe/Oslo
grid: {{earthing: TN}}
feeders: [{{id: intake, limit_a: 63}}]
chargers: [{{id: {charger}, feeder: intake, max_a: 32}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sites beside which a settings file may stand."""
    (tmp_path / "one.yaml").write_text(SITE.format(name="one", charger="G-01"))
    (tmp_path / "two.yaml").write_text(SITE.format(name="two", charger="G-02"))
    return tmp_path


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    (folder / "app.yaml").write_text("sites: [one.yaml]\n")
    model, sites = read_app(folder / "app.yaml")
    assert model == AppModel(
        ocpp=OcppModel(
            host="127.0.0.1",
            port=9000,
            prefixes=["/ocpp", "/"],
            ping_every_s=20.0,
            call_timeout_s=30.0,
            compression=False,
            security_profile=None,
            tls=None,
        ),
        http=HttpModel(host="127.0.0.1", port=8080),
        database=DatabaseModel(url="sqlite:///chargeflex.db"),
        history=HistoryModel(
            folder="history",
            after_h=2.0,
            keep_days=KeepDaysModel.model_validate(
                {"raw": 400, "1min": 400, "15min": 3650, "day": 3650}
            ),
        ),
        log=LogModel(level="INFO"),
        ca=None,
        sites=["one.yaml"],
        authorize="everyone",
        solver_time_limit_s=5.0,
    )
    assert [site.site_id for site in sites] == ["one"]


def test_sites_are_read_in_their_order(folder: Path) -> None:
    (folder / "app.yaml").write_text("sites: [two.yaml, one.yaml]\n")
    _, sites = read_app(folder / "app.yaml")
    assert [site.site_id for site in sites] == ["two", "one"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ocpp: {port: 9000}\n", "app.yaml:1: sites: expected this key, it is missing"),
        ("sites: []\n", "app.yaml:1: sites: expected a list of at least 1, got []"),
        ("sites: one.yaml\n", "app.yaml:1: sites: expected a valid list, got 'one.yaml'"),
        ("sites: [1]\n", "app.yaml:1: sites[0]: expected a valid string, got 1"),
        (
            "sites: [one.yaml]\nocpp: {port: 65536}\n",
            "app.yaml:2: ocpp.port: expected less than or equal to 65535, got 65536",
        ),
        (
            "sites: [one.yaml]\nocpp:\n  port: '9000'\n",
            "app.yaml:3: ocpp.port: expected a valid integer, got '9000'",
        ),
        (
            "sites: [one.yaml]\nocpp: {ping_every_s: 0}\n",
            "app.yaml:2: ocpp.ping_every_s: expected greater than 0, got 0",
        ),
        (
            "sites: [one.yaml]\nocpp: {security_profile: 4}\n",
            "app.yaml:2: ocpp.security_profile: expected less than or equal to 3, got 4",
        ),
        (
            "sites: [one.yaml]\nocpp:\n  security_profile: 2\n",
            "app.yaml:3: ocpp.security_profile: 2 needs ocpp.tls",
        ),
        (
            (
                "sites: [one.yaml]\nocpp:\n  security_profile: 3\n"
                "  tls: {certificates: [{chain: a, key: b}]}\n"
            ),
            "app.yaml:3: ocpp.security_profile: 3 needs ocpp.tls with client_ca",
        ),
        (
            "sites: [one.yaml]\nplug_and_charge:\n  responders: ['http://ocsp.example']\n",
            (
                "app.yaml:3: plug_and_charge.responders[0]: expected text that matches "
                r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$, "
                "got 'http://ocsp.example'"
            ),
        ),
        (
            "sites: [one.yaml]\nplug_and_charge: {supplier: {url: 'ftp://x'}}\n",
            (
                "app.yaml:2: plug_and_charge.supplier.url: expected text that matches "
                r"^https?://[^\s@]+$, got 'ftp://x'"
            ),
        ),
        (
            "sites: [one.yaml]\nocpp:\n  tls: {certificates: []}\n",
            "app.yaml:3: ocpp.tls.certificates: expected a list of at least 1, got []",
        ),
        (
            (
                "sites: [one.yaml]\nocpp:\n"
                "  tls: {min_version: '1.1', certificates: [{chain: a, key: b}]}\n"
            ),
            "app.yaml:3: ocpp.tls.min_version: expected '1.2' or '1.3', got '1.1'",
        ),
        (
            "sites: [one.yaml]\nocpp: {prefixes: []}\n",
            "app.yaml:2: ocpp.prefixes: expected a list of at least 1, got []",
        ),
        (
            "sites: [one.yaml]\nocpp: {prefixes: [ocpp]}\n",
            "app.yaml:2: ocpp.prefixes[0]: expected text that matches ^/, got 'ocpp'",
        ),
        (
            "sites: [one.yaml]\nhttp: {hosts: ['csms.example.org:8080']}\n",
            (
                "app.yaml:2: http.hosts[0]: expected text that matches "
                "^[A-Za-z0-9][A-Za-z0-9.-]*$, got 'csms.example.org:8080'"
            ),
        ),
        (
            "sites: [one.yaml]\nhttp:\n",
            "app.yaml:2: http: expected keys and values, got None",
        ),
        (
            "sites: [one.yaml]\nlog: {level: debug}\n",
            "app.yaml:2: log.level: expected 'DEBUG', 'INFO', 'WARNING' or 'ERROR', got 'debug'",
        ),
        (
            "sites: [one.yaml]\nauthorize: all\n",
            "app.yaml:2: authorize: expected 'everyone' or 'listed_tokens', got 'all'",
        ),
        (
            "sites: [one.yaml]\nsolver_time_limit_s: 61\n",
            "app.yaml:2: solver_time_limit_s: expected less than or equal to 60, got 61",
        ),
        (
            "sites: [one.yaml]\nhistory: {after_h: 0.5}\n",
            "app.yaml:2: history.after_h: expected greater than or equal to 1, got 0.5",
        ),
        (
            "sites: [one.yaml]\nhistory:\n  keep_days: {1min: 0}\n",
            "app.yaml:3: history.keep_days.1min: expected greater than or equal to 1, got 0",
        ),
        (
            "sites: [one.yaml]\nhistory:\n  keep_days: {hour: 30}\n",
            "app.yaml:3: history.keep_days.hour: not a key that is known here",
        ),
        (
            "sites: [one.yaml]\nhistory: {folder: ''}\n",
            "app.yaml:2: history.folder: expected at least 1 characters, got ''",
        ),
        ("sites: [one.yaml]\nmodbus: {}\n", "app.yaml:2: modbus: not a key that is known here"),
        (
            "sites: [none.yaml]\n",
            "none.yaml:1: cannot be read: No such file or directory",
        ),
        (
            "sites:\n  - one.yaml\n  - one.yaml\n",
            "app.yaml:3: sites[1]: expected another site, 'one' is also in one.yaml",
        ),
    ],
)
def test_every_fault_is_told_with_its_line_and_key(folder: Path, text: str, said: str) -> None:
    assert complaint(read_app, folder / "app.yaml", text) == said


def test_fault_in_a_site_file_is_told_at_its_own_line(folder: Path) -> None:
    (folder / "two.yaml").write_text(SITE.format(name="two", charger="'G 02'"))
    said = complaint(read_app, folder / "app.yaml", "sites: [one.yaml, two.yaml]\n")
    assert said == (
        r"two.yaml:5: chargers[0].id: expected text that matches ^[^\s/:#?]+$, got 'G 02'"
    )


def test_charger_of_one_site_must_not_stand_in_another(folder: Path) -> None:
    (folder / "two.yaml").write_text(SITE.format(name="two", charger="G-01"))
    said = complaint(read_app, folder / "app.yaml", "sites:\n  - one.yaml\n  - two.yaml\n")
    assert said == "app.yaml:3: sites[1]: expected chargers of its own, 'G-01' is also in one.yaml"


def test_many_doubled_chargers_are_one_line(folder: Path) -> None:
    shared = "".join(f", {{id: G-{i}, feeder: intake, max_a: 32}}" for i in range(1, 6))
    for name in ("three", "four"):
        text = SITE.format(name=name, charger=f"{name}-1").replace("}]\n", f"}}{shared}]\n")
        (folder / f"{name}.yaml").write_text(text.replace(f"63}}{shared}]", "63}]"))
    said = complaint(read_app, folder / "app.yaml", "sites: [three.yaml, four.yaml]\n")
    assert said == (
        "app.yaml:1: sites[1]: expected chargers of its own, 'G-1', 'G-2', 'G-3' and 2 more are "
        "also in three.yaml"
    )


def test_shipped_settings_file_shows_the_defaults_but_believes_whoever_connects() -> None:
    model, sites = read_app(SHIPPED)
    assert model == AppModel(sites=["sites/garage.yaml"], ocpp=OcppModel(security_profile=0))
    assert [site.site_id for site in sites] == ["fjordgata"]


def test_json_schema_accepts_the_shipped_settings_file() -> None:
    meta.validate(app_schema())
    written = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(app_schema()).iter_errors(written)) == []


@pytest.mark.parametrize("place", ["file", "charger"])
def test_site_whose_stations_nobody_could_reach_is_refused(folder: Path, place: str) -> None:
    text = SITE.format(name="two", charger="G-02")
    if place == "file":
        text += "security_profile: 2\n"
    else:
        text = text.replace("max_a: 32", "max_a: 32, security_profile: 2")
    (folder / "two.yaml").write_text(text)
    said = complaint(read_app, folder / "app.yaml", "sites:\n  - one.yaml\n  - two.yaml\n")
    assert said == "app.yaml:3: sites[1]: its security_profile 2 needs ocpp.tls"


def test_authority_for_vehicles_has_a_place_beside_the_stations_own(folder: Path) -> None:
    (folder / "app.yaml").write_text("sites: [one.yaml]\nca: {v2g: {}}\n")
    model, _ = read_app(folder / "app.yaml")
    assert model.ca == CaModel(
        folder="pki", station_days=365, v2g=V2gCaModel(folder="pki/v2g", days=90)
    )


def test_certificates_of_stations_can_be_required_where_they_can_be_verified(folder: Path) -> None:
    (folder / "app.yaml").write_text(
        "sites: [one.yaml]\n"
        "ocpp:\n"
        "  security_profile: 3\n"
        "  tls:\n"
        "    certificates: [{chain: csms.pem, key: csms.key}]\n"
        "    client_ca: clients.pem\n"
    )
    model, _ = read_app(folder / "app.yaml")
    assert highest_profile(model.ocpp) == 3
    assert model.ocpp.tls == TlsModel(
        host=None,
        port=9001,
        certificates=[CertificateModel(chain="csms.pem", key="csms.key")],
        client_ca=["clients.pem"],
        crl=None,
        operator=None,
        min_version="1.2",
    )
