"""One notebook, executed in a process of its own: `python -m policytext.run.worker SPEC.json`.

Progress and the result go to standard output, a JSON object a line. The process ends when its standard input does, and
takes the kernel with it: so no kernel outlives a run that was killed.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from pathlib import Path

from policytext.run.processes import sweep


def _end_with_parent(marker: str) -> None:
    while os.read(0, 4096):
        pass
    sweep(marker, spare=os.getpid())
    os._exit(1)


def main() -> None:
    """Execute the notebook that the spec names, under its memory limit."""
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # nbformat does without, and it takes a second to load
    from policytext.run.notebook import execute, tell

    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    progress = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the kernel's own processes print must not get between the lines
    threading.Thread(target=_end_with_parent, args=(spec["marker"],), daemon=True).start()
    if spec["memory_gb"]:
        limit = int(spec["memory_gb"] * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    tell(progress, **execute(spec, progress))


if __name__ == "__main__":
    main()
