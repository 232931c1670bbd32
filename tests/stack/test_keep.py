from __future__ import annotations

import os
import signal

from stack import living

from .conftest import Start

CHILD = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(100)"


def _pid(lines: object) -> int:
    for line in lines:  # type: ignore[attr-defined]
        if line.startswith("pid "):
            return int(line.split()[1])
    raise AssertionError("no pid was printed")


def _gone(pid: int) -> bool:
    return not os.path.exists(f"/proc/{pid}/exe")


class TestKeeper:
    def test_starts_a_killed_child_again(self, start: Start) -> None:
        keeper = start("-m", "stack", "keep", "child", "--", "python", "-c", CHILD)
        first = _pid(keeper.stdout)
        os.kill(first, signal.SIGKILL)

        second = _pid(keeper.stdout)

        assert second != first
        keeper.terminate()
        assert keeper.wait(10) == 0
        assert _gone(second)

    def test_sweeps_away_what_a_killed_child_left(self, start: Start) -> None:
        parent = (
            f"import os, subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); time.sleep(100)"
        )
        keeper = start("-m", "stack", "keep", "child", "--", "python", "-c", parent)
        grandchild = _pid(keeper.stdout)
        os.kill(living.parent(grandchild), signal.SIGKILL)

        assert _pid(keeper.stdout) != grandchild
        assert _gone(grandchild)
        keeper.terminate()
        assert keeper.wait(10) == 0

    def test_takes_the_child_along_when_it_is_killed(self, start: Start) -> None:
        keeper = start("-m", "stack", "keep", "child", "--", "python", "-c", CHILD)
        child = _pid(keeper.stdout)

        keeper.kill()

        assert living.wait_until(lambda: _gone(child), timeout_s=5)

    def test_insists_with_a_child_that_does_not_listen(self, start: Start) -> None:
        deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + CHILD
        keeper = start("-m", "stack", "keep", "child", "--", "python", "-c", deaf)
        child = _pid(keeper.stdout)

        keeper.terminate()

        assert keeper.wait(10) == 0
        assert _gone(child)

    def test_gives_up_on_a_child_that_never_comes_up(self, start: Start) -> None:
        keeper = start("-m", "stack", "keep", "child", "--", "sh", "-c", "exit 3")

        said, _ = keeper.communicate(timeout=30)

        assert keeper.returncode == 3
        assert said.splitlines()[-1] == "child does not start: exit code 3, 5 times"
