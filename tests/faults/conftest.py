import sys
from pathlib import Path

# What the tests and the long form share is found by its folder, as in the long form.
sys.path.append(str(Path(__file__).parent))
