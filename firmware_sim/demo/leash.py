"""Starts a program that does not outlive the one that started it.

Run as a script: `leash.py PARENT PROGRAM ARGUMENT…`.

The kernel is asked to end this process when its parent does (PR_SET_PDEATHSIG), also when the parent is
killed without a chance to clean up; then the program takes the process over.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and become the program.

    :param arguments: process id of the parent, then the program with its arguments
    """
    parent, *command = arguments
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        sys.exit("the kernel does not offer PR_SET_PDEATHSIG")
    if os.getppid() != int(parent):
        sys.exit("the parent has gone")
    os.execvp(command[0], command)  # noqa: S606 - a fixed argument list


if __name__ == "__main__":
    main(sys.argv[1:])
