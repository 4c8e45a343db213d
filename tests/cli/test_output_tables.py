"""Tables of the terminal: narrow or wide, nothing of them is cut off."""

import pytest

from wcabench.cli.output import echo_table

COLUMNS = ("target token", "nearest-token", "fast_align (intersection)", "wca-soft", "F1")
ROWS = [
    [
        "Wiederaufbaukommission",
        "reconstruction 0.55",
        "reconstruction",
        "reconstruction 0.55, commission 0.33",
        "58.01",
    ],
    ["ja", "yes", "yes", "", "7.00"],
]
CAPTION = (
    "What the columns hold: the cosine, and of the soft plan the two largest shares. A dot: no source token."
)


def letters(text: str) -> str:
    """The text without spaces and borders."""
    return "".join(sign for sign in text if sign.isascii() and not sign.isspace())


@pytest.mark.parametrize("columns", [20, 80, 90, 97, 103, 120, 200])
def test_nothing_of_a_table_is_cut_off(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    echo_table(COLUMNS, ROWS, numbers=("F1",), caption=CAPTION)
    lines = capsys.readouterr().out.splitlines()
    assert letters(" ".join(lines[-6:])).endswith(letters(CAPTION))
    body = [line for line in lines if line[:1] in "┃│"]
    for row in (COLUMNS, *ROWS):
        for number, entry in enumerate(row):
            column = "".join(line[1:-1].replace("┃", "│").split("│")[number] for line in body)
            assert letters(entry) in letters(column)
    assert all(line[-1] in "┃│" for line in body) and len({len(line) for line in body}) == 1


def test_a_table_is_no_wider_than_the_terminal_where_its_words_can_be_folded(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    echo_table(("name", "text"), [["a" * 60, "b " * 60]])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
