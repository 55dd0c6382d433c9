"""Commands asked for JSON, and what they answered kept in files: what varies by itself left out, all else compared."""

from __future__ import annotations

import difflib
import getpass
import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., tuple[int, str, str]]

GOLDEN = Path(__file__).with_name("golden")
UPDATE = "UPDATE_GOLDEN"
"""The variable that has the files written anew instead of compared."""

_MACHINE = re.escape(socket.gethostname())
_VARIES = {
    re.escape(os.environ.get("EBOXCAST_STATE_DIR", "/nowhere")): "<state>",
    rf"{re.escape(getpass.getuser())}@{_MACHINE}": "<user>@<machine>",
    rf"\b{_MACHINE}:\d+": "<machine>:<process>",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "<uuid>",
    r"\b([0-9a-f]{64}|[0-9a-f]{12})\b": "<digest>",
    r"\b[0-9a-f]{32}\b": "<message>",
    r"\b(?!20\d\d[01]\d[0-3]\d)[0-9a-f]{8}\b": "<run>",
}
"""What stands for it, by the pattern of what has no two same values."""
_MEASURED = {
    **dict.fromkeys(("seconds", "per_second", "rate", "seconds_left", "spare_seconds"), "<measured>"),
    **dict.fromkeys(("size", "needed", "database", "free"), "<bytes>"),
    "eboxcast_version": "<version>",
    "certificate": "<certificate>",
    "signed": "<signed>",
    "countersigned": "<signed>",
    "before": "<moment>",
}
"""What stands for it, by the name of what depends on the machine, or on the versions of libraries."""
_MOMENT = re.compile(r"(?<=[T ]\d\d)(:\d\d:\d\d(?:\.\d+)?)(?=[+-]\d\d:\d\d)|(?<=\d{8}T\d\d)(\d{4})(?=Z)")
_IN_WORDS = re.compile(r"(?:(?<=(?:at|om|um) \d\d)|(?<=à \d\d)):\d\d(:\d\d)?")
_ON_THE_HOUR = re.compile(r":(00(:00(\.0+)?)?|59:59(\.9+)?)|0000|5959")
_OF_THE_MACHINE = {"versions", "binaries", "space", "clocks"}
"""What doctor says of these is as the machine is."""
_SHUFFLED = {"attachments", "broadcast", "notices"}
"""What has these names comes in the order of broadcasts' ids: in any."""


def normalised(value: Any, folder: Path, name: str = "") -> Any:
    """Return an answer without what varies: ``null`` stays ``null``, and of a moment the day and the hour stay."""
    if isinstance(value, dict):
        if value.keys() == {"name", "state", "says", "remedy", "next"} and value["name"] in _OF_THE_MACHINE:
            return {**dict.fromkeys(value, "<machine>"), "name": value["name"]}
        return {key: normalised(inner, folder, key) for key, inner in value.items()}
    if isinstance(value, list):
        found = [normalised(inner, folder, name) for inner in value]
        shuffled = all(isinstance(inner, dict) and inner.keys() == _SHUFFLED for inner in found)
        return sorted(found, key=_lines) if shuffled else found
    if value is not None and name in _MEASURED:
        return _MEASURED[name]
    if not isinstance(value, str):
        return value
    value = _MOMENT.sub(_without_minutes, value.replace(str(folder), "<folder>"))
    value = _IN_WORDS.sub(lambda found: found[0] if _ON_THE_HOUR.fullmatch(found[0]) else ":##", value)
    for pattern, placeholder in _VARIES.items():
        value = re.sub(pattern, placeholder, value)
    return value


def _without_minutes(found: re.Match[str]) -> str:
    """Keep what is agreed upon or due, as it is on the hour; the clock of the scenes never is."""
    return found[0] if _ON_THE_HOUR.fullmatch(found[0]) else re.sub(r"\d", "#", found[0])


class Scene:
    """Commands that follow each other, each answer with a name; at the end they are compared with the files."""

    def __init__(self, name: str, run: Run, folder: Path) -> None:
        self.golden = GOLDEN / name
        self.folder = folder
        self.answers: dict[str, object] = {}
        self._run = run

    def do(self, *words: object, given: str = "") -> str:
        """Run a command that has to work; return what it answered."""
        code, out, err = self._run(*words, given=given)
        assert code == 0, f"{' '.join(map(str, words))}: {code}\n{out}\n{err}"
        return out

    def fail(self, ends: int, *words: object) -> None:
        """Run a command that ends with this exit code; with ``--json`` it answers why, else nothing."""
        code, out, err = self._run(*words)
        told = (json.loads(out)["format"], json.loads(out)["exit_code"]) if "--json" in words else out
        expected = ("eboxcast.error/1", ends) if "--json" in words else ""
        assert (code, told) == (ends, expected), f"{' '.join(map(str, words))}: {code}\n{out}\n{err}"

    def ask(self, name: str, *words: object, given: str = "") -> Any:
        """Run a command with ``--json``; remember and return its answer, whatever its exit code."""
        return self.hear(name, *words, "--json", given=given)

    def hear(self, name: str, *words: object, given: str = "") -> Any:
        """Run a command that answers as JSON without being asked by ``--json``."""
        assert name not in self.answers, name
        code, out, err = self._run(*words, given=given)
        assert out, f"{' '.join(map(str, words))}: {code}\n{err}"
        answer = _read(out)
        kept = {"command": " ".join(map(str, words)), "exit": code, "answer": answer}
        self.answers[name] = normalised(kept, self.folder)
        return answer

    def compare(self) -> None:
        """Fail when an answer is not that of its file; with UPDATE_GOLDEN=1 write the files instead."""
        if os.environ.get(UPDATE):
            self._write()
        kept = {path.stem: json.loads(path.read_text("utf-8")) for path in self.golden.glob("*.json")}
        found = differences(kept, self.answers)
        assert not found, "\n".join(["Not as frozen; if that is meant, see test_golden_answers.py.", *found])

    def _write(self) -> None:
        self.golden.mkdir(parents=True, exist_ok=True)
        for path in self.golden.glob("*.json"):
            path.unlink()
        for name, answer in self.answers.items():
            (self.golden / f"{name}.json").write_text(_lines(answer) + "\n", "utf-8")


def differences(kept: dict[str, object], given: dict[str, object]) -> list[str]:
    """Return what is not the same, line by line; the order of names in an object is no difference."""
    found = []
    for name in sorted({*kept, *given}):
        before, after = (_lines(answers.get(name)).splitlines() for answers in (kept, given))
        found += difflib.unified_diff(before, after, f"{name} (kept)", f"{name} (given)", lineterm="")
    return found


def _read(out: str) -> object:
    """Return the one object, or one for each line."""
    try:
        return json.loads(out)
    except json.JSONDecodeError:
        return [json.loads(line) for line in out.splitlines()]


def _lines(answer: object) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True)
