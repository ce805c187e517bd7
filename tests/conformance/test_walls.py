"""Walls that no import linter sees: the collector uses nothing but the standard library of Python 3.6."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import saishu_collect

PACKAGE = Path(saishu_collect.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# In the standard library since a later version than 3.6.
NEWER = {
    "contextvars",
    "dataclasses",
    "graphlib",
    "tomllib",
    "zoneinfo",
    "annotationlib",
    "compression",
    "pathlib.types",
}

# Makes us faster where it happens to be installed; never needed, never shipped.
OPTIONAL = {"isal"}

# On Windows only: not in the list of a Linux Python, and imported behind a check of the system.
WINDOWS = {"msvcrt", "winreg", "_winapi", "nt", "winsound"}


@pytest.fixture(scope="session")
def standard_library(python36):
    """The names that a real Python 3.6 can import, without anything installed on top."""
    script = (
        "import sys, pkgutil, distutils.sysconfig as s\n"
        "places = [s.get_python_lib(standard_lib=True), s.get_python_lib(standard_lib=True) + '/lib-dynload']\n"
        "print(' '.join(set(sys.builtin_module_names) | {m.name for m in pkgutil.iter_modules(places)}))\n"
    )
    done = subprocess.run([python36, "-S", "-c", script], capture_output=True, check=True)
    return set(done.stdout.decode().split()) | WINDOWS


def imported(tree):
    """Walk to every imported name: also those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("saishu_collect" if node.level else "") + (node.module or "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_the_standard_library_of_python_36_only(path, standard_library):
    tops = {name.partition(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
    assert tops - standard_library - {"saishu_collect"} - OPTIONAL == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_is_optional_is_imported_where_its_absence_is_caught(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    caught = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(_catches_its_absence(handler) for handler in node.handlers)
        for name in imported(ast.Module(body=node.body, type_ignores=[]))
    }
    assert {name for name in imported(tree) if name.partition(".")[0] in OPTIONAL} <= caught


def test_the_two_lists_of_the_standard_library_agree(standard_library):
    """The names of today's Python without the newer ones must be near: else the list above was read wrongly."""
    todays = {name for name in sys.stdlib_module_names if not name.startswith("_")} - NEWER - WINDOWS
    assert len(todays - standard_library) < 10
    assert {"json", "zlib", "ssl", "zipfile"} <= standard_library
    assert not NEWER & standard_library


@pytest.mark.parametrize("version", ["3.6", "3.8"])
def test_every_module_compiles_on_an_old_python(version, request):
    python = request.getfixturevalue("python" + version.replace(".", ""))
    script = "import sys\nfor path in sys.argv[1:]:\n    compile(open(path, encoding='utf-8').read(), path, 'exec')\n"
    done = subprocess.run([python, "-c", script, *map(str, MODULES)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_no_module_is_longer_than_the_house_allows():
    root = PACKAGE.parent
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(root.rglob("*.py"))
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("room", ["saishu", "saishu_collect"])
def test_sentences_that_people_read_stand_outside_the_code(room):
    """A Japanese sentence in a module would lack its English twin; words to recognise a log by are no sentences."""
    strayed = []
    for path in sorted((PACKAGE.parent / room).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        strayed += [
            (path.name, node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            if re.search("(?:です|ます|ません|ください)。?$|.。$", node.value)
        ]
    assert strayed == []


def _catches_its_absence(handler):
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return bool(names & {"ImportError", "Exception"})


def _has_docstring(node):
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return False
    first = node.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
