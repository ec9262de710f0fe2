"""What the scripts of this folder have in common: starting the service, waiting until it is ready, seeing what it uses."""
import os, pathlib, subprocess, sys, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
APP = ROOT / "src/MaskApi/bin/Release/net10.0"
PATIENCE = 60  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")


def start(port, *settings, app=APP, core=None):
    """Starts the service built in a folder, on one core if wanted, and waits until it is ready."""
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
    sys.exit("the service did not get ready")


def processor_seconds(pid):
    """Processor time that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid):
    """Bytes of memory that a process holds."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def resident_at_most(pid):
    """Bytes of memory that a process held when it held most."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
