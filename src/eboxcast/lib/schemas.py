"""What is shown, as plain values: a command imports the schemas of all it may answer, and needs those of one answer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from threading import RLock
from typing import Any, dataclass_transform

_completing = RLock()


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Schema:
    """A frozen dataclass with keywords only, which becomes one when the first is made or its fields are asked for.

    That takes half a millisecond, and a command imports up to a hundred: a tenth of the time it takes to start.
    """

    def __init_subclass__(cls) -> None:
        cls.__dataclass_fields__ = _FieldsLater(cls)  # type: ignore[attr-defined]
        if cls.__base__ is not Schema:
            fields(cls)  # type: ignore[arg-type]  # at once: the first made would be one of those it extends

    def __init__(self, **values: Any) -> None:
        fields(self)  # type: ignore[arg-type]
        self.__init__(**values)  # type: ignore[misc]


class _FieldsLater:
    """In the place of the fields of a schema that is not complete: whoever asks for them completes it."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type) -> object:
        with _completing:
            if vars(self._cls)["__dataclass_fields__"] is self:
                dataclass(frozen=True, kw_only=True)(self._cls)
        return vars(self._cls)["__dataclass_fields__"]
