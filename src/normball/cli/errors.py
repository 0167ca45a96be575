"""What goes wrong on the command line becomes one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

import click

P = ParamSpec("P")
T = TypeVar("T")

STOPPED = 130
"""Exit code after Ctrl-C, as shells report it: 128 + SIGINT."""


class InputError(click.ClickException):
    """Bad input: click prints the message after "Error: " and ends with exit code 2."""

    exit_code = 2


def friendly_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Decorate a command so that errors of its input end it with one sentence.

    ValueError, TypeError, OSError (a file that is not there, may not be read, ...), a
    missing extra and arrays that do not fit into memory: exit code 2. Ctrl-C: "stopped",
    exit code 130. Any other exception is a defect of this package and keeps its traceback.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            _stop()
        except OSError as error:
            raise InputError(_of_file(error)) from error
        except MemoryError as error:
            raise InputError("the table does not fit into memory; use fewer rows or columns.") from error
        except (ValueError, TypeError, ModuleNotFoundError) as error:
            raise InputError(_one_line(error)) from error

    return guarded


def _stop() -> NoReturn:
    click.echo("stopped", err=True)
    raise SystemExit(STOPPED)


def _of_file(error: OSError) -> str:
    """'FILE: no such file or directory.' instead of '[Errno 2] ...'; a sentence of ours is left alone."""
    if error.strerror is None:
        return _one_line(error)
    what = error.strerror[0].lower() + error.strerror[1:]
    return f"{error.filename}: {what}." if error.filename else f"{what}."


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
