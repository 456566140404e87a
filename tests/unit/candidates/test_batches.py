"""How candidates are cut into batches."""

import itertools

import pytest
from cvsearch.candidates.batches import (
    MAX_BATCH_SIZE,
    batch_ends,
    batch_length,
    batch_name,
    batches_of,
    is_of_cut,
    largest_size,
    size_for,
)
from cvsearch.files import write_rows
from cvsearch.journal.identity import Setting

# Above this Snakemake compares a file by its time, and no longer by its content.
COMPARED_BYTES = 1_000_000


@pytest.mark.parametrize(("first", "n", "size"), [*itertools.product((0, 7), (1, 5, 6, 7), (1, 3, 6))])
def test_batches_hold_every_candidate_once_in_their_order(first, n, size):
    batches = batches_of(first, n, size)
    assert [i for start, end in batches for i in range(start, end + 1)] == list(range(first, first + n))
    assert all(end - start + 1 == size for start, end in batches[:-1])


def test_growth_keeps_every_full_batch():
    few, many = batches_of(0, 10, 4), batches_of(0, 30, 4)
    assert many[:2] == few[:2] and many[2] != few[2]


def test_names_tell_the_ends_and_the_length():
    name = batch_name(6, 1_234_567)
    assert name == "000006-1234567"
    assert batch_ends(name) == (6, 1_234_567)
    assert batch_length(name) == 1_234_562


def test_a_full_batch_of_the_same_cut_is_known_whatever_the_number_of_candidates():
    assert is_of_cut(batch_name(6, 8), 0, 3) and is_of_cut(batch_name(7, 9), 1, 3)
    assert not is_of_cut(batch_name(6, 7), 0, 3), "it is not full"
    assert not is_of_cut(batch_name(6, 9), 0, 3), "it is too long"
    assert not is_of_cut(batch_name(5, 7), 0, 3), "it starts elsewhere"


@pytest.mark.parametrize(
    ("seconds", "size"),
    [(0.5, 40), (1.9, 11), (5.6, 4), (5.8, 3), (20.0, 1), (1000.0, 1), (1e-6, MAX_BATCH_SIZE), (0.0, MAX_BATCH_SIZE)],
)
def test_a_batch_is_sized_by_what_one_evaluation_takes(seconds, size):
    assert size_for(seconds, 20.0) == size


@pytest.mark.parametrize("length", [1, 100, 1000, 100_000, 10_000_000])
def test_the_largest_batch_stays_below_the_size_that_is_compared_by_content(tmp_path, length):
    """Or one candidate, where already that is larger."""
    setting = Setting({"a": "x" * length})
    size = largest_size([setting.params] * 3)
    assert 1 <= size <= MAX_BATCH_SIZE
    rows = ({"candidate": 10_000_000 + i, **setting._asdict()} for i in range(size))
    write_rows(tmp_path / "batch.jsonl", rows)
    assert size == 1 or (tmp_path / "batch.jsonl").stat().st_size < COMPARED_BYTES


def test_the_largest_batch_follows_the_first_candidates_and_uses_most_of_its_file():
    params = {"a": "x" * 1000}
    assert largest_size([params] * 500) == largest_size([params] * 100 + [{"a": ""}] * 900)
    assert largest_size([params]) * 1000 > COMPARED_BYTES / 2
    assert largest_size([{"a": 1}]) == MAX_BATCH_SIZE
