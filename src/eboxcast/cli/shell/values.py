"""What was typed, as the types that commands ask for.

Typer reads every text, path, number and choice with pydantic, whose import takes longer than a small command works.
These few types need no library: each parameter that asks for one gets a reader of ours, all others keep Typer's.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin

import typer

_PLAIN = (str, int, float, Path, bool)


class Reader:
    """Reads the values of a parameter: what Typer asks of the one it would make itself."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value, or all of them. Raises typer.BadParameter."""
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        return [self._read(one, param, ctx) for one in value] if many else self._read(value, param, ctx)

    def _read(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            read = value if isinstance(value, self.kind) else self.kind(self._spelled(value, param))
        except ValueError:
            raise typer.BadParameter("no such value", ctx=ctx, param=param) from None
        if not all(within for within in _bounds(read, param)):
            raise typer.BadParameter("out of range", ctx=ctx, param=param)
        return read

    def _spelled(self, value: Any, param: Any) -> Any:
        """Return a choice as it is written in the code, where capitals do not matter to the parameter."""
        if issubclass(self.kind, StrEnum) and not param.type_descriptor.parameter_info.case_sensitive:
            return next((one.value for one in self.kind if one.value.lower() == str(value).lower()), value)
        return value


def with_reader(parameter: Any) -> Any:
    """Return the parameter, with a reader of ours when its type is plain."""
    kind = parameter.type_descriptor.annotation
    if get_origin(kind) is list:
        (kind,) = get_args(kind)
    if isinstance(kind, type) and (kind in _PLAIN or issubclass(kind, StrEnum)):
        parameter._runtime_param = Reader(kind)  # where Typer keeps the one it would make
    return parameter


def _bounds(value: Any, parameter: Any) -> Iterable[bool]:
    if (least := getattr(parameter, "min", None)) is not None:
        yield value >= least
    if (most := getattr(parameter, "max", None)) is not None:
        yield value <= most
