"""Chromium for the browser tests: ``$NEWSGOLD_CHROMIUM``, or one on the path, or the Debian package where it may be installed.

As a script it installs where it can and prints the path; where there is none, why goes to stderr.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT = 240
"""Seconds that apt-get may take for each of its two steps."""


def find() -> str | None:
    """The path of a Chromium; where the variable is set, of that one only."""
    if wanted := os.environ.get("NEWSGOLD_CHROMIUM"):
        return shutil.which(wanted)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str:
    """Install Debian's Chromium; returns why it could not be done, and nothing where it was."""
    if shutil.which("apt-get") is None:
        return "there is no apt-get to install it with"
    if os.geteuid() == 0:
        root = []
    elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        root = ["sudo", "-n"]
    else:
        return "installing it needs root"
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=60"]
    for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run([*apt, *step], capture_output=True, text=True, errors="replace", timeout=WAIT, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return f"apt-get {step[0]} took more than {WAIT} s"
        if done.returncode and step[0] == "install":  # a list that cannot be refreshed may still do
            return f"apt-get install failed: {' '.join((done.stderr or done.stdout).split()[-40:])}"
    return ""


def main() -> None:
    """Print the path of a Chromium, after installing it where that can be done."""
    wanted, why = os.environ.get("NEWSGOLD_CHROMIUM"), ""
    path = find()
    if path is None:
        why = f"NEWSGOLD_CHROMIUM={wanted} is no program" if wanted else install()
        path = find()
    if path is None:
        print(
            f"Chromium is missing ({why or 'the package holds no program of that name'}): nothing can be shown in a browser, and its tests are skipped.",
            file=sys.stderr,
        )
    print(path or "")


if __name__ == "__main__":
    main()
