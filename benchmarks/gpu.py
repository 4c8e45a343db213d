"""Runs the comparisons of this folder on a GPU in less than five minutes: `python benchmarks/gpu.py`.

Prints a Markdown table of ours and the peer's wall times, measured in turn with synchronised devices. Then it prints
the peak memory of a training step, and the share of the alignment loss in its time.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

# Run as a script from anywhere; the modules beside this file are not a package.
sys.path.append(str(Path(__file__).parent))

# A peer is timed in fewer rounds if they would take longer than this.
BUDGET_SECONDS = 40


@click.command(help=__doc__)
@click.option("--rounds", default=20, show_default=True, help="Rounds of each comparison.")
def main(rounds: int) -> None:
    import torch

    if not torch.cuda.is_available():
        click.echo(
            "error: no CUDA device here: torch sees none; run this where `torch.cuda.is_available()` is true, "
            "or `tox -e bench` for the CPU",
            err=True,
        )
        sys.exit(2)
    from interleaving import HEADER, RULE

    click.echo(f"{torch.cuda.get_device_name()}, torch {torch.__version__}\n\n{HEADER}\n{RULE}")
    for compared in (transport, training):
        for row in compared(rounds):
            click.echo(row)


def clock() -> float:
    """Return the wall time after the device has finished all work."""
    import torch

    torch.cuda.synchronize()
    return time.perf_counter()


def within_budget(peer: Callable[[], Any], rounds: int) -> int:
    """Return the number of rounds, reduced (to at least three) if the peer is slow."""
    start = clock()
    peer()
    return max(3, min(rounds, int(BUDGET_SECONDS / max(clock() - start, 1e-9))))


def transport(rounds: int) -> list[str]:
    """Compare entropic plans of a step's problems on the device with POT's batch there and its loop on the CPU."""
    import peers
    import torch
    from interleaving import Ratio, interleave
    from real_costs import PAIRS_A_STEP, embedded_model, mixed_pairs, step_costs

    from wcabench.transport import solve

    costs = step_costs(embedded_model(device="cuda"), mixed_pairs(PAIRS_A_STEP))
    arrays = [cost.double().cpu().numpy() for cost in costs]
    padded = peers.Padded(arrays)
    for name in ("cost", "source", "target"):
        setattr(padded, name, torch.from_numpy(getattr(padded, name)).float().cuda())
    rows = []
    for epsilon in (0.05, 0.01):
        for name, peer in (
            (
                "`ot.batch.solve_batch`, log_sinkhorn",
                lambda e=epsilon: peers.pot_batch(padded, e, "log_sinkhorn"),
            ),
            ("`ot.sinkhorn` loop on the CPU", lambda e=epsilon: peers.sinkhorn_loop(arrays, e)),
        ):
            ours = lambda e=epsilon: solve(costs, epsilon=e, max_iterations=peers.ITERATIONS)  # noqa: E731
            times = interleave(ours, peer, rounds=within_budget(peer, rounds), clock=clock)
            rows.append(Ratio(f"entropic {epsilon}", name, *times).row())
    return rows


def training(rounds: int) -> list[str]:
    """Compare a training step with the plain loop; then give its peak memory and the share of the alignment loss."""
    import torch
    from interleaving import Ratio, interleave
    from plain_loop import PlainLoop
    from training_steps import SuiteLoop

    rows = []
    plain = PlainLoop("cuda")
    for precision in ("fp32", "bf16"):
        suite = SuiteLoop(precision, "cuda")
        times = interleave(suite.step, plain.step, rounds=within_budget(plain.step, rounds), clock=clock)
        rows.append(Ratio(f"training step, {precision}", "plain loop, fp32", *times).row())
        torch.cuda.reset_peak_memory_stats()
        suite.step()
        peak = torch.cuda.max_memory_allocated() / 2**20
        share = alignment_seconds(suite, rounds) / float(times[0].mean())
        rows.append(f"\nOurs, {precision}: peak {peak:.0f} MiB; alignment loss {share:.1%} of the step.\n")
        suite.close()
    plain.close()
    return rows


def alignment_seconds(suite: Any, rounds: int) -> float:
    """Return the mean seconds of costs, plans, hardening and their loss with its gradient, without the encoder."""
    import torch

    from wcabench.nn.alignment_loss import pair_loss
    from wcabench.transport import Costs, cosine_costs

    alignment = suite.terms[1]
    batch = alignment.order(0)
    with torch.no_grad():
        source, target = alignment.states(suite.model, batch)
    source, target = ([state.detach().requires_grad_() for state in side] for side in (source, target))

    def once() -> None:
        with torch.no_grad():
            plans = alignment.coupler.couple(Costs(cosine_costs(source, target), batch)).plans
        losses = [pair_loss(*sides) for sides in zip(source, target, plans, strict=True)]
        torch.stack(losses).mean().backward()

    once()
    start = clock()
    for _ in range(rounds):
        once()
    return (clock() - start) / rounds


if __name__ == "__main__":
    main()
