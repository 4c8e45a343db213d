"""Saves a trained network in a folder, and loads it: weights as safetensors, settings as JSON."""

import json
from pathlib import Path

from safetensors.torch import load_file, save_file

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.nn.heads import HEADS
from wcabench.nn.network import TaggingNetwork

WEIGHTS, SETTINGS = "weights.safetensors", "network.json"


def can_be_saved(network: TaggingNetwork) -> bool:
    """Whether a network can be saved: a method's own features or heads are code, which is not saved."""
    return network.features is None and network.head_options in HEADS.values()


def save_network(network: TaggingNetwork, folder: Path) -> None:
    """Write weights and settings into a folder that exists.

    Raises:
        UserError: the network has a method's own features or head.
    """
    if not can_be_saved(network):
        raise UserError(
            "a network with features or a head of its own cannot be saved: its method must do that"
        )
    head = next(name for name, options in HEADS.items() if options == network.head_options)
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    settings = {"head": head, "tags": network.tags, "train_encoder": network.train_encoder}
    (folder / SETTINGS).write_text(json.dumps(settings) + "\n", encoding="utf-8")


def load_network(folder: Path, encoder: EncoderConfig, recipe: RecipeConfig, device: str) -> TaggingNetwork:
    """Load a saved network.

    Args:
        folder: the folder that `save_network` wrote.
        encoder: the encoder that the network was trained from; it gives tokenizer and architecture.
        recipe: the recipe of the training.
        device: "cpu" or "cuda".

    Raises:
        UserError: a file is missing, damaged, or does not fit the encoder.
    """
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        network = TaggingNetwork(
            encoder,
            recipe,
            settings["tags"],
            device,
            settings["head"],
            train_encoder=settings["train_encoder"],
        )
        network.load_state_dict(load_file(folder / WEIGHTS, device=device))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise UserError(f"{folder}: no whole network ({' '.join(str(error).split())[:200]})") from error
    return network.eval()
