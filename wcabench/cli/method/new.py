"""`wcabench method new`: write a project with a method that runs as it is."""

import importlib.resources
import re
from pathlib import Path
from string import Template

import click

from wcabench.cli.options import out_option, quiet_option
from wcabench.cli.output import echo_lines
from wcabench.cli.stderr import log
from wcabench.output_files import new_folder

TEMPLATES = "method_template"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
# What a name on the command line already means beside a method: all methods, and the tables of --set.
RESERVED = ("all", "encoder", "recipe", "data")


@click.command()
@click.argument("name")
@out_option("Folder of the project, new or empty; ./wcabench-NAME by default.", folder=True)
@quiet_option
def new(name: str, out: Path | None) -> None:
    """Write a project with the method NAME: one file, its entry point, a test, a README.

    It holds a simple coupling that works, to be replaced by yours.

    \b
    wcabench method new my-method
    pip install -e ./wcabench-my-method
    wcabench method check my-method
    """
    check_name(name)
    folder = out if out is not None else Path(f"wcabench-{name}")
    files = project_files(name)
    with new_folder(folder) as partial:
        for path, text in files.items():
            (partial / path).parent.mkdir(exist_ok=True)
            (partial / path).write_text(text, encoding="utf-8")
    echo_lines(*(folder / path for path in files))
    log(f"next: pip install -e {folder}, then wcabench method check {name}")


def check_name(name: str) -> None:
    """Check the name of a new method.

    Raises:
        UserError: not lower case words joined by hyphens, reserved, or a method's already.
    """
    from wcabench import registry
    from wcabench.errors import UserError, require

    require(
        bool(NAME.fullmatch(name)) and len(name) <= LONGEST,
        f"method name '{name}': wanted lower-case letters and digits in parts joined by hyphens, a letter first, "
        f"{LONGEST} characters at most, e.g. my-method",
    )
    require(
        name not in RESERVED, f"method name '{name}': has another meaning on the command line; choose another"
    )
    if name in registry.entries():
        origin = registry.entries()[name].origin
        raise UserError(f"method name '{name}': there is one already ({origin}); choose another")


def project_files(name: str) -> dict[str, str]:
    """The files of the project: path -> content."""
    module = f"wcabench_{name.replace('-', '_')}"
    # "Method" at the end keeps clear of Python's words and of the names that the file imports.
    class_name = "".join(part.capitalize() for part in name.split("-")).removesuffix("Method") + "Method"
    words = {"name": name, "module": module, "class_name": class_name}
    paths = {
        "pyproject.toml": "pyproject.toml.txt",
        f"{module}.py": "method.py.txt",
        f"tests/test_{name.replace('-', '_')}.py": "test_method.py.txt",
        "README.md": "README.md.txt",
    }
    folder = importlib.resources.files("wcabench.cli.method") / TEMPLATES
    return {
        path: Template((folder / template).read_text(encoding="utf-8")).substitute(words)
        for path, template in paths.items()
    }
