"""A training step of wca-hard, 32 labelled sentences and 32 pairs, beside a plain loop over the same."""

import pytest
import torch
from interleaving import compare, cpu_seconds
from real_costs import step_costs
from training_steps import PlainLoop, SuiteLoop, losses_agree

from wcabench.nn.model import resolve_precision
from wcabench.transport import harden_columns, solve

pytestmark = pytest.mark.benchmark(timer=cpu_seconds)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_step_beside_a_plain_loop(benchmark, precision):
    if precision == "bf16" and resolve_precision("auto", "cpu") != "bf16":
        pytest.skip("this processor does not multiply in bf16")
    torch.set_num_threads(1)
    suite, plain = SuiteLoop(precision), PlainLoop()
    try:
        entropy, alignment = losses_agree(suite, plain)
        if precision == "fp32":
            assert entropy < 1e-5
            # POT's tolerance is another, so that an argmax may fall otherwise.
            assert alignment < 1e-3
        note = f"losses differ by {entropy:.0e} and {alignment:.0e}"
        compare(
            benchmark, f"training step, {precision}", "plain loop, fp32", suite.step, plain.step, note=note
        )
    finally:
        suite.close()


def test_the_share_of_transport_in_a_step(benchmark):
    """Costs, plans and hardening beside the whole step: the goal is at most 1% of it."""
    suite = SuiteLoop("fp32")
    try:
        alignment = suite.terms[1]
        pairs = [alignment.pairs[i] for i in alignment.batch(0)]
        costs = step_costs(suite.model, pairs)
        suite.model.train()
        compare(
            benchmark, "plans of a step", "our whole step, fp32",
            lambda: harden_columns(solve(costs, epsilon=0.05, max_iterations=100).plans), suite.step,
            note="1 / ratio is the share of transport",
        )  # fmt: skip
    finally:
        suite.close()
