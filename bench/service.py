"""Shared by the scripts of this folder: starting the service, waiting until it is ready, measuring what it uses."""
import os, pathlib, re, socket, subprocess, sys, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
APP = ROOT / "src/MaskApi/bin/Release/net10.0"
PATIENCE = 60  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")


def start(port, *settings, app=APP, core=None):
    """Starts the service built in a folder, optionally pinned to one core, and waits until it is ready."""
    program = app.resolve() / "MaskApi.dll"
    if not program.exists():
        sys.exit("build it first: dotnet build -c Release src/MaskApi")
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    process = subprocess.Popen([*pinned, "dotnet", str(program), f"--urls=http://127.0.0.1:{port}", *settings])
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return process
        except OSError:  # no connection yet, or 503
            if process.poll() is not None:
                sys.exit("the service did not start")
            time.sleep(0.1)
    process.kill()
    sys.exit("the service did not become ready")


def processor_seconds(pid):
    """Processor time of a process in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid):
    """Resident memory of a process in bytes."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def resident_at_most(pid):
    """Peak resident memory of a process in bytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def free_port():
    """A port that nothing listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def load(url, picture, callers, seconds):
    """Loads the service with wrk; returns requests per second, and the median and 99 % response times in milliseconds."""
    out = subprocess.run(
        ["wrk", f"-t{min(callers, 4)}", f"-c{callers}", f"-d{seconds}s", "--timeout", "30s", "-s", str(ROOT / "bench/post.lua"), url],
        env={**os.environ, "PICTURE": str(picture)}, capture_output=True, text=True, check=True).stdout
    requests, duration, _, p50, p99, _, errors = map(float, re.search(r"^RESULT (.*)$", out, re.M).group(1).split())
    if errors:
        sys.exit(f"{url}: {errors:.0f} requests failed")
    return requests / duration * 1e6, p50 / 1e3, p99 / 1e3
