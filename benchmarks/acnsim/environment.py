"""The peers' own environment; they are never dependencies of the package."""

import os
import subprocess
import tomllib
import venv
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent.parent
_SIMULATOR: Final = "acnportal==0.3.3"
_OURS: Final = ("numpy", "scipy", "ortools", "tzdata")
"""What of our own requirements the planning library and this benchmark use."""
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
_MPC: Final = ("cvxpy>=1.7,<2", "clarabel>=0.11,<1")


class Environment:
    """A virtual environment with the simulator.

    Args:
        folder: Where it is, or is to be.
        adacharge: Where adacharge's source is; None: the MPC is left out.
    """

    def __init__(self, folder: Path, adacharge: Path | None) -> None:
        self.python = folder / "bin" / "python"
        self.adacharge = adacharge
        self.requirements = (_SIMULATOR, *_own_requirements(), *(_MPC if adacharge else ()))
        self._folder = folder
        self._stamp = folder / "requirements.txt"

    def make(self) -> None:
        """Make it, unless it is there as required."""
        asked = "".join(f"{requirement}\n" for requirement in self.requirements)
        has = self._stamp.read_text(encoding="utf-8") if self._stamp.exists() else ""
        if set(self.requirements) <= set(has.splitlines()):
            return
        print(f"making the peers' environment in {self._folder}", flush=True)
        venv.create(self._folder, with_pip=True)
        install = [
            str(self.python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*install, *self.requirements], check=True)
        self._stamp.write_text(asked, encoding="utf-8")

    def variables(self) -> dict[str, str]:
        """The environment variables of a process in it; every process uses one thread."""
        paths = [str(ROOT), *([str(self.adacharge)] if self.adacharge else [])]
        threads = dict.fromkeys(_THREADS, "1")
        return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}


def _own_requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required: list[str] = project["project"]["dependencies"]
    return [one for one in required if one.startswith(_OURS)]
