"""`wcabench align` and `wcabench align evaluate`, on files as people have them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from wcabench.cli import main

ENGLISH = ["the old man saw a house", "", "Anna and two dogs", "a red house"]
DUTCH = ["de oude man zag een huis", "niets", "Anna en twee honden", "een rood huis"]


def invoke(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def text(tmp_path) -> tuple[Path, Path]:
    files = tmp_path / "en", tmp_path / "nl"
    for file, lines in zip(files, (ENGLISH, DUTCH), strict=True):
        file.write_text("\n".join(lines) + "\n")
    return files


def read(output: str) -> list[set[tuple[int, int]]]:
    return [
        {(int(i), int(j)) for i, j in (link.split("-") for link in line.split())}
        for line in output.splitlines()
    ]


def test_the_statistical_aligner_keeps_the_lines_and_says_which_are_empty(text):
    result = invoke("align", *text, "--direction", "intersect")
    assert result.exit_code == 0
    links = read(result.stdout)
    assert len(links) == 4 and not links[1]
    assert "1 of 4 lines have an empty side" in result.stderr


def test_one_file_of_both_sides_gives_the_same_as_two(text, tmp_path):
    tsv, out = tmp_path / "both.tsv", tmp_path / "out"
    tsv.write_text("\n".join(f"{a}\t{b}" for a, b in zip(ENGLISH, DUTCH, strict=True)))
    assert invoke("align", tsv, "--out", out).exit_code == 0
    assert out.read_text() == invoke("align", *text).stdout


@pytest.mark.parametrize("method", ["nearest-token", "wca-soft", "wca-hard"])
def test_a_coupling_links_each_target_word_forward_and_each_source_word_in_reverse(
    method, text, tiny_encoder
):
    def links(direction):
        result = invoke("align", *text, "-m", method, "--encoder", tiny_encoder, "--direction", direction)
        assert result.exit_code == 0, result.output
        return read(result.stdout)

    forward, reverse, both = links("forward"), links("reverse"), links("intersect")
    for at, (one, other) in enumerate(zip(ENGLISH, DUTCH, strict=True)):
        if not one:
            assert not forward[at] and not reverse[at]
            continue
        assert {j for _, j in forward[at]} == set(range(len(other.split())))
        assert {i for i, _ in reverse[at]} == set(range(len(one.split())))
        assert both[at] == forward[at] & reverse[at]


def test_without_an_encoder_the_embedded_one_is_read(text):
    links = read(invoke("align", *text, "-m", "wca-hard", "--direction", "intersect").stdout)
    assert {(0, 0), (1, 1), (2, 2), (3, 3)} == links[2]  # Anna and two dogs


def test_identical_sentences_are_linked_word_by_word(tmp_path, tiny_encoder):
    file = tmp_path / "en"
    file.write_text("the old man saw Anna\n")
    for more in ([], ["--set", "wca-hard.units=words"], ["--set", "wca-hard.special_tokens=true"]):
        arguments = ["-m", "wca-hard", "--encoder", tiny_encoder, "--set", "wca-hard.epsilon=none", *more]
        assert invoke("align", file, file, *arguments).stdout == "0-0 1-1 2-2 3-3 4-4\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "none"], "couples no words"),
        (["--method", "wca-hrd"], "did you mean 'wca-hard'"),
        (["--set", "wca-hard.epsilon=1"], "table of --set"),
        (["--set", "fastalign.em_iterations=1"], "is not at least 2"),
    ],
)
def test_what_cannot_be_aligned_is_refused(arguments, message, text):
    result = invoke("align", *text, *arguments)
    assert result.exit_code == 2 and message in result.stderr


def test_unequal_files_and_a_line_without_a_tab_are_refused(text, tmp_path):
    (tmp_path / "short").write_text("a\n")
    for files, counts in (((text[0], tmp_path / "short"), (4, 1)), ((tmp_path / "short", text[0]), (1, 4))):
        result = invoke("align", *files)
        assert result.exit_code == 2 and "unequal length" in result.stderr
        assert f"has {counts[0]} lines" in result.stderr and f"has {counts[1]};" in result.stderr
    result = invoke("align", text[0])
    assert result.exit_code == 2 and f"{text[0]}:1: no tab" in result.stderr


def test_a_kept_model_links_another_text_and_learns_nothing_from_it(text, tmp_path):
    model = tmp_path / "model.safetensors"
    learned = invoke("align", *text, "--save-model", model)
    assert learned.exit_code == 0 and "fast_align reverse: pass 4 of 4" in learned.stderr
    assert learned.stdout == invoke("align", *text).stdout == invoke("align", *text, "--model", model).stdout
    for file, line in zip(text, ("a dogs\n", "honden een\n"), strict=True):
        file.write_text(line)
    applied = invoke("align", *text, "--model", model, "--direction", "intersect")
    assert "pass" not in applied.stderr and read(applied.stdout) == [{(0, 1), (1, 0)}]
    assert read(invoke("align", *text, "--direction", "intersect").stdout) == [{(0, 0), (1, 1)}]


def test_scores_stand_in_a_file_of_their_own_a_line_a_pair(text, tmp_path):
    scores = tmp_path / "scores"
    result = invoke("align", *text, "--scores", scores)
    assert result.stdout == invoke("align", *text).stdout
    lines = scores.read_text().split("\n")
    assert len(lines) == 5 and lines[1] == lines[4] == ""  # the second pair has an empty side
    for line, links in zip(lines, result.stdout.splitlines(), strict=False):
        if line:
            likelihood, probabilities = line.split("\t")
            assert float(likelihood) < 0
            assert len(probabilities.split()) == len(links.split())
            assert all(0 <= float(p) <= 1 for p in probabilities.split())


@pytest.mark.parametrize(
    "outputs",
    [
        ("--out", "a", "--save-model", "./a"),
        ("--scores", "a", "--save-model", "a"),
        ("--out", "a", "--scores", "a"),
        ("--out", "in.txt"),
        ("--scores", "./in.txt"),
        ("--save-model", "in.txt"),
    ],
)
def test_no_output_takes_the_place_of_another_or_of_the_text(outputs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text("a b\tc d\n")
    result = CliRunner().invoke(main, ["align", "in.txt", *outputs])
    assert result.exit_code == 2 and result.stderr.count("error: ") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["in.txt"]
    assert Path("in.txt").read_text() == "a b\tc d\n"


def test_a_threshold_links_more_words_or_fewer(text, tiny_encoder):
    def count(*more):
        arguments = ["-m", "wca-soft", "--encoder", tiny_encoder, "--direction", "forward", *more]
        return sum(map(len, read(invoke("align", *text, *arguments).stdout)))

    assert count("--threshold", 0.01) > count() > count("--threshold", 0.9)


def test_lines_of_500_words_are_linked_by_fast_align_and_counted_by_a_coupling(tmp_path, tiny_encoder):
    words = [f"w{number}" for number in range(500)]
    for name in ("en", "nl"):
        (tmp_path / name).write_text("\n".join([*words, " ".join(words)]) + "\n")
    files = tmp_path / "en", tmp_path / "nl"
    statistical = invoke("align", *files, "--direction", "forward")
    assert [len(links) for links in read(statistical.stdout)] == [1] * 500 + [500]
    short = ["--set", "recipe.max_length=32", "--set", "wca-hard.epsilon=none"]
    coupled = invoke("align", *files, "-m", "wca-hard", "--encoder", tiny_encoder, *short)
    assert coupled.exit_code == 0, coupled.output
    assert "1 of 501 pairs are longer than the encoder's limit of 32 pieces" in coupled.stderr
    *short_lines, long_line = read(coupled.stdout)
    assert short_lines == [{(0, 0)}] * 500 and long_line and max(j for _, j in long_line) < 30


def test_a_limit_that_the_encoder_does_not_have_is_refused_where_it_was_asked_for(tmp_path, tiny_encoder):
    file = tmp_path / "long"
    file.write_text("house " * 500 + "\n")
    encoder = ["-m", "nearest-token", "--encoder", tiny_encoder]
    asked = invoke("align", file, file, *encoder, "--set", "recipe.max_length=200")
    assert asked.exit_code == 2
    assert "max_length: 200 is more than the 130 positions" in asked.stderr
    assert asked.stderr.endswith("give --set recipe.max_length=130\n")


def test_an_encoder_with_few_positions_reads_as_much_as_it_can(tmp_path, tiny_encoder):
    short = tmp_path / "short"
    shutil.copytree(tiny_encoder, short)
    config = json.loads((short / "config.json").read_text())
    weights = load_file(short / "model.safetensors")
    table = "embeddings.position_embeddings.weight"
    save_file({**weights, table: weights[table][:40].clone()}, short / "model.safetensors", {"format": "pt"})
    (short / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 40}))
    file = tmp_path / "long"
    file.write_text("house " * 500 + "\n")
    result = invoke("align", file, file, "-m", "nearest-token", "--encoder", short, "--direction", "forward")
    assert result.exit_code == 0 and result.stdout.split() == [f"{i}-{i}" for i in range(38)]
    assert "limit of 40 pieces" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "m", "--save-model", "n"], "not both"),
        (["--model", "m", "--set", "fastalign.lowercase=no"], "leave --set"),
        (["--model", "missing"], "cannot be read"),
        (["-m", "wca-hard", "--scores", "s"], "are for --method fastalign"),
        (["--threshold", "0.3"], "--threshold is for the couplings"),
        (["--save-model", "en/model"], "cannot be written"),
    ],
)
def test_options_that_do_not_fit_the_method_are_refused(arguments, message, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("align", *text, *arguments)
    assert result.exit_code == 2 and message in result.stderr


def evaluated(tmp_path, gold: str, predicted: str, *more):
    files = tmp_path / "gold", tmp_path / "predicted"
    for file, content in zip(files, (gold, predicted), strict=True):
        file.write_text(content)
    return invoke("align", "evaluate", *files, *more)


def test_the_error_rate_of_sure_and_possible_links(tmp_path):
    result = evaluated(tmp_path, "0-0 1-1 4-4 2?2 2?3\n", "0-0 1-1 2-2 3-0\n", "--json")
    found = json.loads(result.stdout)
    assert found["precision"] == 75 and found["recall"] == pytest.approx(200 / 3)
    assert found["error_rate"] == pytest.approx(100 * (1 - 5 / 7))
    assert found["error_rate_interval"] == pytest.approx([found["error_rate"]] * 2)  # one sentence


def test_the_format_of_the_shared_tasks_and_words_from_one_are_read(tmp_path):
    gold = "1 1 1 S\n1 2 2\n1 3 3 P\n3 1 2 S\n"
    result = evaluated(tmp_path, gold, "0-0 1-1 2-2\n\n0-1\n", "--one-based", "--json")
    found = json.loads(result.stdout)
    assert (found["precision"], found["recall"], found["sentences"]) == (100, 100, 3)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [("1 1 1 S\n2 1 1 S\n", "1 1 1\n2 1 1\n2 1 2\n"), ("0-0\n0-0\n", "0-0\n0-0 0?1\n")],
)
def test_a_predicted_link_counts_however_it_is_marked(tmp_path, gold, predicted):
    expected = json.loads(evaluated(tmp_path, gold, predicted.replace("?", "-"), "--json").stdout)
    for marked in (predicted, predicted.replace("2 1 2", "2 1 2 P")):
        found = json.loads(evaluated(tmp_path, gold, marked, "--json").stdout)
        assert found == expected and found["predicted"] == 3


def test_sentences_without_links_have_no_line_in_the_shared_tasks_format(tmp_path):
    for gold, predicted in (("1 1 1\n", "0-0\n\n"), ("0-0\n\n", "1 1 1\n"), ("1 1 1\n2 1 1\n", "1 1 1\n")):
        found = json.loads(evaluated(tmp_path, gold, predicted, "--json").stdout)
        assert (found["precision"], found["sentences"]) == (
            100,
            1 + ("2" in gold or "\n\n" in gold + predicted),
        )
    assert "1 sentences, but 2 in" in evaluated(tmp_path, "1 1 1\n2 1 1\n", "0-0\n").stderr


def test_each_file_says_where_it_counts_from(tmp_path):
    result = evaluated(tmp_path, "1-1 2-2\n", "1-1 2-2\n", "--one-based")
    assert "predicted: " in result.stderr and "(--pred-one-based of a command" in result.stderr
    found = evaluated(tmp_path, "1-1 2-2\n", "1-1 2-2\n", "--one-based", "--pred-one-based", "--json")
    assert json.loads(found.stdout)["error_rate"] == 0 and found.stderr == ""
    assert "give --pred-one-based" in evaluated(tmp_path, "0-0\n", "1 1 1\n1 2 0\n").stderr


def test_gold_without_a_link_is_refused(tmp_path):
    assert "no link in it" in evaluated(tmp_path, "\n\n", "0-0\n\n").stderr
    assert evaluated(tmp_path, "0-0\n\n", "\n\n").exit_code == 0


def test_the_interval_holds_the_rate_and_is_the_same_twice(tmp_path):
    gold = "0-0 1-1\n" * 30
    predicted = "0-0 1-1\n" * 15 + "0-0 1-0\n" * 15
    first = json.loads(evaluated(tmp_path, gold, predicted, "--json").stdout)
    low, high = first["error_rate_interval"]
    assert low < first["error_rate"] == 25 < high
    assert json.loads(evaluated(tmp_path, gold, predicted, "--json").stdout) == first


def test_the_table_is_readable(tmp_path):
    output = evaluated(tmp_path, "0-0\n", "0-0\n").stdout
    assert "AER" in output and "100.00" in output


def test_wrong_links_are_refused(tmp_path, text):
    assert "no link" in evaluated(tmp_path, "0-0 x\n", "0-0\n").stderr
    assert "2 sentences, but 1 in" in evaluated(tmp_path, "0-0\n", "0-0\n0-0\n").stderr
    assert "leave --one-based out" in evaluated(tmp_path, "0-1\n", "0-0\n", "--one-based").stderr
    one, other = tmp_path / "s", tmp_path / "t"
    one.write_text("a b\n")
    other.write_text("c d\n")
    result = evaluated(tmp_path, "2-2 1-1\n", "0-0\n", "--text", one, other)
    assert result.exit_code == 2 and "lies beyond its 2 source and 2 target words" in result.stderr
    assert "counted from 1" in result.stderr
    assert evaluated(tmp_path, "2-2 1-1\n", "0-0\n", "--one-based", "--text", one, other).exit_code == 0
