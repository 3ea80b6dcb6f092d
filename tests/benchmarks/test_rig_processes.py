import os
import socket
import subprocess
import sys
import threading
import time

from benchmarks.rig.processes import (
    child_processes,
    free_port,
    open_file_count,
    processor_s,
    resident_bytes,
    thread_count,
    thread_times,
)

_BUSY = "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True)\ninput()"


def test_processor_time_is_that_of_this_process() -> None:
    before_s = processor_s(os.getpid())
    began_s = time.process_time()
    while time.process_time() < began_s + 0.2:
        pass

    assert processor_s(os.getpid()) - before_s >= 0.18  # the kernel counts ticks of 10 ms


def test_processor_time_of_a_child_counts_while_it_runs_and_afterwards() -> None:
    before_s = processor_s(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", _BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        running_s = processor_s(os.getpid())
        child.communicate(b"\n")

    assert running_s - before_s >= 0.28
    assert processor_s(os.getpid()) >= running_s


def test_memory_threads_and_files_are_told() -> None:
    files = open_file_count(os.getpid())

    with socket.socket():
        assert open_file_count(os.getpid()) == files + 1
    assert thread_count(os.getpid()) >= 1
    assert 10_000_000 < resident_bytes(os.getpid()) < 4_000_000_000


def test_a_free_port_can_be_listened_at() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass


def test_a_thread_has_run_as_long_as_it_was_busy() -> None:
    this = threading.get_native_id()
    before = thread_times(os.getpid(), this)
    began_s = time.thread_time()
    while time.thread_time() < began_s + 0.1:
        pass
    since = thread_times(os.getpid(), this).since(before)
    assert 0.095 < since.ran_s < 0.5
    assert since.waited_s >= 0.0


def test_children_are_told_by_an_argument() -> None:
    command = [sys.executable, "-c", "input()", "--type=one"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.pid in child_processes("--type=one")
        assert child_processes("--type=other") == []
        child.communicate(b"\n")
