"""TCP ports: the usual one where it is free, another where it is not."""

import socket

LOCAL = "127.0.0.1"


def choose(wanted: int) -> int:
    """Give the wanted port when nobody listens there, else any free one."""
    return wanted if is_free(wanted) else any_free()


def is_free(port: int) -> bool:
    """Tell whether a port can be listened on."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still dying counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCAL, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOCAL, port)) == 0
