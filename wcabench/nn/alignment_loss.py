"""The alignment loss of eq. (3) over batches of sentence pairs."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from wcabench.config import RecipeConfig
from wcabench.contract import SentencePair
from wcabench.errors import UserError
from wcabench.nn.coupler import Coupler, pool_of
from wcabench.nn.layers import layer_numbers
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.order import ShuffledOrder
from wcabench.nn.randomness import Streams
from wcabench.nn.states import window_states
from wcabench.transport.costs import Costs, cosine_costs
from wcabench.transport.coupling import Coupling, describe

# Pairs of each step whose coupling is described: few enough to cost nothing, and enough for a mean over the training.
DESCRIBED = 8
# Pairs in one batch when the frozen encoder couples the whole text.
FROZEN_BATCH = 64


class AlignmentLoss:
    """The alignment objective of one training. `coupler.couple` gives the plans; the rest is the same for all methods.

    Attributes:
        coupler: the method that couples the tokens.
        weight: the method's beta.
        windows: the tokenised source and target sentence of each pair.
        order: which pairs each step reads. The parallel text is cycled independently of the labelled text
            (decision 14).
    """

    name = "alignment"
    steps_per_epoch: int | None = None

    def __init__(
        self,
        coupler: Coupler,
        pairs: Sequence[SentencePair],
        network: TaggingNetwork,
        recipe: RecipeConfig,
        streams: Streams,
    ) -> None:
        """Tokenise the parallel text once; pairs longer than the encoder's limit are truncated (decision 16).

        Raises:
            UserError: no parallel text, or layers that the encoder does not have.
        """
        if not pairs:
            raise UserError(
                f"method '{coupler.info.name}' needs parallel text, and this pair of the suite has none"
            )
        self.coupler = coupler
        self.weight = coupler.beta
        self.seed = streams.seed
        self.layers = layer_numbers(coupler.layers, network.depth, f"{coupler.info.name}.layers")
        network.table.add(words for p in pairs for words in (p.source, p.target))
        self.pairs = pairs
        self.windows = [(network.table.truncated(p.source), network.table.truncated(p.target)) for p in pairs]
        self.order = ShuffledOrder(streams, ("parallel-order",), len(pairs), recipe.pair_batch_size)
        self.frozen = self._couple_all(network) if coupler.coupling_encoder == "frozen" else None
        self._sums: dict[str, float] = {}
        self._described = 0

    def loss(self, network: TaggingNetwork, step: int) -> torch.Tensor:
        """Return the mean (or sum) over the pairs of sum_ij T_ij sum_b c(e_i^{s,b}, e_j^{t,b}), eq. (3).

        The plan T is a constant unless the coupler is differentiable.
        """
        batch = self.order(step)
        source, target = self.states(network, batch)
        coupling = self._coupling(network, batch, source, target)
        self._describe(coupling)
        if self.coupler.stop_gradient == "source":
            source = [s.detach() for s in source]
        if self.coupler.stop_gradient == "target":
            target = [t.detach() for t in target]
        losses = [
            pair_loss(*sides)
            for sides in zip(source, target, self._without_identical(coupling, batch), strict=True)
        ]
        total = torch.stack(losses).sum()
        return total / len(batch) if self.coupler.reduction == "mean" else total

    def diagnostics(self) -> dict[str, float]:
        """Return the measures of the couplings, averaged over the training."""
        return {name: round(value / max(self._described, 1), 6) for name, value in self._sums.items()}

    def costs(self, network: TaggingNetwork, batch: list[int]) -> Costs:
        """Return the costs that `couple` receives for these pairs."""
        return Costs(cosine_costs(*self.states(network, batch)), batch, self.seed)

    def states(
        self, network: TaggingNetwork, batch: list[int]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Return the states of both sides' units of each pair, normalised to length 1; [layers, n, d] each."""
        windows = [self.windows[i][side] for side in (0, 1) for i in batch]
        states = [
            functional.normalize(units, dim=-1)
            for units in window_states(
                network,
                windows,
                pool_of(self.coupler),
                self.layers,
                special_tokens=self.coupler.special_tokens,
            )
        ]
        return states[: len(batch)], states[len(batch) :]

    def _coupling(
        self,
        network: TaggingNetwork,
        batch: list[int],
        source: list[torch.Tensor],
        target: list[torch.Tensor],
    ) -> Coupling:
        if self.frozen is not None:
            plans = [self.frozen.plans[i].to(source[0].device) for i in batch]
            return Coupling(plans, self.frozen.facts)
        if self.coupler.differentiable:
            return self.coupler.couple(Costs(cosine_costs(source, target), batch, self.seed))
        with torch.no_grad():
            if self.coupler.coupling_dropout == "off":
                network.eval()
                source, target = self.states(network, batch)
                network.train()
            return self.coupler.couple(Costs(cosine_costs(source, target), batch, self.seed))

    @torch.no_grad()
    def _couple_all(self, network: TaggingNetwork) -> Coupling:
        """Couple every pair on the pretrained encoder's states; plans stay on the CPU, facts are means over pairs."""
        was_training = network.training
        network.eval()
        plans: list[torch.Tensor] = []
        facts: dict[str, float] = {}
        for start in range(0, len(self.windows), FROZEN_BATCH):
            batch = list(range(start, min(start + FROZEN_BATCH, len(self.windows))))
            coupling = self.coupler.couple(self.costs(network, batch))
            plans += [plan.detach().cpu() for plan in coupling.plans]
            for name, value in coupling.facts.items():
                facts[name] = facts.get(name, 0.0) + value * len(batch) / len(self.windows)
        network.train(was_training)
        return Coupling(plans, facts)

    def _without_identical(self, coupling: Coupling, batch: list[int]) -> list[torch.Tensor]:
        if self.coupler.identical == "keep":
            return coupling.plans
        return [
            plan * ~self._identical(i).to(plan.device) for i, plan in zip(batch, coupling.plans, strict=True)
        ]

    def _identical(self, pair: int) -> torch.Tensor:
        """Return which source and target tokens of a pair are identical, [n_s, n_t] bool."""
        source, target = self.windows[pair]
        if self.coupler.units == "words":
            text = self.pairs[pair]
            return torch.tensor(
                [[s == t for t in text.target[: len(target.own)]] for s in text.source[: len(source.own)]]
            )
        trim = slice(None) if self.coupler.special_tokens else slice(1, -1)
        return torch.tensor(source.ids[trim])[:, None] == torch.tensor(target.ids[trim])[None]

    def _describe(self, coupling: Coupling) -> None:
        self._described += 1
        for name, value in {**describe(coupling.plans[:DESCRIBED]), **coupling.facts}.items():
            self._sums[name] = self._sums.get(name, 0.0) + value


def pair_loss(source: torch.Tensor, target: torch.Tensor, plan: torch.Tensor) -> torch.Tensor:
    """Return sum_ij T_ij sum_b (1 - cos) of one pair, without a cost matrix in the graph.

    Sum_ij T_ij (1 - s_i . t_j) = mass - sum_j (T' s)_j . t_j, which needs one product instead of two.

    Args:
        source: states of length 1. [layers, n_s, d]
        target: states of length 1. [layers, n_t, d]
        plan: [n_s, n_t] shared by the layers, or [layers, n_s, n_t].
    """
    carried = plan.mT.to(source.dtype) @ source
    mass = plan.sum() * (len(source) if plan.dim() == 2 else 1)
    return mass - (carried * target).sum()
