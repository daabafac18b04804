"""Review rules that a machine can check: pure domain, SQL in one layer, one commit, one error root."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.test_layout import PACKAGES, modules, tree
from tests.vectors import ROOT

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|COPY\s+\w+|WITH\s+(RECURSIVE\s+)?\w+(\s*\(.*\))?\s+AS|CREATE\s+(TABLE|INDEX|UNIQUE)|LOCK\s+TABLE)",
    re.IGNORECASE | re.DOTALL,
)
IMPURE_CALLS = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    *(("time", name) for name in ("time", "monotonic", "sleep")),
    ("date", "today"), ("os", "urandom"), ("uuid", "uuid4"), ("uuid", "uuid1"),
}  # fmt: skip
IMPURE_MODULES = {
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "threading",
    "asyncio",
    "subprocess",
    "urllib.request",
    "http.client",
}


def holds_sql(path: Path) -> bool:
    """Repositories, migrations and the database package may hold SQL; nobody else."""
    return (
        "repository" in path.stem
        or "repositories" in path.parts
        or "migrations" in path.parts
        or "database" in path.parts
    )


def names(node: ast.AST) -> tuple[str, str] | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ):
        return node.func.value.id, node.func.attr
    return None


def test_sql_stands_in_repositories_only() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in modules("trace_api")
        if not holds_sql(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not found


def test_a_transaction_is_committed_in_one_place() -> None:
    found = {
        str(path)
        for path in modules("trace_api")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert all(path.startswith("trace_api/database/") for path in found), found
    assert len(found) <= 1, found


# What stands in line for the database holds its connection open and needs no thread to wait in: threads are
# for those whose turn it is.
WAIT_IN_LINE = {
    "trace_api/epcis/capture_endpoints.py capture",
    "trace_api/epcis/events_endpoints.py add_event",
}


def test_endpoints_are_plain_functions() -> None:
    """Blocking drivers run in the thread pool; an `async def` endpoint would block the loop (decision 9)."""
    verbs = {"get", "post", "put", "delete", "patch", "head", "options", "api_route"}
    found = []
    for path in modules("trace_api"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    call = decorator.func if isinstance(decorator, ast.Call) else decorator
                    if isinstance(call, ast.Attribute) and call.attr in verbs:
                        found.append(f"{path} {node.name}")
    assert set(found) <= WAIT_IN_LINE


def test_the_domain_has_no_clock_no_chance_and_no_network() -> None:
    found = []
    for path in modules("lineage"):
        if path.parts[1] == "commands":
            continue
        for node in ast.walk(tree(path)):
            if names(node) in IMPURE_CALLS:
                found.append(f"{path}:{getattr(node, 'lineno', 0)} {names(node)}")
            imported = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [
                f"{path}:{getattr(node, 'lineno', 0)} {name}" for name in imported if name in IMPURE_MODULES
            ]
    assert not found


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("lineage.identifiers, lineage.events", "networkx numpy lxml sqlalchemy fastapi"),
        (
            "gateway_agent.commands",
            "networkx numpy sqlalchemy psycopg fastapi starlette uvicorn labels trace_api",
        ),
        ("labels.commands", "sqlalchemy psycopg fastapi networkx"),
    ],
)
def test_the_edge_loads_nothing_heavy(imported: str, absent: str) -> None:
    code = f"import sys, {imported}\nprint([name for name in {absent.split()!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_error_of_a_package_has_one_root_and_a_code(package: str) -> None:
    root = importlib.import_module(package)
    classes = set()
    for info in pkgutil.walk_packages(root.__path__, f"{package}."):
        if ".migrations" in info.name or info.name.endswith("__main__"):
            continue
        for _, found in inspect.getmembers(importlib.import_module(info.name), inspect.isclass):
            public = not found.__name__.startswith(
                "_"
            )  # what never leaves its module is no error of the package
            if public and issubclass(found, Exception) and found.__module__.startswith(f"{package}."):
                classes.add(found)
    roots = {found for found in classes if not any(base in classes for base in found.__mro__[1:])}
    allowed = {"LineageError"} if package == "lineage" else None
    assert len(roots) <= 1 or allowed is not None, f"more than one root: {sorted(map(str, roots))}"
    if allowed:
        assert {found.__name__ for found in roots} == allowed
    for found in classes:
        assert any(
            "code" in vars(base) or "code" in inspect.signature(base).parameters
            for base in found.__mro__
            if base.__module__.startswith(f"{package}.")
        ), f"{found} has no stable code"


@pytest.mark.parametrize("command", ["lineage", "trace-api", "gateway-agent", "firmware-sim", "trace-labels"])
def test_every_command_explains_itself(command: str) -> None:
    executable = Path(sys.executable).parent / command
    run = subprocess.run([executable, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    subcommands = (
        re.findall(r"^[│|]?\s+([a-z][\w-]*)\s{2,}\S", run.stdout.split("Commands")[-1], re.MULTILINE)
        if "Commands" in run.stdout
        else []
    )
    assert subcommands, "a command line shows its commands"
    for name in subcommands:
        sub = subprocess.run(
            [executable, name, "--help"], capture_output=True, text=True, timeout=60, check=False
        )
        assert sub.returncode == 0, (name, sub.stderr)
        assert len(sub.stdout) > 200, f"{command} {name} --help teaches nothing"


def test_wrong_usage_ends_with_2() -> None:
    for command in ("lineage", "trace-api", "gateway-agent", "firmware-sim", "trace-labels"):
        run = subprocess.run(
            [Path(sys.executable).parent / command, "no-such-command"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 2, command
