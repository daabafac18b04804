"""What can go wrong in a simulation: one root, stable codes.

```
SimulationError
├── DeviceError        a device cannot be made or plugged in
├── WorldError         a world cannot be built or written
└── DemoError          a part of the demonstration did not start, stopped, or answered wrongly
```
"""


class SimulationError(Exception):
    """Root of every error of this package.

    :ivar code: stable word for programs, kebab-case
    :ivar message: one sentence for a person
    :ivar hint: what to do about it; may be empty
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class DeviceError(SimulationError):
    """A simulated device cannot be made, plugged in or fed."""


class WorldError(SimulationError):
    """A simulated supply chain cannot be built or written."""


class DemoError(SimulationError):
    """A part of the demonstration did not start, stopped early, or answered wrongly."""
