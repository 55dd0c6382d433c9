"""The drop folders over SFTP: an institution signs in with its CBE number and a registered key, and sees its folders.

There is no shell, no forwarding, no password. What a client may do is in ``access.py``; here are sign-in and limits.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import posixpath
import resource
import socket
import stat
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakSet

import asyncssh
from asyncssh.channel import SSHChannel
from asyncssh.constants import EXTENDED_DATA_STDERR
from asyncssh.sftp import run_sftp_server
from asyncssh.stream import SSHServerStreamSession
from django.db import connections

from eboxcast.delivery.remote.logs import log
from eboxcast.exchange import keys
from eboxcast.exchange.access import ALL, INCOMING, Access, Download, Upload
from eboxcast.exchange.sftp_tally import Tally, note
from eboxcast.lib.errors import EboxcastError, Trouble
from eboxcast.lib.translation import N_

_Channel = asyncssh.SSHServerChannel[bytes]
_Writer = asyncssh.SSHWriter[bytes]
P = ParamSpec("P")
R = TypeVar("R")

_FULL = b"Too many connections. Try again in a minute.\r\n"
_NOT_A_SHELL = b"This server accepts file transfers by SFTP only.\n"
_MOST_KEYS_TRIED = 10
_MOST_SESSIONS = 4
_DESCRIPTORS_OF_A_FILE, _OTHER_DESCRIPTORS = 2, 512
"""A file that is written, and its folder; databases, threads that look into folders, logs."""
_BACKLOG = 512
_PLAIN_VERSION = 3
_BYTES_OF_A_LENGTH, _CLOSE = 4, 4
_SECONDS_TO_LEAVE = 5
_FOLDER_MODE, _FILE_MODE = stat.S_IFDIR | 0o700, stat.S_IFREG | 0o600


class PortTaken(Trouble):
    """The address to listen on cannot be had."""

    code = "sftp.port"
    sentence = N_("The SFTP server cannot listen at {address}: {reason}.")
    remedy = N_("Stop what uses this port, or change EBOXCAST_SFTP_LISTEN.")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a server lets in. Who has not signed in yet takes no place from who has."""

    connections: int = 200
    """Signed in, of all institutions."""
    of_institution: int = 10
    handles: int = 64
    """Files and folders that one connection has open at once."""
    waiting: int = 100
    """Not signed in yet, from everywhere."""
    waiting_from_address: int = 30
    seconds_to_sign_in: float = 30
    seconds_idle: float = 900
    """Without a whole request."""
    seconds_at_most: float = 12 * 3600
    """However busy: a client that asks for a byte now and then keeps no place for ever."""
    seconds_between_looks: float = 30
    """How often it is looked whether who is signed in still may be."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a server needs."""

    root: Path
    host: str
    port: int
    host_key: asyncssh.SSHKey
    most_bytes: int
    """How much may lie in the incoming folders of an institution."""
    limits: Limits = field(default_factory=Limits)


def host_key(file: Path) -> asyncssh.SSHKey:
    """Return the key by which institutions know this server; it is made the first time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return asyncssh.read_private_key(file)
    made = asyncssh.generate_private_key("ssh-ed25519", comment="eboxcast")
    with os.fdopen(handle, "wb") as written:
        written.write(made.export_private_key())
    return made


def allow_descriptors(limits: Limits) -> None:
    """Let this process open what all connections together may, as far as the system lets it."""
    wanted = limits.connections * (1 + _DESCRIPTORS_OF_A_FILE * limits.handles) + limits.waiting + _OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("sftp.few_descriptors", allowed=allowed, wanted=wanted)


class Server:
    """A server, until it is closed."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._signed_in: set[_Visit] = set()
        self._waiting: dict[asyncio.Task[None], str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.tally = Tally()
        self.port = options.port

    @property
    def signed_in(self) -> int:
        """Return how many connections are signed in."""
        return len(self._signed_in)

    async def start(self) -> None:
        """Begin to listen. Raises PortTaken."""
        try:
            listener = await asyncio.to_thread(_listen, self._options.host, self._options.port)
        except OSError as error:
            address = f"{self._options.host}:{self._options.port}"
            raise PortTaken(address=address, reason=error.strerror or "-") from error
        self.port = listener.getsockname()[1]
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)  # it names files, and users that there are not
        self._tasks = [asyncio.create_task(self._accept(listener)), asyncio.create_task(self._look_after())]

    async def close(self) -> None:
        """Let nobody in any more, and end every connection."""
        for task in (*self._tasks, *self._waiting):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._waiting, return_exceptions=True)
        for visit in list(self._signed_in):
            visit.end("The server is stopping. Connect again in a minute.")
        await asyncio.gather(*(visit.ended() for visit in list(self._signed_in)), return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                try:
                    connected, address = await loop.sock_accept(listener)
                except OSError as error:
                    log.warning("sftp.cannot_accept", reason=error.strerror)
                    await asyncio.sleep(0.1)  # such as too many open files
                    continue
                if self._is_full(str(address[0])):
                    self.tally.full += 1
                    _send_away(connected)
                    continue
                task = asyncio.create_task(self._let_in(connected))
                self._waiting[task] = str(address[0])
                task.add_done_callback(self._waiting.pop)

    def _is_full(self, address: str) -> bool:
        """Return whether nobody more can be let in: this is asked before anything is read from them."""
        limits, waiting = self._options.limits, Counter(self._waiting.values())
        return (
            len(self._signed_in) >= limits.connections
            or waiting.total() >= limits.waiting
            or waiting[address] >= limits.waiting_from_address
        )

    async def _let_in(self, connected: socket.socket) -> None:
        """Let somebody sign in, within some time."""
        options = self._options
        with suppress(asyncssh.Error, OSError, TimeoutError, EboxcastError):
            await asyncssh.run_server(
                connected,
                config=(),
                server_factory=lambda: _Visit(options, self._signed_in, self.tally),
                server_host_keys=[options.host_key],
                server_version="eboxcast",
                encoding=None,
                allow_pty=False,
                agent_forwarding=False,
                x11_forwarding=False,
                compression_algs=None,
                login_timeout=options.limits.seconds_to_sign_in,
                connect_timeout=options.limits.seconds_to_sign_in,
                keepalive_interval=60,
            )

    async def _look_after(self) -> None:
        """End what was given up, and who signed in with a key that has ended since."""
        while True:
            await asyncio.sleep(self._options.limits.seconds_between_looks)
            visits = list(self._signed_in)
            valid = await self._valid_keys(visits)
            for visit in visits:
                if visit.key not in valid:
                    visit.end("This key is not valid any more.")
                elif visit.is_idle():
                    visit.end("Nothing was transferred for a while.")
                elif visit.is_long():
                    visit.end("This connection has been open for too long.")

    async def _valid_keys(self, visits: list[_Visit]) -> Collection[int]:
        """Return which of their keys are valid: all of them while the database does not answer. Note the numbers."""
        shown = [visit.key for visit in visits]
        try:
            await _in_thread(note, self.tally, port=self.port, signed_in=len(visits), waiting=len(self._waiting))
            return await _in_thread(keys.still_valid, shown)
        except EboxcastError as error:
            log.warning("sftp.cannot_look_after_keys", code=error.code)
            return shown


class _Visit(asyncssh.SSHServer):
    """One connection: who signs in, and that it may be there."""

    def __init__(self, options: Options, signed_in: set[_Visit], tally: Tally) -> None:
        self._options, self._signed_in, self.tally = options, signed_in, tally
        self._connection: asyncssh.SSHServerConnection | None = None
        self._valid: dict[str, int] = {}
        self._tried, self._sessions = 0, 0
        self._since, self._last = 0.0, 0.0
        self.institution, self.key = "", 0
        self.handles: WeakSet[object] = WeakSet()
        """What its sessions have open; the library lets go of what a client closes."""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._since = asyncio.get_running_loop().time()
        self.stir()

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._signed_in:
            self._signed_in.discard(self)
            log.info("sftp.left", institution=self.institution, key=self.key)
        else:
            self.tally.refused += 1

    async def begin_auth(self, username: str) -> bool:
        self.institution = username
        with suppress(EboxcastError):  # a database that does not answer lets nobody in
            self._valid = await _in_thread(keys.valid_keys, username)
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._tried += 1
        self.key = self._valid.get(key.get_fingerprint(), 0)
        return bool(self.key) and self._tried <= _MOST_KEYS_TRIED

    async def auth_completed(self) -> None:
        theirs = sum(visit.institution == self.institution for visit in self._signed_in)
        if theirs >= self._options.limits.of_institution:
            log.info("sftp.too_many", institution=self.institution)
            self._disconnect("Too many connections of this institution.")
            return
        self._signed_in.add(self)
        self.tally.signed_in += 1
        log.info("sftp.signed_in", institution=self.institution, key=self.key)
        with suppress(EboxcastError):
            await _in_thread(keys.note_use, self.key)

    def session_requested(self) -> _Session | bool:
        """Return what handles a session: one of a few at once."""
        if self._sessions >= _MOST_SESSIONS:
            return False
        self._sessions += 1
        return _Session(self)

    def stir(self) -> None:
        """Note that something is going on."""
        self._last = asyncio.get_running_loop().time()

    def refuse_one_more(self) -> None:
        """Raise OSError where it has as many files and folders open as it may."""
        if len(self.handles) >= self._options.limits.handles:
            raise OSError(errno.EMFILE, "Too many open files: close some first")

    def is_idle(self) -> bool:
        """Return whether nothing goes on any more."""
        return asyncio.get_running_loop().time() - self._last > self._options.limits.seconds_idle

    def is_long(self) -> bool:
        """Return whether it has been there for longer than anybody needs."""
        return asyncio.get_running_loop().time() - self._since > self._options.limits.seconds_at_most

    def end(self, why: str) -> None:
        """End the connection, and say why."""
        log.info("sftp.ended", institution=self.institution, key=self.key, why=why)
        self._disconnect(why)

    async def ended(self) -> None:
        """Wait until the connection is closed."""
        if self._connection:
            await self._connection.wait_closed()

    def _disconnect(self, why: str) -> None:
        if self._connection:
            self._connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, why)
            # Closing waits until all is sent, and a client that does not read never lets it be.
            asyncio.get_running_loop().call_later(_SECONDS_TO_LEAVE, self._connection.abort)

    async def serve(self, channel: _Channel, reader: _Watched, writer: _Writer) -> None:
        """Show the folders to a client, until it leaves."""
        try:
            access = Access(self._options.root, self.institution, self._options.most_bytes)
            await _in_thread(access.make_folders)
            await run_sftp_server(_Folders(channel, access, self, reader), reader, writer, _PLAIN_VERSION)
        except Exception as error:  # nobody awaits this: without it a client would wait for ever
            log.exception("sftp.failed", institution=self.institution, failure=type(error).__name__)
            channel.exit(1)
        finally:
            self._sessions -= 1


class _Session(SSHServerStreamSession[bytes]):
    """A session of a connection: files, or a word that there is nothing else."""

    def __init__(self, visit: _Visit) -> None:
        super().__init__(None)
        self._visit = visit
        self._serving: asyncio.Task[None] | None = None

    def connection_made(self, chan: SSHChannel[bytes]) -> None:
        super().connection_made(chan)
        self._channel = cast("_Channel", chan)

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp"

    def shell_requested(self) -> bool:
        return True  # to be told that there is none

    def exec_requested(self, command: str) -> bool:
        return True  # the same

    def session_started(self) -> None:
        channel = self._channel
        if channel.get_subsystem() is None:
            asyncssh.SSHWriter(self, channel, EXTENDED_DATA_STDERR).write(_NOT_A_SHELL)
            channel.exit(1)
            return
        writer = asyncssh.SSHWriter(self, channel)
        reader = _Watched(self, channel, writer, self._visit)
        self._serving = asyncio.create_task(self._visit.serve(channel, reader, writer))


class _Watched(asyncssh.SSHReader[bytes]):
    """What a client sends: it notes what came last, because the library also closes files whose client is gone.

    The next request is read when the answers to those before it are on their way: the library would keep any number of
    them for a client that only asks.
    """

    is_asked_to_close = False

    def __init__(self, session: _Session, channel: _Channel, writer: _Writer, visit: _Visit) -> None:
        super().__init__(session, channel)
        self._writer, self._visit = writer, visit

    async def readexactly(self, n: int) -> bytes:
        self.is_asked_to_close = False
        if n == _BYTES_OF_A_LENGTH:
            await self._writer.drain()
        received = await super().readexactly(n)
        if n > _BYTES_OF_A_LENGTH:
            self._visit.stir()
            self.is_asked_to_close = received[0] == _CLOSE
        return received


class _Folders(asyncssh.SFTPServer):
    """What a client asks of the folders. The disk is asked in a thread: one that is slow holds nobody else up."""

    def __init__(self, channel: _Channel, access: Access, visit: _Visit, reader: _Watched) -> None:
        super().__init__(channel)
        self._access, self._visit, self._reader = access, visit, reader

    def realpath(self, path: bytes) -> bytes:
        return "/".join(("", *_steps(path))).encode() or b"/"

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        steps = _steps(path)
        if _is_folder(steps):
            return _of_folder()
        return _of_file(await _in_thread(self._access.look, *_file(steps)))

    lstat = stat

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        return _of_file(cast("Upload | Download", file_obj).look())

    async def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Leave times and permissions as they are: programs set them to those of their own file."""
        if attrs.size is not None:
            raise PermissionError(errno.EACCES, "Not allowed here")
        await self.stat(path)

    lsetstat = setstat

    async def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        if attrs.size is not None:
            await _in_thread(_upload(file_obj).cut, attrs.size)

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self._visit.refuse_one_more()
        listing = self._listed(path)
        self._visit.handles.add(listing)
        return listing

    async def _listed(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        steps = _steps(path)
        if not steps:
            for each in (".", *ALL):
                yield asyncssh.SFTPName(each.encode(), "", _of_folder())
            return
        if not _is_folder(steps):
            raise FileNotFoundError(errno.ENOENT, "No such folder")
        for name in await _in_thread(self._access.names, steps[0]):
            with suppress(FileNotFoundError):  # collected meanwhile
                found = await _in_thread(self._access.look, steps[0], name)
                yield asyncssh.SFTPName(name.encode(), "", _of_file(found))

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        self._visit.refuse_one_more()
        opened = await self._opened(path, pflags)
        self._visit.handles.add(opened)
        return opened

    async def _opened(self, path: bytes, pflags: int) -> Upload | Download:
        folder, name = _file(_steps(path))
        if not pflags & asyncssh.FXF_WRITE:
            return await _in_thread(self._access.open_to_read, folder, name)
        return await _in_thread(
            self._access.open_to_write,
            folder,
            name,
            create=bool(pflags & asyncssh.FXF_CREAT),
            fresh=bool(pflags & asyncssh.FXF_TRUNC),
            new=bool(pflags & asyncssh.FXF_EXCL),
            appending=bool(pflags & asyncssh.FXF_APPEND),
        )

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        if isinstance(file_obj, Upload):
            raise PermissionError(errno.EACCES, "Not allowed here")
        return await _in_thread(cast("Download", file_obj).read, offset, size)

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        self._visit.tally.bytes += len(data)
        return await _in_thread(_upload(file_obj).write, offset, data)

    async def fsync(self, file_obj: object) -> None:
        """Do nothing: closing does it."""

    async def close(self, file_obj: object) -> None:
        """Close a file; the client asks for it, or the connection is gone and it is not complete."""
        if isinstance(file_obj, Upload):
            size, is_whole = file_obj.size, self._reader.is_asked_to_close
            await _in_thread(file_obj.finish if is_whole else file_obj.leave)
            log.info("sftp.received" if is_whole else "sftp.cut_off", institution=self._visit.institution, bytes=size)
            self._visit.tally.received += is_whole
            self._visit.tally.cut_off += not is_whole
        else:
            await _in_thread(cast("Download", file_obj).leave)

    async def remove(self, path: bytes) -> None:
        await _in_thread(self._access.remove, *_file(_steps(path)))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._rename(oldpath, newpath, replacing=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._rename(oldpath, newpath, replacing=True)

    async def _rename(self, oldpath: bytes, newpath: bytes, *, replacing: bool) -> None:
        folder, name = _file(_steps(oldpath))
        into, to = _file(_steps(newpath))
        if folder != into:
            raise PermissionError(errno.EACCES, "A file stays in its folder")
        await _in_thread(self._access.rename, folder, name, to, replacing=replacing)

    def _refuse(self, *_: object) -> Any:
        raise PermissionError(errno.EACCES, "Not allowed here")

    mkdir = rmdir = readlink = symlink = link = statvfs = fstatvfs = _refuse  # type: ignore[assignment]  # as the library calls them


def _listen(host: str, port: int) -> socket.socket:
    (family, *_), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener.setblocking(False)
    return listener


def _send_away(connected: socket.socket) -> None:
    """Say in the line that may come before the protocol that there is no room; SSH programs show it."""
    with connected, suppress(OSError):
        connected.send(_FULL)
        connected.shutdown(socket.SHUT_WR)


async def _in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call what waits for a disk or a database; its connection to the database is closed afterwards."""

    def call() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


def _steps(path: bytes) -> list[str]:
    """Return folder and name of a path; no path leads out of the folders."""
    try:
        text = path.decode()
    except UnicodeDecodeError as error:
        raise FileNotFoundError(errno.ENOENT, "No such file") from error
    return [step for step in posixpath.normpath(posixpath.join("/", text)).split("/") if step]


def _is_folder(steps: list[str]) -> bool:
    return not steps or (len(steps) == 1 and steps[0] in ALL)


def _file(steps: list[str]) -> tuple[str, str]:
    if len(steps) < len(("folder", "name")):
        raise PermissionError(errno.EACCES, f"Put your files in {' or '.join(INCOMING)}")
    folder, name, *more = steps
    if more or folder not in ALL:
        raise FileNotFoundError(errno.ENOENT, "No such file")
    return folder, name


def _upload(file_obj: object) -> Upload:
    if not isinstance(file_obj, Upload):
        raise PermissionError(errno.EACCES, "Not allowed here")
    return file_obj


def _of_folder() -> asyncssh.SFTPAttrs:
    return asyncssh.SFTPAttrs(permissions=_FOLDER_MODE, uid=0, gid=0, size=0, atime=0, mtime=0)


def _of_file(found: os.stat_result) -> asyncssh.SFTPAttrs:
    moment = int(found.st_mtime)
    return asyncssh.SFTPAttrs(permissions=_FILE_MODE, uid=0, gid=0, size=found.st_size, atime=moment, mtime=moment)
