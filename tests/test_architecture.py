"""The house holds: storeys, style, types and sizes, checked by the same tools that `make lint` runs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "opsdesk").rglob("*.py"))
MOST_LINES = 400
MOST_METHODS = 25


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"],
        ["-m", "ruff", "check", "--no-cache", "."],
        ["-m", "ruff", "format", "--no-cache", "--check", "."],
        ["-m", "mypy"],
    ],
    ids=["import contracts", "ruff check", "ruff format", "mypy"],
)
def test_checker_finds_nothing(arguments: list[str]) -> None:
    run = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


def test_law_imports_the_standard_library_only() -> None:
    graph = grimp.build_graph("opsdesk", include_external_packages=True, cache_dir=None)
    law = {"opsdesk.rules", *graph.find_descendants("opsdesk.rules")}
    assert len(law) > 1
    imported = {name for module in law for name in graph.find_modules_directly_imported_by(module)}
    strangers = {name for name in imported - law if name.partition(".")[0] not in sys.stdlib_module_names}
    assert strangers == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_can_be_held_in_the_head(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    crowded = {c.name: n for c in classes if (n := sum(isinstance(part, functions) for part in c.body)) > MOST_METHODS}
    assert crowded == {}


def test_lock_pins_every_dependency_by_hash_and_names_no_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    hashed = r"^([a-z0-9-]+)==\S+.*(?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+"
    pins = set(re.findall(hashed, lock, re.M))
    assert len(pins) == len(re.findall(r"^[^\s#]", lock, re.M)), "a line of the lock has no hash"
    assert {_name(line) for line in wanted} <= pins
    assert "://" not in lock


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\s\[;]", requirement)[0]).lower()


def test_the_bill_of_materials_names_what_runs_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out" / "sbom.cdx.json"
    run = subprocess.run([sys.executable, ".ci/sbom.py", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    parts = {each["name"]: each for each in json.loads(target.read_text("utf-8"))["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {_name(line) for line in project["project"]["dependencies"]} <= set(parts)
    assert {"shiboken6", "argon2-cffi-bindings"} <= set(parts), "what they need themselves is there"
    assert not {_name(line) for line in project["dependency-groups"]["dev"]} & set(parts)
    assert [
        name for name, each in parts.items() if not each["hashes"] or not each["licenses"][0]["license"]["name"]
    ] == []
