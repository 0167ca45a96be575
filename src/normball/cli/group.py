"""The command `normball` and its subcommands, each imported only when it is called."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click

from ..version import version
from .errors import InputError

COMMANDS = {
    "tour": ("tour", "Seven questions about sparsity, answered in one page."),
    "fit": ("fit", "Fit a model to a CSV or Parquet file."),
    "predict": ("predict", "Predict with a model that fit has stored."),
    "explore": ("explore", "Take hold of the line, the ball and the budget: the interactive page."),
    "background": ("background", "Split a video into background and people."),
}
"""Subcommand: its module, where it is called `<name>_command`, and what `normball --help` says of it."""

NEEDED = ("jinja2", "matplotlib", "polars", "rich")
"""Packages of the extra "cli", besides click itself."""


class LazyGroup(click.Group):
    """A group that knows its commands by name, so that `--help` and one command do not load the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        require_extra()
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


def require_extra() -> None:
    """Refuse to go on without the packages of the extra, saying how to install them."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"{', '.join(missing)} not installed, which the command line needs; "
            'run: pip install "normball[cli]"'
        )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="normball")
def main() -> None:
    """Fit norm-regularised models, and see why the answer is sparse."""
