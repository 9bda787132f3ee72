"""The set-up script: what it would run, without running it."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

START = Path(__file__).parents[1] / "start.py"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module whose environment lies in a folder of the test; nothing is run."""
    spec = importlib.util.spec_from_file_location("start", START)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / ".installed")
    monkeypatch.setattr(module, "say", lambda text: None)
    return module


class Shell:
    """Stands for ``quiet``: writes down the commands and lets those succeed that hold one of the words."""

    def __init__(self, *succeed: str) -> None:
        self.succeed = succeed
        self.commands: list[str] = []

    def __call__(self, *command: str | Path) -> bool:
        line = " ".join(map(str, command))
        self.commands.append(line)
        return any(word in line for word in self.succeed)


def called(start: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    """The commands that a call of the script would run."""
    ran: list[str] = []
    monkeypatch.setattr(start, "make_environment", lambda: ran.append("environment"))
    monkeypatch.setattr(start, "install", lambda extras: ran.append(f"install {extras}"))
    monkeypatch.setattr(start, "run", lambda *c, **e: ran.append(" ".join(map(str, c[1:]))))
    monkeypatch.setattr(sys, "argv", ["start.py", *arguments])
    start.main()
    return ran


def test_it_needs_nothing_but_the_standard_library_of_python_3_11() -> None:
    tree = ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 11))
    modules = {a.name for x in ast.walk(tree) if isinstance(x, ast.Import) for a in x.names}
    modules |= {x.module or "" for x in ast.walk(tree) if isinstance(x, ast.ImportFrom)}
    assert {m.split(".")[0] for m in modules} <= sys.stdlib_module_names


def test_run_is_the_default(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = called(start, monkeypatch, "--port", "8123")
    assert ran[:2] == ["environment", "install test"]
    assert ran[2].startswith("-m kg build samples")
    assert ran[-1] == "-m kg serve --store store --port 8123"
    assert not any(" serve" in line for line in called(start, monkeypatch, "run", "--no-serve"))


def test_test_hands_its_arguments_on(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(start, monkeypatch, "test", "-k", "ids")[-1] == "-m pytest -k ids"


def test_setup_installs_only(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(start, monkeypatch, "setup") == ["environment", "install test"]
    assert called(start, monkeypatch, "setup", "--dev") == ["environment", "install dev"]


@pytest.mark.parametrize("arguments", [("walk",), ("run", "--prot", "1"), ("setup", "extra")])
def test_unknown_arguments_are_refused(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as caught:
        called(start, monkeypatch, *arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_environment_that_works_is_kept(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.touch()
    shell = Shell("pip --version")
    monkeypatch.setattr(start, "quiet", shell)
    start.make_environment()
    assert len(shell.commands) == 1


def test_the_standard_way_comes_first(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell("-m venv")
    monkeypatch.setattr(start, "quiet", shell)
    start.make_environment()
    assert shell.commands == [f"{sys.executable} -m venv {start.VENV}"]


def test_then_a_system_pip(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell("pip --version", "--without-pip", "install pip")
    monkeypatch.setattr(start, "quiet", shell)
    start.make_environment()
    assert shell.commands[-1] == f"{sys.executable} -m pip --python {start.PYTHON} install pip"


def test_then_the_package_of_debian(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell("apt-get")
    monkeypatch.setattr(start, "quiet", shell)
    monkeypatch.setattr(start.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SystemExit):  # Debian's package is there, yet no environment comes of it
        start.make_environment()
    assert any("install -y python3-venv" in c for c in shell.commands)
    assert shell.commands[-1].endswith(f"-m venv {start.VENV}")


def test_where_nothing_helps_one_sentence_says_what_to_do(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "quiet", Shell())
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="install python3-venv first"):
        start.make_environment()


def test_installing_is_skipped_until_something_changes(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(start, "run", lambda *c, **e: ran.append(str(c[-1])))
    start.VENV.mkdir()
    start.install("test")
    start.install("test")
    assert ran == [".[test]"]
    start.install("dev")
    start.STAMP.write_text("another project file")
    start.install("dev")
    assert ran == [".[test]", ".[dev]", ".[dev]"]


def test_a_failing_step_ends_the_script_with_its_status(start: ModuleType) -> None:
    with pytest.raises(SystemExit) as caught:
        start.run(sys.executable, "-c", "raise SystemExit(3)")
    assert caught.value.code == 3
    assert start.quiet(sys.executable, "-c", "print(1)")
