"""The long form of the fault campaign: `python tests/faults/campaign.py --kills 1000 --seed 1`; prints its tables."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from forked import install_world, warm_up  # noqa: E402

install_world()  # here, and in the worker processes, which import this module again


def main() -> None:
    import kills
    import writes

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--writes", type=int, default=1, help="fail one in so many changes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("kills", "writes"))
    options = parser.parse_args()
    complaints: list[str] = []
    warm_up()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="wcabench-faults-") as name:
        folder = Path(name)
        for part, module in (("kills", kills), ("writes", writes)):
            if options.only in (None, part):
                campaign = module.Campaign(folder / part, options.seed)
                campaign.run(getattr(options, part), say)
                print(f"\n### {part.capitalize()}\n\n{campaign.table()}", flush=True)
                complaints += campaign.complaints
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
