"""The examples in deploy/: the programs they start and the settings they name exist."""

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from tests.vectors import ROOT
from trace_api.settings import Settings, from_environment

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def assignments(text: str) -> dict[str, str]:
    """Give ``NAME=value`` lines, also those that are commented out."""
    return dict(re.findall(r"^(?:# )?(TRACE_[A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_every_setting_of_the_example_exists() -> None:
    found = assignments((DEPLOY / "trace-api.env").read_text(encoding="utf-8"))
    assert {"TRACE_DATA_DIR", "TRACE_PUBLIC_URL"} <= set(found)
    assert set(found) <= {f"TRACE_{field.name.upper()}" for field in fields(Settings)}
    settings = from_environment(found)
    assert settings.host == "127.0.0.1", "the world talks to the proxy"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (command,) = re.findall(
        r"^ExecStart=/opt/suyuan/bin/(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE
    )
    name, subcommand, *options = command.split()
    shown = subprocess.run(
        [Path(sys.executable).parent / name, subcommand, "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert all(option in shown.stdout for option in options if option.startswith("--"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_the_unit_and_finds_it_closed(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / unit.name
    copy.write_text(
        unit.read_text(encoding="utf-8").replace("/opt/suyuan/bin", str(Path(sys.executable).parent)),
        encoding="utf-8",
    )
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert unit.name not in checked.stderr, checked.stderr
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=25", copy],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert judged.returncode == 0, judged.stdout.splitlines()[-1:]


def test_nginx_accepts_the_proxy(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
            "-subj", "/CN=trace.example.cn",
            "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem",
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8").replace("/etc/suyuan/tls", str(tmp_path))
    (tmp_path / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} "
        f"http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}",
        encoding="utf-8",
    )
    checked = subprocess.run(
        [nginx, "-t", "-q", "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stderr


def test_the_proxy_lets_through_what_the_server_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (megabytes,) = map(int, re.findall(r"client_max_body_size (\d+)m;", text))
    assert megabytes * 1024 * 1024 > Settings().max_body_bytes
