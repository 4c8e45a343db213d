import sys
from pathlib import Path

# The benchmarks are no package, and import each other by their folder.
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
