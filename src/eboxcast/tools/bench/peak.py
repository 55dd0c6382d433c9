"""Run a command and say how long it took and how much memory it had at most; started as a process of its own.

Linux hands the peak of the starting process down to the one it starts, so the starter must be as small as this one.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from time import perf_counter


def main() -> None:
    """Run what the arguments say; print one JSON object."""
    started = perf_counter()
    done = subprocess.run(sys.argv[1:], capture_output=True, check=False)
    seconds = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    said = done.stderr.decode(errors="replace")
    sys.stdout.write(json.dumps({"seconds": seconds, "kilobytes": peak, "code": done.returncode, "said": said}))


if __name__ == "__main__":
    main()
