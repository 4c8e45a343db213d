"""A linear-chain conditional random field over tags (Lafferty et al. 2001), batched over sentences."""

import torch
from torch import nn


class LinearChainCrf(nn.Module):
    """Holds the transition scores between tags, and computes likelihoods and marginals.

    Attributes:
        transitions: score of tag j after tag i. [tags, tags]
        starts: score of a sentence that begins with the tag. [tags]
        ends: score of a sentence that ends with the tag. [tags]
    """

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.starts = nn.Parameter(torch.zeros(tags))
        self.ends = nn.Parameter(torch.zeros(tags))

    def negative_log_likelihood(
        self, emissions: torch.Tensor, tags: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return the negative log-likelihood of the true tags, summed over the sentences.

        Args:
            emissions: score of each tag at each word. [sentences, words, tags]
            tags: the true tags; any number where the mask is False. [sentences, words]
            mask: True for words, False for padding at the end; no sentence is empty. [sentences, words]
        """
        return (self._log_partition(emissions, mask) - self._score(emissions, tags, mask)).sum()

    def _score(self, emissions: torch.Tensor, tags: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The score of each sentence's true tags, [sentences]."""
        rows = torch.arange(len(tags), device=tags.device)
        tags = tags * mask
        steps = self.transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]
        words = emissions.gather(2, tags[:, :, None])[..., 0] * mask
        last = tags[rows, mask.sum(1) - 1]
        return self.starts[tags[:, 0]] + words.sum(1) + steps.sum(1) + self.ends[last]

    def _log_partition(self, emissions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Log of the sum over all tag sequences, by the forward algorithm, [sentences]."""
        alpha = self.starts + emissions[:, 0]
        for word in range(1, emissions.shape[1]):
            following = (alpha[:, :, None] + self.transitions).logsumexp(1) + emissions[:, word]
            alpha = torch.where(mask[:, word, None], following, alpha)
        return (alpha + self.ends).logsumexp(1)

    def marginals(self, emissions: torch.Tensor) -> torch.Tensor:
        """Probability of each tag at each word of one sentence, by forward and backward sums, [words, tags]."""
        alphas: list[torch.Tensor] = [self.starts + emissions[0]]
        betas: list[torch.Tensor] = [self.ends]
        for emission in emissions[1:]:
            alphas.append((alphas[-1][:, None] + self.transitions).logsumexp(0) + emission)
        for emission in emissions[1:].flip(0):
            betas.append((self.transitions + emission + betas[-1]).logsumexp(1))
        scores = torch.stack(alphas) + torch.stack(betas[::-1])
        return scores.softmax(-1)
