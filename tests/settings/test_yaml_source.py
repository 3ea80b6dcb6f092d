from pathlib import Path

import pytest

from csms.domain.errors import Fault, SettingsError
from csms.settings.yaml_source import KeyPath, YamlSource, read_yaml, spell
from tests.settings.complaints import complaint


def read(folder: Path, text: str) -> YamlSource:
    path = folder / "file.yaml"
    path.write_text(text)
    return read_yaml(path)


SAMPLE = """\
site: fjordgata
grid:
  earthing: TN
feeders:
  - id: intake
    feeders:
      - {id: level-1}
      - {id: level-2}
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("site",), 1),
        (("grid",), 2),
        (("grid", "earthing"), 3),
        (("feeders",), 4),
        (("feeders", 0), 5),
        (("feeders", 0, "feeders", 1, "id"), 8),
        (("feeders", 0, "limit_a"), 5),  # not there: the nearest that is
        (("grid", "voltage_v"), 2),
        (("control", "plan_every_s"), 1),
        ((), 1),
    ],
)
def test_every_key_has_its_line(tmp_path: Path, key: KeyPath, line: int) -> None:
    assert read(tmp_path, SAMPLE).line_of(key) == line


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ((), ""),
        (("site",), "site"),
        (("chargers", 3, "feeder"), "chargers[3].feeder"),
        (
            ("feeders", 0, "feeders", 12, "limit_a", "windows", 0, "from"),
            "feeders[0].feeders[12].limit_a.windows[0].from",
        ),
    ],
)
def test_key_is_spelled_as_people_write_it(key: KeyPath, text: str) -> None:
    assert spell(key) == text


def test_values_are_those_of_the_file(tmp_path: Path) -> None:
    text = "a: 1\nb: [x, 2.5, true, null]\nc: {d: '3'}\n"
    assert read(tmp_path, text).values == {"a": 1, "b": ["x", 2.5, True, None], "c": {"d": "3"}}


def test_anchors_and_aliases_may_be_used(tmp_path: Path) -> None:
    text = "common: &common {max_a: 32}\nchargers: [*common, *common]\n"
    assert read(tmp_path, text).values["chargers"] == [{"max_a": 32}, {"max_a": 32}]


def test_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffsite: fjordgata\n").values == {"site": "fjordgata"}


def nested_anchors() -> str:
    """Nine lines that would unfold to a hundred million values."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefg", "bcdefgh", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "file.yaml:1: expected keys and values at the top level"),
        ("# only a comment\n", "file.yaml:1: expected keys and values at the top level"),
        ("- a\n- b\n", "file.yaml:1: expected keys and values at the top level"),
        ("hello\n", "file.yaml:1: expected keys and values at the top level"),
        (b"site: \xff\xfe\n", "file.yaml:1: expected UTF-8 text"),
        (b"\xff\xfes\x00i\x00t\x00e\x00", "file.yaml:1: expected UTF-8 text"),
        (
            "site: a\n\ttimezone: b\n",
            "file.yaml:2: not YAML: found character '\\t' that cannot start any token",
        ),
        ("a: 1\nb: [1, 2\nc: 3\n", "file.yaml:3: not YAML: expected ',' or ']', but got ':'"),
        ("a: 'x\n", "file.yaml:2: not YAML: found unexpected end of stream"),
        ("a: *nobody\n", "file.yaml:1: not YAML: found undefined alias 'nobody'"),
        ("a: 1\n---\nb: 2\n", "file.yaml:2: not YAML: but found another document"),
        (
            "a: 1\nb: x\x00y\n",
            "file.yaml:2: not YAML: character #x0000: special characters are not allowed",
        ),
        ("a: 1\nb: 2\na: 3\n", "file.yaml:3: a: expected each key once, got it again"),
        (
            "a:\n  - {b: 1, c: 2, b: 3}\n",
            "file.yaml:2: a[0].b: expected each key once, got it again",
        ),
        ("a: 1\n? [b, c]\n: 2\n", "file.yaml:2: expected words as keys"),
        ("a: &a [*a]\n", "file.yaml:1: too deep"),
        ("a: " + "[" * 60 + "]" * 60, "file.yaml:1: too deep"),
        ("a: " + "[" * 5000 + "]" * 5000, "file.yaml:1: too deep"),
        ("a: " + "[" * 300_000, "file.yaml:1: too deep"),
        ("- " * 300_000, "file.yaml:1: too deep"),
        (nested_anchors(), "file.yaml:1: too deep"),
        (
            "a: 1\nb: !!python/object/apply:os.getcwd []\nc: !ours x\n",
            "file.yaml:3: c: not a value: could not determine a constructor for the tag '!ours'",
        ),
        (
            "a: !!int x\n",
            "file.yaml:1: a: not a value: invalid literal for int() with base 10: 'x'",
        ),
        ("a: !!bool maybe\n", "file.yaml:1: a: not a value of tag:yaml.org,2002:bool: 'maybe'"),
        ("a: !!int ''\n", "file.yaml:1: a: not a value of tag:yaml.org,2002:int: ''"),
        (
            "a: !!timestamp soon\n",
            "file.yaml:1: a: not a value of tag:yaml.org,2002:timestamp: 'soon'",
        ),
        ("a: 2026-13-45\n", "file.yaml:1: a: not a value: month must be in 1..12"),
    ],
)
def test_file_that_is_not_yaml_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    assert complaint(read_yaml, tmp_path / "file.yaml", text) == said


def test_all_doubled_keys_are_told_at_once(tmp_path: Path) -> None:
    said = complaint(read_yaml, tmp_path / "file.yaml", "a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert said == (
        "file.yaml:2: a: expected each key once, got it again\n"
        "file.yaml:3: b.c: expected each key once, got it again"
    )


def test_no_python_object_is_made_of_a_tag(tmp_path: Path) -> None:
    text = "a: !!python/object/apply:os.mkdir [made]\n"
    assert read(tmp_path, text).values == {"a": ["made"]}
    assert not (tmp_path / "made").exists()


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_yaml(tmp_path / "none.yaml")
    assert caught.value.faults == (Fault(1, "", "cannot be read: No such file or directory"),)


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_yaml(tmp_path)
    assert caught.value.faults == (Fault(1, "", "cannot be read: Is a directory"),)


def test_file_of_more_than_four_mebibytes_is_refused(tmp_path: Path) -> None:
    text = "a: 1\n" + "#" * 4 * 1024 * 1024
    said = complaint(read_yaml, tmp_path / "file.yaml", text)
    assert said == "file.yaml:1: expected a file of at most 4 MiB"


@pytest.mark.parametrize("path", sorted(Path("config").rglob("*.yaml")), ids=str)
def test_shipped_files_are_read_alike_with_and_without_libyaml(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = read_yaml(path)
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    plain = read_yaml(path)
    assert (fast.values, fast.lines) == (plain.values, plain.lines)
