"""A training step of wca-hard with 32 labelled sentences and 32 pairs, compared with a plain loop on the same data."""

import pytest
import torch
from interleaving import ROUNDS, compare, cpu_seconds
from real_costs import untrained_encoder
from training_steps import SuiteLoop, losses_agree

from wcabench.nn.precision import resolve_precision
from wcabench.transport import Costs, cosine_costs

pytestmark = pytest.mark.benchmark(timer=cpu_seconds)


# A round with the large encoder takes minutes; its rounds differ little.
LARGE_ROUNDS = 6


@pytest.fixture(scope="session", params=["embedded encoder", "mBERT's size, random weights"])
def encoder(request, tmp_path_factory):
    """Name and configuration of the encoder; the configuration None stands for the packaged encoder."""
    if request.param == "embedded encoder":
        return request.param, None
    return request.param, untrained_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_step_beside_the_trainer_of_transformers(benchmark, encoder, precision):
    if precision == "bf16" and resolve_precision("auto", "cpu") != "bf16":
        pytest.skip("this processor does not multiply in bf16")
    pytest.importorskip("accelerate")  # which the Trainer wants
    from plain_loop import PlainLoop

    torch.set_num_threads(1)
    name, config = encoder
    suite, plain = SuiteLoop(precision, encoder=config), PlainLoop(encoder=config)
    try:
        entropy, alignment = losses_agree(suite, plain.losses)
        if precision == "fp32":
            assert entropy < 1e-5
            # POT has another tolerance, so an argmax may differ.
            assert alignment < 1e-3
        compare(
            benchmark, f"training step, {name}, {precision}", "transformers' Trainer, fp32",
            suite.step, plain.step, rounds=LARGE_ROUNDS if config else ROUNDS,
            note=f"losses differ by {entropy:.0e} and {alignment:.0e}",
        )  # fmt: skip
    finally:
        suite.close()
        plain.close()


def test_the_share_of_transport_in_a_step(benchmark, encoder):
    """Costs, plans and hardening compared with the whole step; the goal is at most 1% of its time."""
    torch.set_num_threads(1)
    name, config = encoder
    suite = SuiteLoop("fp32", encoder=config)
    try:
        alignment = suite.terms[1]
        with torch.no_grad():
            states = alignment.states(suite.model, alignment.order(0))

        def couplings() -> list[torch.Tensor]:
            return alignment.coupler.couple(Costs(cosine_costs(*states), alignment.order(0))).plans

        compare(
            benchmark, f"costs, plans and hardening, {name}", "our whole step, fp32", couplings, suite.step,
            rounds=LARGE_ROUNDS if config else ROUNDS, note="1 / ratio is their share of it",
        )  # fmt: skip
    finally:
        suite.close()
