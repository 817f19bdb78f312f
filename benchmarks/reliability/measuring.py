"""What a process costs, as the system tells it."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _status(key: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{key}:"))
    return int(line.split()[1]) * 1024


def memory() -> int:
    """Bytes of memory this process has now; 0 where the system does not tell."""
    return _status("VmRSS") if STATUS.exists() else 0


def most_memory() -> int:
    """Bytes it had at most, since `reset_most_memory` where the system can forget."""
    if STATUS.exists():
        return _status("VmHWM")
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def reset_most_memory() -> int:
    """Begin to watch anew; gives what it has now."""
    if CLEAR.exists():
        CLEAR.write_text("5")
        return memory()
    return most_memory()


def open_files() -> int:
    """How many files this process has open; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has, and no further, where the system can: a trial may not fill
    the machine.
    """
    if sys.platform != "win32" and STATUS.exists():
        import resource

        most = _status("VmSize") + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
