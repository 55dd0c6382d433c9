"""Passes connections on from one address to another: `python relay.py FROM PORT TO PORT`, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress


async def pump(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


async def relay(source: str, port: int, target: str, target_port: int) -> None:
    async def passed_on(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(target, target_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(passed_on, source, port)
    print("ready", flush=True)  # noqa: T201 - whoever starts it waits for this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
