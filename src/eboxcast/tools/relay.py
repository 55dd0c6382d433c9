"""Passes connections on from one address to another: `python -m eboxcast.tools.relay FROM PORT TO PORT`, until killed.

Plain HTTP is for the own machine only: what stands in for another machine has its relay to the provider.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

READY = b"ready\n"
"""Written to standard output once connections are taken."""


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


async def _relay(source: str, port: int, target: str, target_port: int) -> None:
    async def passed_on(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(target, target_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    server = await asyncio.start_server(passed_on, source, port)
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_relay(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
