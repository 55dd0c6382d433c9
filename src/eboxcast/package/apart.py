"""Reading apart: a file that may be hostile is given to a program of ours, which may be killed (ADR 30).

The program has little memory and time, can write no file, and has nothing of what ours knows: no variable, no address
of a database, no key of a recipient. Its end is an answer.
"""

from __future__ import annotations

import resource
import subprocess
import sys


class TooMuch(Exception):
    """The program was killed: the file takes more memory or time than there is, or broke what reads it."""


class Failed(Exception):
    """The program gave up."""


def read_apart(module: str, content: bytes, *, seconds: float) -> bytes:
    """Give a file to a program and return its answer. Raises TooMuch or Failed."""
    # Isolated: neither the working directory nor a variable decides what it imports.
    words = [sys.executable, "-I", "-m", module]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={"LC_ALL": "C"}
    ) as program:
        try:
            answer, _ = program.communicate(content, timeout=seconds)
        except subprocess.TimeoutExpired:
            program.kill()
            raise TooMuch from None
    if program.returncode:
        raise TooMuch if program.returncode < 0 else Failed
    return answer


def limit_yourself(*, memory: int, seconds: int) -> None:
    """Give up what a file could misuse: called by the program, before it reads. A core file would hold recipients."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
