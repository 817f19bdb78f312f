"""Lists what the program is made of (CycloneDX 1.6, JSON): every package it needs at run time, as installed and locked.

Run by the interpreter of .venv: `make sbom` writes it to out/, `make dist` beside the frozen program.
"""

import importlib.metadata
import json
import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "opsdesk"


def needed() -> dict[str, importlib.metadata.Distribution]:
    """The project's packages by their names, and those that these need on this computer."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [PROJECT]
    while waiting:
        of = importlib.metadata.distribution(waiting.pop())
        for line in of.requires or ():
            wanted = Requirement(line)
            name = re.sub(r"[-_.]+", "-", wanted.name).lower()
            if name not in found and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                found[name] = importlib.metadata.distribution(name)
                waiting.append(name)
    return dict(sorted(found.items()))


def hashes() -> dict[tuple[str, str], list[str]]:
    """SHA-256 of the files of each locked package and version."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.findall(r"^([a-z0-9-]+)==([^\s;]+)((?:.*\\\n)(?:    --hash=.*\n)+)", lock, re.M)
    return {(name, version): re.findall("sha256:([0-9a-f]{64})", rest) for name, version, rest in pins}


def licence(of: importlib.metadata.Distribution) -> str:
    """What a package says of its licence, in one line."""
    said = of.metadata.get("License-Expression") or of.metadata.get("License") or ""
    told = [each.rpartition(" :: ")[2] for each in of.metadata.get_all("Classifier") or () if "License ::" in each]
    return said.strip().splitlines()[0] if said.strip() else "; ".join(told)


def bill() -> dict[str, object]:
    """The whole list. KeyError where a package is installed in another version than the lock says."""
    locked = hashes()
    components = [
        {
            "type": "library",
            "name": name,
            "version": of.version,
            "purl": f"pkg:pypi/{name}@{of.version}",
            "hashes": [{"alg": "SHA-256", "content": each} for each in locked[name, of.version]],
            "licenses": [{"license": {"name": licence(of)}}],
        }
        for name, of in needed().items()
    ]
    own = {"type": "application", "name": PROJECT, "version": importlib.metadata.version(PROJECT)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{target}\n")
