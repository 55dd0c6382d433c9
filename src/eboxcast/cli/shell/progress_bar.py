"""The bar on a terminal. A module apart: Rich's takes 9 ms to import, and most work ends before it would be seen."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text


class Bar:
    """A bar that shows how far something is, how fast it goes and how long it takes still."""

    def __init__(self, label: str, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self.task = self.progress.add_task(label, total=None)
        self.progress.start()

    def reach(self, done: int, total: int) -> None:
        """Show how much is done, of how much."""
        self.progress.update(self.task, completed=done, total=total)

    def end(self) -> None:
        """Go away."""
        self.progress.stop()


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")
