from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from plots_by_hand import Drawn, read, texts
from stores_by_hand import DEFAULTS, NEEDS, StoreOnDisk, write_many

from wcabench.reports import collect, labels, tiers


@pytest.fixture
def store(tmp_path: Path) -> StoreOnDisk:
    return StoreOnDisk(tmp_path / "results")


@pytest.fixture(autouse=True)
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace what reports read from methods and suites by fixed values, so that nothing is loaded."""
    known: Callable[[str], dict[str, Any]] = lambda name: DEFAULTS.get(name, {})  # noqa: E731
    monkeypatch.setattr(labels, "option_defaults", known)
    needs: Callable[[str], frozenset[str] | None] = NEEDS.get
    monkeypatch.setattr(tiers, "declared_needs", needs)
    order = {"paper": ("en-de", "en-es", "en-nl", "en-hy"), "synthetic": ("en-nl", "en-de")}
    monkeypatch.setattr(collect, "suite_pairs", lambda suite: order.get(suite, ()))


@pytest.fixture
def full(store: StoreOnDisk) -> StoreOnDisk:
    """Two pairs, four rows, three seeds; one cell failed, one not run; hard is far above none."""
    for seed in (1, 2, 3):
        for pair in ("en-nl", "en-de"):
            store.cell(pair, "none", seed, quality=0.55)
            store.cell(pair, "fastalign", seed, quality=0.55 if pair == "en-nl" else 0.62)
            store.cell(
                pair, "wca-hard", seed, quality=0.70, notes=["parallel text is open"] * (pair == "en-de")
            )
    store.cell("en-nl", "wca-hard", 1, quality=0.68, options={"epsilon": 0.01, "max_iterations": 100})
    store.cell("en-nl", "wca-hard", 2, state="failed", options={"epsilon": 0.01, "max_iterations": 100})
    return store


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many") / "results"
    write_many(StoreOnDisk(root))
    return root


@pytest.fixture(scope="module")
def drawn(many: Path) -> Callable[[str], Drawn]:
    @cache
    def draw(kind: str) -> Drawn:
        plot = read(many, kind)
        figure = plot.draw()
        return Drawn(plot, figure, texts(figure))

    return draw
