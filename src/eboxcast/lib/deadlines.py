"""A deadline that the kernel keeps: who is frozen past it never comes to their next instruction.

Between a look at the clock and what depends on it a process can be frozen for any time, and then goes on as if nothing
had happened. So a timer of the kernel, by the clock that goes on while the machine sleeps, kills the process at the
deadline, stopped or not. Where a virtual machine is held still together with its clocks, nobody inside can tell.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL, POINTER, Structure, byref, c_byte, c_int, c_long, c_void_p, get_errno
from functools import cache
from os import strerror
from time import CLOCK_BOOTTIME

_BY_SIGNAL = 0
_ABSOLUTE = 1


class _Event(Structure):
    """``struct sigevent``, 64 bytes on every Linux of 64 bits."""

    _fields_ = (("value", c_void_p), ("signal", c_int), ("notify", c_int), ("rest", c_byte * 48))


class _Times(Structure):
    """``struct itimerspec``: no interval, then the moment."""

    _fields_ = (("interval", c_long * 2), ("seconds", c_long), ("nanoseconds", c_long))


@contextmanager
def dies_after(moment: float) -> Iterator[None]:
    """Let this process be killed if it is still within the block at a moment of CLOCK_BOOTTIME. Raises OSError."""
    library, timer = _library(), c_void_p()
    event = _Event(signal=signal.SIGKILL, notify=_BY_SIGNAL)
    _check(library.timer_create(CLOCK_BOOTTIME, byref(event), byref(timer)))
    try:
        seconds, rest = divmod(max(moment, 0.001), 1.0)  # zero would be no deadline at all
        times = _Times(seconds=int(seconds), nanoseconds=int(rest * 1e9))
        _check(library.timer_settime(timer, _ABSOLUTE, byref(times), None))
        yield
    finally:
        library.timer_delete(timer)


@cache
def _library() -> CDLL:
    library = CDLL(None, use_errno=True)
    if not hasattr(library, "timer_create"):  # glibc before 2.34
        library = CDLL("librt.so.1", use_errno=True)
    library.timer_create.argtypes = [c_int, POINTER(_Event), POINTER(c_void_p)]
    library.timer_settime.argtypes = [c_void_p, c_int, POINTER(_Times), c_void_p]
    library.timer_delete.argtypes = [c_void_p]
    return library


def _check(result: int) -> None:
    if result:
        raise OSError(get_errno(), strerror(get_errno()))
