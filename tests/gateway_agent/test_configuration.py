"""The configuration file: what the page shows is accepted, every mistake is named with its line."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gateway_agent.configuration import Configuration, load, parse
from gateway_agent.configuration.locations import locate
from gateway_agent.configuration.settings import (
    AgentSettings,
    JournalSettings,
    SmoothingSettings,
    SourceSettings,
    StationSettings,
    UplinkSettings,
)
from gateway_agent.errors import ConfigurationError
from gateway_agent.stations.kinds import KINDS
from gateway_agent.stations.operator import READERS
from tests.gateway_agent.floors import HEAD
from tests.vectors import ROOT

PAGE = (ROOT / "docs" / "gateway-agent.md").read_text(encoding="utf-8")
STATION = '[[station]]\nname = "s"\nkind = "sell"\nsources = ["scanner"]\n'


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, Path("agent.toml"))
    return [(problem.line, f"{problem.path}: {problem.message}") for problem in caught.value.problems]


def problem(text: str) -> tuple[int | None, str]:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def documented() -> Configuration:
    """Put the page's blocks together to one file, with the devices that its stations name."""
    text = "\n".join(blocks())
    text = text.replace("[source.smoothing]", "[source.smoothing]", 1)
    names = set(
        re.findall(r'"([^"]+)"', " ".join(re.findall(r"^sources = \[([^\]]*)\]", text, re.MULTILINE)))
    )
    known = set(re.findall(r'^name = "([^"]+)"', text, re.MULTILINE))
    for name in sorted(names - known):
        text += f'\n[[source]]\nname = "{name}"\ndriver = "barcode"\nport = "/dev/null"\n'
    text = text.replace('driver = "uhf" ', 'driver = "uhf"\nport = "/dev/null" ')
    return parse(text, Path("/etc/suyuan/agent.toml"))


def test_every_example_of_the_page_is_valid() -> None:
    found = documented()
    assert found.agent.party is not None
    assert {station.name for station in found.stations} >= {
        "case-packing",
        "pasteuriser",
        "box-packing",
        "plot-inputs",
    }
    assert found.agent.data == Path("/var/lib/suyuan/agent")
    assert found.uplink.token_file == Path("/etc/suyuan/device.token")
    assert found.journal.keep == 72 * 3600
    assert found.sources[0].smoothing is not None
    assert found.sources[0].smoothing.lost_timeout == 2.0


def test_every_kind_and_every_command_is_on_the_page() -> None:
    for kind in KINDS:
        assert f"| `{kind}` |" in PAGE, kind
    for word in READERS:
        assert re.search(rf"`{word}[`=.]", PAGE), word


def test_every_key_is_on_the_page() -> None:
    derived = {
        "name",
        "driver",
        "kind",
        "file",
        "fingerprint",
        "agent",
        "uplink",
        "journal",
        "sources",
        "stations",
    }
    for settings in (
        AgentSettings,
        UplinkSettings,
        JournalSettings,
        SmoothingSettings,
        SourceSettings,
        StationSettings,
    ):
        for field in fields(settings):
            if field.name not in derived | {"smoothing"}:
                assert re.search(rf"`{field.name}`|\b{field.name} = ", PAGE), field.name


def test_lines_of_tables_keys_and_values_over_several_lines() -> None:
    text = '[a]\nx = 1\ny = [\n  1, # ]\n  2,\n]\nz = """\n[not]\nq = 1\n"""\n'
    text += "[[b]]\nk = { v = 1 }\n[b.c]\nd = 1\n[[b]]\nk = 2\n"
    assert locate(text) == {
        ("a",): 1, ("a", "x"): 2, ("a", "y"): 3, ("a", "z"): 7, ("b", 0): 11, ("b", 0, "k"): 12,
        ("b", 0, "c"): 13, ("b", 0, "c", "d"): 14, ("b", 1): 15, ("b", 1, "k"): 16,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('driver = "uhff"', 'driver = "uhf"', "not 'uhff'; did you mean uhf"),
        ('timezone = "+8"', 'timezone = "+08:00"', "must be an offset"),
        ('biz_location = "(414)6901234500012"', 'biz_location = "(414)6901234500011"', "check digit"),
        ('biz_location = "uscc:91110000600037341L"', 'biz_location = "(414)6901234500011"', "not a site"),
        ('party = "uscc:91110000600037341N"', 'party = "uscc:91110000600037341L"', "check"),
        ('url = "ftp://x"', 'url = "http://127.0.0.1:9"', "must be http"),
        ('url = "http://u:secret@x"', 'url = "http://127.0.0.1:9"', "no password in the address"),
        ('broker = "http://x"', 'broker = "mqtt://127.0.0.1"', "must be mqtt://"),
        ('topics = ["a/#/b"]', 'topics = ["t"]', "no topic filter"),
        ('topics = []', 'topics = ["t"]', "must not be empty"),
        ('id = "a b"', 'id = "test"', "letters, digits"),
        ("id = 7", 'id = "test"', "must be a text"),
        ('id = "test"\ncolour = "red"', 'id = "test"', "unknown key"),
        ('name = "gate"\nframeing = "bb"', 'name = "gate"', "unknown key; did you mean framing?"),
        ('name = "gate"\nquiet = 5', 'name = "gate"', "must be a duration"),
        ('name = "gate"\nbaud = 7', 'name = "gate"', "must be a whole number from 300"),
        ('name = "gate"\nrssi_min = "low"', 'name = "gate"', "must be a number"),
        ('name = "scanner"\ngs = "~~"', 'name = "scanner"', "must be one character"),
        ('name = "scanner"\nencoding = "utf-99"', 'name = "scanner"', "is no encoding"),
        ('name = "scanner"\nstx_etx = "yes"', 'name = "scanner"', "must be true or false"),
        ('port = "tcp://host"', 'port = "/dev/null"', "must be tcp://host:port"),
    ],
)  # fmt: skip
def test_mistakes_in_the_head(wrong: str, right: str, says: str) -> None:
    assert right in HEAD
    text = HEAD.replace(right, wrong, 1) + STATION
    line, message = problem(text)
    assert says in message
    assert line == line_of(text, wrong) + wrong.count("\n")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("close_count = 0", "must be a whole number"),
        ('close_idle = "soon"', "must be a duration"),
        ('action = "TAKE"', "must be one of ADD"),
        ('step = "foo:bar"', "namespace prefix 'foo' is not configured"),
        ('extend = { plain = "x" }', "must be a field with a configured namespace prefix"),
        ('ilmd = { "foo:x" = "x" }', "must be a field with a configured namespace prefix"),
        ('commands = ["TO=nobody"]', "TO:"),
        ('commands = ["DONE"]', "cannot stand at the start"),
        ("limits = { Temperature = [8] }", "must be [lowest, highest]"),
        ("limits = { Temperature = [8, 2] }", "the lowest is larger"),
        ('things = ["(414)6901234500011"]', "not a thing"),
        ("keep = 7", "must be a list of texts"),
        ('scheme = ["drugcode"]', "there is no scheme 'drugcode'"),
        ('include = ["sgtinn:069"]', "there is no scheme 'sgtinn'"),
        ('parent = ["scc"]', "there is no scheme 'scc'"),
    ],
)
def test_mistakes_in_a_station(more: str, says: str) -> None:
    text = f"{HEAD}{STATION}{more}\n"
    line, message = problem(text)
    assert says in message
    assert line == line_of(text, more)


def test_names_must_fit_together() -> None:
    text = HEAD + STATION + STATION.replace('["scanner"]', '["nobody"]')
    assert problems(text) == [
        (line_of(text, STATION) + 5, "station[2].name: 's' is used twice"),
        (line_of(text, STATION) + 7, "station[2].sources: there is no source 'nobody'"),
    ]
    assert "kind must be sense" in problem(HEAD + STATION.replace('"scanner"', '"sensors"'))[1]
    assert "an observe station needs a step" in problem(HEAD + STATION.replace('"sell"', '"observe"'))[1]


def test_missing_sections_are_all_named() -> None:
    messages = [message for _, message in problems("")]
    for missing in ("id is missing", "data is missing", "url is missing", "no [[source]]", "no [[station]]"):
        assert any(missing in message for message in messages), missing


@pytest.mark.parametrize("text", ["[agent", "a = ", 'a = "x\n', "a = 1\na = 2", "\x00", "[agent]\n[agent]"])
def test_broken_toml_names_a_line(text: str) -> None:
    line, message = problem(text)
    assert line
    assert message


@pytest.mark.parametrize(
    "text", ["agent = 1", "source = 1", "[source]\nx = 1", "station = [1]", "[uplink]\nurl = []"]
)
def test_wrong_shapes_are_problems_not_crashes(text: str) -> None:
    assert problems(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match="directory"):
        load(tmp_path)
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"[agent]\nid = '\xff'\n")
    with pytest.raises(ConfigurationError, match="line 2: the file is not UTF-8"):
        load(bad)
    bad.write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigurationError, match="larger than"):
        load(bad)


def test_the_fingerprint_is_of_what_decides_the_events() -> None:
    one = parse(HEAD + STATION, Path("a.toml"))
    other_server = parse(HEAD.replace("127.0.0.1:9", "127.0.0.1:10") + STATION, Path("a.toml"))
    other_station = parse(HEAD + STATION + "close_count = 2\n", Path("a.toml"))
    assert one.fingerprint == other_server.fingerprint
    assert one.fingerprint != other_station.fingerprint
