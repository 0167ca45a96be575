"""The package as a whole: layers, size of modules, import time, and the files that describe it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import normball as nb

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "normball"
MODULES = sorted(SOURCE.rglob("*.py"))
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=[path.relative_to(SOURCE).as_posix() for path in MODULES]
)

# a layer imports only from itself and from layers before it
LAYERS = [
    {"_kernels", "cached", "typing", "version"},
    {"parameters", "values", "warnings"},
    {"progress"},
    {"norms"},
    {"losses"},
    {"designs", "measures"},
    {"inputs"},
    {"datasets"},
    {"solvers"},
    {"blocks"},
    {"answers"},
    {"several"},
    {"solving_paths"},
    {"problem"},
    {"geometry"},
    {"estimators", "inference"},
    {"dropin"},
    {"onnx"},
    {"diagnosis"},
    {"displays"},
    {"explorer"},
    {"report"},
    {"cli"},
    {"<root>"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
CORE = {"numpy", "scipy", "narwhals", "threadpoolctl", "tqdm"}
"""What may be imported without an extra."""
OPTIONAL = {"blocks": {"pyarrow"}}
"""What a layer below the estimators imports besides, where it is used."""


@dataclass(frozen=True)
class Import:
    """One import statement: the module that it names, and whether it stands inside a function."""

    target: str
    is_lazy: bool
    line: int


def module_name(path: Path) -> str:
    """Dotted name of a source file, `normball.norms` for its `__init__`."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path) for path in MODULES}
FOLDERS = {module_name(path / "x").rpartition(".")[0] for path in SOURCE.rglob("*") if path.is_dir()}


def layer(module: str) -> str:
    """Key in RANK of a module of the package: its folder, or its own name at the root."""
    parts = module.split(".")
    return "<root>" if parts[1:] in ([], ["__main__"]) else parts[1]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def targets(node: ast.Import | ast.ImportFrom, path: Path) -> Iterator[str]:
    """Absolute names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        package = [*path.relative_to(SOURCE.parent).parent.parts]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    for alias in node.names:
        whole = f"{base}.{alias.name}"
        yield whole if whole in NAMES | FOLDERS else base


def imports(path: Path) -> list[Import]:
    """All imports of a file but those for type checkers only."""
    found: list[Import] = []

    def visit(node: ast.AST, is_lazy: bool) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.extend(Import(target, is_lazy, node.lineno) for target in targets(node, path))
        inside = is_lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        children = node.orelse if is_type_checking(node) else ast.iter_child_nodes(node)
        for child in children:
            visit(child, inside)

    visit(ast.parse(path.read_text(encoding="utf-8")), False)
    return found


def own_imports(path: Path) -> list[Import]:
    return [item for item in imports(path) if item.target.split(".")[0] == "normball"]


def test_the_walk_sees_imports() -> None:
    found = {item.target for item in own_imports(SOURCE / "norms" / "base.py")}
    assert {"normball.typing", "normball.norms.face", "normball.norms.projection"} <= found
    lazy = {item.target for item in own_imports(SOURCE / "norms" / "base.py") if item.is_lazy}
    assert "normball.norms.projection" in lazy
    assert "normball.norms.base" not in {
        item.target for item in own_imports(SOURCE / "norms" / "projection.py")
    }, "an import for type checkers only was counted"
    assert "normball.problem" in {item.target for item in own_imports(SOURCE / "__init__.py")}


@every_module
def test_imports_go_only_downwards(path: Path) -> None:
    here = RANK[layer(module_name(path))]
    wrong = [
        f"line {item.line}: {item.target}" for item in own_imports(path) if RANK[layer(item.target)] > here
    ]
    assert not wrong, f"{module_name(path)} imports from above: {wrong}"


def test_every_folder_and_every_module_at_the_root_has_a_layer() -> None:
    assert {layer(name) for name in NAMES} | {"_kernels"} == set(RANK)
    missing = [
        folder.relative_to(SOURCE).as_posix()
        for folder in SOURCE.rglob("*")
        if folder.is_dir() and any(folder.glob("*.py")) and not (folder / "__init__.py").exists()
    ]
    assert not missing, f"no __init__.py in {missing}"


def test_imports_make_no_circle() -> None:
    """Within a folder an import inside a function may close a circle; across folders and in solvers none."""
    graph = {}
    for path in MODULES:
        name = module_name(path)
        folder = name if path.name == "__init__.py" else name.rpartition(".")[0]
        graph[name] = {
            item.target
            for item in own_imports(path)
            if item.target != name
            and not (item.is_lazy and item.target.rpartition(".")[0] == folder and ".solvers" not in name)
        }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circular imports: {' <- '.join(error.args[1])}")


@every_module
def test_lower_layers_need_no_extra(path: Path) -> None:
    """Below the estimators only core dependencies are imported, and below the displays no matplotlib."""
    here = RANK[layer(module_name(path))]
    packages = {item.target.split(".")[0] for item in imports(path)} - {"normball"}
    if here < RANK["estimators"]:
        allowed = CORE | OPTIONAL.get(layer(module_name(path)), set())
        assert packages <= allowed | sys.stdlib_module_names
    if here < RANK["displays"]:
        assert "matplotlib" not in packages


@every_module
def test_every_module_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_modules_named_in_prose_exist() -> None:
    missing = []
    for path in MODULES:
        places = [path.parent, SOURCE / "solvers", SOURCE, SOURCE.parent, ROOT]
        for name in re.findall(r"`([\w/]+\.py)`", path.read_text(encoding="utf-8")):
            if not any((place / name).exists() for place in places):
                missing.append(f"{module_name(path)}: {name}")
    assert not missing


def test_modules_stay_short() -> None:
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    long = {str(file.relative_to(ROOT)): length for file, length in lengths.items() if length > 400}
    assert not long


def run_python(code: str) -> str:
    """Output of a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_quick() -> None:
    # processor time: the other workers make the wall clock wait; as a share: machines differ in speed
    code = (
        "from time import process_time; start = process_time(); import numpy, scipy.sparse; "
        "middle = process_time(); import normball; print((process_time() - middle) / (middle - start))"
    )
    best = min(float(run_python(code)) for _ in range(5))
    print(f"import normball takes {best:.2f} times as long as numpy and scipy.sparse")
    assert best < 1.5


def test_import_loads_nothing_heavy() -> None:
    heavy = {"matplotlib", "scipy.optimize", "pandas", "polars", "pyarrow", "click", "rich", "jinja2"}
    code = f"import sys, normball; print(*sorted({heavy!r} & set(sys.modules)))"
    assert run_python(code).split() == []


def test_public_names_exist() -> None:
    for name in nb.__all__:
        assert getattr(nb, name) is not None
    assert set(nb.__all__) < set(dir(nb))
    with pytest.raises(AttributeError, match="has no attribute 'Probelm'"):
        _ = nb.Probelm


def test_displays_without_matplotlib_say_what_to_install() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import normball\n"
        "try: normball.ContactDisplay\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    assert 'pip install "normball[plot]"' in run_python(code)


# ---- files that describe the package ----------------------------------------------------
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def readme_blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_readme_has_the_two_commands() -> None:
    first, second = readme_blocks("sh")[:2]
    assert first.strip().splitlines() == ['pip install ".[cli]" && normball tour']
    assert second.strip().splitlines() == ['pip install ".[test]" && python -m pytest']
    assert {"cli", "test"} <= set(project()["optional-dependencies"])


@pytest.mark.parametrize("block", readme_blocks("python"))
def test_readme_python_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})


def test_links_in_the_documents_lead_somewhere() -> None:
    documents = [path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts]
    for document in [*ROOT.glob("*.md"), *documents]:
        text = document.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_version_is_stated_once_and_in_the_changelog() -> None:
    version = project()["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert version not in (ROOT / "meson.build").read_text(encoding="utf-8")
    assert nb.__version__ in (version, "0+uninstalled")


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    extras = project()["optional-dependencies"].values()
    for requirement in [*project()["dependencies"], *(item for extra in extras for item in extra)]:
        name = re.match(r"[\w-]+", requirement).group()
        assert name == "normball" or f"| {name} |" in explained, name


def test_the_command_line_is_a_module_too() -> None:
    command = [sys.executable, "-m", "normball", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "tour" in done.stdout
