"""The optimiser of a pretraining."""

import torch

from wcabench.pretraining.settings import TrainingConfig


def optimiser(names: dict[str, torch.nn.Parameter], training: TrainingConfig) -> torch.optim.AdamW:
    """Return AdamW without weight decay of biases and norms, and with a separate learning rate for the embeddings."""
    groups = []
    for embedding in (False, True):
        for matrix in (False, True):
            parameters = [
                p
                for n, p in names.items()
                if ("word_embeddings" in n) == embedding and (p.dim() > 1) == matrix
            ]
            if parameters:
                groups.append(
                    {
                        "params": parameters,
                        "weight_decay": training.weight_decay if matrix else 0.0,
                        "factor": training.embedding_rate if embedding else 1.0,
                    }
                )
    return torch.optim.AdamW(groups, lr=training.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)
