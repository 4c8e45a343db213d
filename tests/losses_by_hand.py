"""Built-in methods with their alignment loss on a tiny encoder, for tests of couplings and losses."""

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.bench import NetworkBench
from wcabench.nn.randomness import Streams
from wcabench.registry import find
from wcabench.runs.inputs import training_data

RECIPE = RecipeConfig(epochs=1, batch_size=8, pair_batch_size=6, learning_rate=1e-3)


def method(name, **options):
    return find(name).load()(**options)


def bench(data, folder, recipe=RECIPE):
    visible = training_data(data, {"labelled", "parallel"}, recipe)
    return NetworkBench(visible, EncoderConfig(name=str(folder)), recipe, seed=1)


def loss_of(name, data, folder, pairs=None, **options):
    work = bench(data, folder)
    model = work.network().eval()
    made = method(name, **options)
    pairs = work.parallel if pairs is None else pairs
    made.prepare(pairs)
    return AlignmentLoss(made, pairs, model, RECIPE, Streams(1)), model
