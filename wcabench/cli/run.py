"""`wcabench run`: plan, skip what is done, run the rest, summarise."""

from pathlib import Path

import click

from wcabench.cli.choices import data_source, planned_cells
from wcabench.cli.options import (
    device_option,
    dry_run_option,
    grid_options,
    jobs_option,
    json_option,
    quiet_option,
    results_option,
)
from wcabench.cli.running import run_cells


@click.command()
@grid_options
@results_option
@jobs_option
@device_option
@dry_run_option
@click.option(
    "--force", is_flag=True, help="Run finished cells again; each stays until the new one is whole."
)
@json_option
@quiet_option
@click.pass_context
def run(
    ctx: click.Context,
    methods: tuple[str, ...],
    pairs: tuple[str, ...],
    seeds: str,
    suite: str,
    encoder: str | None,
    settings: tuple[str, ...],
    data_dir: Path | None,
    offline: bool,
    results: Path,
    jobs: int,
    device: str,
    dry_run: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Run methods on language pairs over seeds.

    A cell that the results folder has is skipped, so the same command resumes a run that was cut short.

    \b
    wcabench run -m none -m wca-hard -p en-nl --seeds 5
    wcabench run -m all -p all --seeds 1,7,42 --set recipe.max_labelled=1500
    """
    from wcabench.runs.attempt import Workplace

    source = data_source(data_dir, offline)
    cells = planned_cells(methods, pairs, seeds, suite, encoder, settings, source)
    place = Workplace(results, source, device, force)
    run_cells(ctx, cells, place, jobs, again="--force runs them again", dry_run=dry_run, as_json=as_json)
