"""Errors a person is meant to read: one line that says what is wrong and what to do.

The command line prints the message and exits with ``exit_code`` (numbers of BSD's sysexits.h);
a library user catches ``NewsmintError``.
"""


class NewsmintError(Exception):
    """Base of all expected errors. The message is one line and says what to do."""

    exit_code = 70


class UsageError(NewsmintError):
    """The words of the call are off: an option, a query, a value."""

    exit_code = 64


class BadInput(NewsmintError):
    """A file or page was read and is not what it should be."""

    exit_code = 65


class MissingInput(NewsmintError):
    """A file, folder or stored record does not exist."""

    exit_code = 66


class Unreachable(NewsmintError):
    """A site or server does not answer."""

    exit_code = 69


class CannotWrite(NewsmintError):
    """Output could not be written: disk full, no permission."""

    exit_code = 74


class StoreBusy(NewsmintError):
    """Another process holds the database; trying later helps."""

    exit_code = 75


class StoreAway(StoreBusy):
    """The server of a shared store does not answer, or was lost; what was committed is safe."""

    exit_code = 75


class BadConfig(NewsmintError):
    """A sources or rules file, a setting or a database version is unusable."""

    exit_code = 78
