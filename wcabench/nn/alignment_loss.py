"""Eq. (3) over batches of sentence pairs: states, costs, the method's coupling, and the loss with its gradient."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from wcabench.config import RecipeConfig
from wcabench.data.sentences import SentencePair
from wcabench.errors import UserError
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.layers import layer_numbers
from wcabench.nn.model import TokenClassifier
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import generator
from wcabench.transport.costs import Costs, cosine_costs
from wcabench.transport.coupling import Coupling, describe

# Pairs of a step that are described: enough for a mean over the training, at no cost.
DESCRIBED = 8
# Pairs coupled at a time when the frozen encoder couples the whole text.
FROZEN_BATCH = 64


class AlignmentLoss:
    """The alignment objective of one training; `method.couple` decides, everything else is shared."""

    name = "alignment"

    def __init__(
        self,
        method: JointAlignment,
        pairs: Sequence[SentencePair],
        model: TokenClassifier,
        recipe: RecipeConfig,
        seed: int,
    ) -> None:
        """Tokenise the parallel text once; pairs longer than the encoder's limit are truncated (decision 16).

        Raises:
            UserError: no parallel text, or layers that the encoder does not have.
        """
        if not pairs:
            raise UserError(
                f"method '{method.info.name}' needs parallel text, and this pair of the suite has none"
            )
        self.method = method
        self.weight = method.beta
        self.recipe = recipe
        self.seed = seed
        self.layers = layer_numbers(method.layers, model.depth, f"{method.info.name}.layers")
        model.table.add(words for p in pairs for words in (p.source, p.target))
        self.pairs = pairs
        self.windows = [(model.table.truncated(p.source), model.table.truncated(p.target)) for p in pairs]
        self.frozen = self._couple_all(model) if method.coupling_encoder == "frozen" else None
        self._sums: dict[str, float] = {}
        self._seen = 0
        self._order: tuple[int, list[int]] = (-1, [])

    def used_pieces(self) -> set[int]:
        """All pieces of the parallel text."""
        return {piece for pair in self.windows for window in pair for piece in window.ids}

    def loss(self, model: TokenClassifier, step: int) -> torch.Tensor:
        """Mean over the pairs of sum_ij T_ij sum_b c(e_i^{s,b}, e_j^{t,b}); T is a constant unless differentiable."""
        batch = self.batch(step)
        source, target = self.states(model, batch)
        coupling = self._coupling(model, batch, source, target)
        self._describe(coupling)
        if self.method.stop_gradient == "source":
            source = [s.detach() for s in source]
        if self.method.stop_gradient == "target":
            target = [t.detach() for t in target]
        losses = [
            pair_loss(*sides) for sides in zip(source, target, self._dropped(coupling, batch), strict=True)
        ]
        total = torch.stack(losses).sum()
        return total / len(batch) if self.method.reduction == "mean" else total

    def batch(self, step: int) -> list[int]:
        """Numbers of the pairs of a step: the text is cycled in an order of its own (decision 14)."""
        size, number = self.recipe.pair_batch_size, len(self.windows)
        return [self._shuffled(k // number)[k % number] for k in range(step * size, (step + 1) * size)]

    def diagnostics(self) -> dict[str, float]:
        """What the couplings were like, averaged over the training."""
        return {name: round(value / max(self._seen, 1), 6) for name, value in self._sums.items()}

    def _shuffled(self, cycle: int) -> list[int]:
        if self._order[0] != cycle:
            order = generator(self.seed, "parallel-order", cycle).permutation(len(self.windows))
            self._order = (cycle, order.tolist())
        return self._order[1]

    def states(
        self, model: TokenClassifier, batch: list[int]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Unit states of the units of both sides of each pair, [layers, n, d] each."""
        windows = [self.windows[i][side] for side in (0, 1) for i in batch]
        trim = 0 if self.method.special_tokens else 1
        states: list[torch.Tensor] = [torch.empty(0)] * len(windows)
        for part in model.encode([w.ids for w in windows]):
            hidden = torch.stack([part.hidden[n] for n in self.layers]).float()
            spans = [
                (start + trim, start + len(windows[row].ids) - trim)
                for start, row in zip(part.starts, part.rows, strict=True)
            ]
            for row, pieces in zip(part.rows, _cut(hidden, spans), strict=True):
                states[row] = functional.normalize(as_units(pieces, windows[row], self.method), dim=-1)
        return states[: len(batch)], states[len(batch) :]

    def _coupling(
        self, model: TokenClassifier, batch: list[int], source: list[torch.Tensor], target: list[torch.Tensor]
    ) -> Coupling:
        if self.frozen is not None:
            plans = [self.frozen.plans[i].to(source[0].device) for i in batch]
            return Coupling(plans, self.frozen.facts)
        if self.method.differentiable:
            return self.method.couple(Costs(cosine_costs(source, target), batch))
        with torch.no_grad():
            if self.method.coupling_dropout == "off":
                model.eval()
                source, target = self.states(model, batch)
                model.train()
            return self.method.couple(Costs(cosine_costs(source, target), batch))

    @torch.no_grad()
    def _couple_all(self, model: TokenClassifier) -> Coupling:
        """The pretrained encoder's plan of every pair, on the CPU, and the facts as means over the pairs."""
        was_training = model.training
        model.eval()
        plans: list[torch.Tensor] = []
        facts: dict[str, float] = {}
        for start in range(0, len(self.windows), FROZEN_BATCH):
            batch = list(range(start, min(start + FROZEN_BATCH, len(self.windows))))
            found = self.method.couple(Costs(cosine_costs(*self.states(model, batch)), batch))
            plans += [plan.detach().cpu() for plan in found.plans]
            for name, value in found.facts.items():
                facts[name] = facts.get(name, 0.0) + value * len(batch) / len(self.windows)
        model.train(was_training)
        return Coupling(plans, facts)

    def _dropped(self, coupling: Coupling, batch: list[int]) -> list[torch.Tensor]:
        if self.method.identical == "keep":
            return coupling.plans
        return [plan * ~self._same(i).to(plan.device) for i, plan in zip(batch, coupling.plans, strict=True)]

    def _same(self, pair: int) -> torch.Tensor:
        """[n_s, n_t] bool: identical tokens."""
        source, target = self.windows[pair]
        if self.method.units == "words":
            text = self.pairs[pair]
            return torch.tensor(
                [[s == t for t in text.target[: len(target.own)]] for s in text.source[: len(source.own)]]
            )
        trim = slice(None) if self.method.special_tokens else slice(1, -1)
        return torch.tensor(source.ids[trim])[:, None] == torch.tensor(target.ids[trim])[None]

    def _describe(self, coupling: Coupling) -> None:
        self._seen += 1
        for name, value in {**describe(coupling.plans[:DESCRIBED]), **coupling.facts}.items():
            self._sums[name] = self._sums.get(name, 0.0) + value


def as_units(pieces: torch.Tensor, window: Window, method: JointAlignment) -> torch.Tensor:
    """[layers, pieces, d] -> [layers, n, d]: pieces, or words as the mean of their pieces."""
    if method.units == "pieces":
        return pieces
    sizes = [stop - first for first, stop in window.spans()]
    return torch.stack([word.mean(1) for word in torch.split(pieces, sizes, dim=1)], dim=1)


def _cut(hidden: torch.Tensor, spans: list[tuple[int, int]]) -> list[torch.Tensor]:
    """The parts [layers, stop - start, d] of [layers, places, d], by one split: its gradient is one concatenation.

    A slice each would have a gradient as large as all of `hidden`.
    """
    order = sorted(range(len(spans)), key=spans.__getitem__)
    sizes, at = [], 0
    for i in order:
        start, stop = spans[i]
        sizes += [start - at, stop - start]
        at = stop
    parts = torch.split(hidden, [*sizes, hidden.shape[1] - at], dim=1)
    cut = [parts[0]] * len(spans)
    for place, i in enumerate(order):
        cut[i] = parts[2 * place + 1]
    return cut


def pair_loss(source: torch.Tensor, target: torch.Tensor, plan: torch.Tensor) -> torch.Tensor:
    """sum_ij T_ij sum_b (1 - cos) of one pair, without a cost matrix in the graph.

    Sum_ij T_ij (1 - s_i . t_j) = mass - sum_j (T' s)_j . t_j, which needs one product instead of two.

    Args:
        source: [layers, n_s, d], unit states.
        target: [layers, n_t, d], unit states.
        plan: [n_s, n_t] shared by the layers, or [layers, n_s, n_t].
    """
    carried = plan.mT.to(source.dtype) @ source
    mass = plan.sum() * (len(source) if plan.dim() == 2 else 1)
    return mass - (carried * target).sum()
