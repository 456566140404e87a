"""Files that are written whole or not at all."""

import json

import pytest
from cvsearch.errors import InputError
from cvsearch.files import FORMAT, canonical, read_json, read_rows, write_atomically, write_json, write_rows

ROWS = [{"candidate": i, "C": 10.0 ** (i / 7), "name": "naïve"} for i in range(5)]


def test_rows_survive_the_trip_bit_for_bit(tmp_path):
    write_rows(tmp_path / "rows.jsonl", ROWS)
    head, rows = read_rows(tmp_path / "rows.jsonl", "")
    assert list(rows) == ROWS
    assert head["rows"] == len(ROWS)
    assert head["rows"] == 5


def test_equal_rows_make_equal_files(tmp_path):
    write_rows(tmp_path / "a", ROWS)
    write_rows(tmp_path / "b", [dict(reversed(row.items())) for row in ROWS])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def damage(path, how):
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(
        {
            "cut in a line": content[:-7],
            "cut after a line": b"".join(lines[:-1]),
            "cut in the first line": content[:20],
            "empty": b"",
            "edited": content.replace(b'"candidate":3', b'"candidate":4'),
            "duplicated": b"".join([*lines, lines[-1]]),
            "older": content.replace(FORMAT.encode(), b"cvsearch rows 0"),
        }[how]
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("cut in a line", "is truncated"),
        ("cut after a line", "is truncated"),
        ("cut in the first line", "was truncated or edited"),
        ("empty", "was truncated or edited"),
        ("edited", "was edited"),
        ("duplicated", "was edited"),
        ("older", "is of format 'cvsearch rows 0'"),
    ],
)
def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(tmp_path, how, said):
    path = tmp_path / "rows.jsonl"
    write_rows(path, ROWS)
    damage(path, how)
    with pytest.raises(InputError) as caught:
        read_rows(path, "rebuild-command")
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "rebuild-command" in str(caught.value)


def test_a_damaged_or_missing_json_file_is_named_likewise(tmp_path):
    path = tmp_path / "plan.json"
    write_json(path, {"a": 1})
    assert read_json(path, "rebuild-command") == {"a": 1}
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=r"plan\.json: was truncated or edited; rebuild it: rebuild-command"):
        read_json(path, "rebuild-command")
    path.unlink()
    with pytest.raises(InputError, match=r"plan\.json: is missing; rebuild it: rebuild-command"):
        read_json(path, "rebuild-command")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_atomically(path, "text is no bytes")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_canonical_text_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": [0.1, None]}) == canonical(json.loads('{"a": [0.1, null], "b": 1}'))


def test_a_missing_file_of_rows_is_named_likewise(tmp_path):
    with pytest.raises(InputError, match=r"rows\.jsonl: is missing; rebuild it: rebuild-command"):
        read_rows(tmp_path / "rows.jsonl", "rebuild-command")
