"""The simulation shares no code with what it checks."""

import subprocess
import sys


def test_nothing_of_ours_is_loaded_beside_the_simulation() -> None:
    text = (
        "import sys; import firmware_sim.commands, firmware_sim.worlds.writing, firmware_sim.worlds.checking;"
        "import firmware_sim.demo.performance;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'lineage', 'gateway_agent', 'trace_api', 'labels', 'firmware_sim'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "['firmware_sim']"
