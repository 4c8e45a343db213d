"""`wcabench run`: plan, skip what is done, run the rest, summarise."""

from pathlib import Path

import click

from wcabench.cli.choices import data_source, planned_cells
from wcabench.cli.options import (
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
@dry_run_option
@click.option(
    "--force", is_flag=True, help="Run finished cells again; each stays until the new one is whole."
)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep the trained models in the results folder; otherwise each goes once no cell needs it.",
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
    as_published: bool,
    data_dir: Path | None,
    offline: bool,
    device: str,
    results: Path,
    jobs: int,
    dry_run: bool,
    force: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Run methods on language pairs over seeds.

    A cell that the results folder has is skipped, so the same command resumes a run that was cut short. A model that
    several cells need (plain transfer, for every target) is trained once.

    \b
    wcabench run -m none -m wca-hard -p en-nl --seeds 5
    wcabench run -m all -p all --seeds 1,7,42 --set recipe.max_labelled=1500
    """
    from wcabench.runs.attempt import RunSettings

    source = data_source(data_dir, offline)
    cells = planned_cells(methods, pairs, seeds, suite, encoder, settings, source, device, as_published)
    where = RunSettings(results, source, device, force, keep)
    run_cells(ctx, cells, where, jobs, again="--force runs them again", dry_run=dry_run, as_json=as_json)
