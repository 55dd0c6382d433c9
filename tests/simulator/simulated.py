"""A simulator in a process of its own, and a client that speaks the public contract to it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import urllib3
from urllib3.filepost import encode_multipart_formdata

ORGANIZATION = "0456789034"
PDF = b"%PDF-1.7\na letter of a few bytes\n%%EOF\n"
JANE = "90011500287"
PEOPLE = ("85073003328", "72123199757", "50060999818", "04022900132", "11111112477", "00010111783", "88432120454")
PROGRAM = Path(sys.executable).with_name("eboxcast")


def citizen(number: str) -> dict[str, str]:
    return {"eboxType": "citizen", "eboxIdValue": number}


def digest_of(content: bytes) -> dict[str, str]:
    value = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return {"digestMethod": "sha_256", "digestValue": value}


def attachment(**changes: Any) -> dict[str, Any]:
    return {"httpPartName": "upfile1", "mainContent": True, "attachmentSigned": False, **changes}


def letter(**changes: Any) -> dict[str, Any]:
    """A MessageToPublish; a change to None takes the key away."""
    whole: dict[str, Any] = {
        "recipient": citizen(JANE),
        "subject": {"nl": "Testbericht"},
        "senderApplicationId": "demo:broadcast",
        "messageTypeId": "DEMO-INFO",
        "senderOrganizationId": ORGANIZATION,
        "attachments": [attachment(digest=digest_of(PDF))],
        "bodyMainContent": False,
        "replyAuthorized": False,
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


File = tuple[str | None, bytes, str | None]
ONE_FILE: dict[str, File] = {"upfile1": ("brief.pdf", PDF, "application/pdf")}


class Simulated:
    """A running simulator."""

    def __init__(self, *options: object) -> None:
        words = [str(PROGRAM), "simulate-provider", *map(str, options)]
        # A file, as nobody reads a pipe meanwhile: once that is full the simulator would stand still.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `end` closes it
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self._said, text=True)
        assert self.process.stdout
        first = self.process.stdout.readline()
        assert first, self._read()
        self.addresses: dict[str, Any] = json.loads(first)
        self.registry: str = self.addresses["registry"]
        self.pool = urllib3.PoolManager(retries=False, timeout=20)
        self.headers: dict[str, str] = {}

    def end(self) -> str:
        """Kill it, where it still runs, and return what it said on standard error; the second time nothing more."""
        if self._said.closed:
            return ""
        self.pool.clear()
        self.process.kill()
        self.process.communicate()
        with self._said:
            return self._read()

    def _read(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def login(self, **form: str) -> urllib3.BaseHTTPResponse:
        whole = {"grant_type": "client_credentials", "client_id": "rehearsal", "client_secret": "rehearsal"} | form
        answer = self.pool.request("POST", self.addresses["token"], fields=whole, encode_multipart=False)
        if answer.status == 200:
            self.headers = {"Authorization": "Bearer " + answer.json()["access_token"]}
        return answer

    def call(self, method: str, path: str, content: object = None, **more: Any) -> urllib3.BaseHTTPResponse:
        """Call the registry with JSON."""
        headers = self.headers | more.pop("headers", {})
        body = None if content is None else json.dumps(content)
        return self.pool.request(method, self.registry + path, body=body, headers=headers, **more)

    def publish(
        self,
        message: dict[str, Any] | None = None,
        files: dict[str, File] | None = None,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> urllib3.BaseHTTPResponse:
        fields: list[tuple[str, Any]] = list((ONE_FILE if files is None else files).items())
        fields.append(("messageToPublish", json.dumps(letter() if message is None else message)))
        return self.upload(fields, headers=headers, **more)

    def upload(
        self, fields: list[tuple[str, Any]], *, headers: dict[str, str] | None = None, **more: Any
    ) -> urllib3.BaseHTTPResponse:
        body, content_type = encode_multipart_formdata(fields)
        all_headers = self.headers | {"Content-Type": content_type} | (headers or {})
        return self.pool.request("POST", self.registry + "/publishMessage", body=body, headers=all_headers, **more)

    def published(self) -> str:
        """Publish a letter to Jane and return its message id."""
        return str(self.publish().json()["messageId"])

    def link(self, message_id: str, *numbers: str, **more: Any) -> urllib3.BaseHTTPResponse:
        recipients = [citizen(number) for number in numbers]
        return self.call("POST", "/linkEboxMessage", {"messageId": message_id, "recipients": recipients}, **more)

    def control(self, method: str, path: str, content: object = None) -> urllib3.BaseHTTPResponse:
        body = None if content is None else json.dumps(content)
        return self.pool.request(method, self.addresses["control"] + path, body=body)

    def break_(self, operation: str, fault: str, **how: Any) -> None:
        """Put one fault in the place of all others."""
        answer = self.control("PUT", "/faults", [{"operation": operation, "fault": fault, **how}])
        assert answer.status == 200, answer.data

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.control("GET", "/state").json()
        return state

    def deliveries(self, message_id: str | None = None) -> list[str]:
        query = f"?message={message_id}" if message_id else ""
        return self.control("GET", "/deliveries" + query).data.decode().split()


class Simulators:
    """One simulator for each set of options: starting one costs as much as most of the tests that use it."""

    def __init__(self) -> None:
        self._started: dict[tuple[str, ...], Simulated] = {}

    def __call__(self, *options: object) -> Simulated:
        """Return a simulator that holds nothing, breaks nothing and knows no token."""
        words = tuple(map(str, options))
        if words not in self._started:
            self._started[words] = Simulated(*words)
        answer = self._started[words].control("POST", "/reset")
        assert answer.status < 300, answer.data
        return self._started[words]

    def end(self) -> None:
        for simulator in self._started.values():
            simulator.end()
