"""Verify what eboxcast handed out with nothing but Python: no library, no database, no account.

    python verify.py keys.json certificate.jws     a signed certificate
    python verify.py keys.json deletions.jws       the account of what was deleted; a signed head of the audit too
    python verify.py keys.json receipt.json        a receipt; the recipient number is read from standard input
    python verify.py keys.json dossier.zip         a dossier as a whole, and each of its audit entries by a signed head

keys.json is what `eboxcast keys list --json` of the institution gives. Ends with 0 if it is proved, else with 1.
Timestamps and certificate authorities are not looked at: a key that was revoked proves nothing here.
"""

import base64
import hashlib
import json
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path

# Signatures: ECDSA on the curve P-256 (FIPS 186-5), in a compact JWS (RFC 7515).
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
PAPERS = ["eboxcast-certificate", "eboxcast-deletions", "eboxcast-audit-head"]
FORMS = {
    "eboxcast-certificate": "eboxcast.certificate/",
    "eboxcast-deletions": "eboxcast.deletions/",
    "eboxcast-audit-head": "eboxcast.audit-head/",
    "eboxcast-dossier": "eboxcast.dossier/",
    "eboxcast-statement": "eboxcast.statement/",
}
APART = 300  # seconds that the clocks of who signs and who reads may be apart
POINT_OF_P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d03010703420004")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def add(one, other):
    """Add two points of the curve; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number, point):
    found = None
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def is_signed(message, signature, certificate):
    """Tell whether the key in a certificate signed a message."""
    start = certificate.find(POINT_OF_P256) + len(POINT_OF_P256)
    x, y = (int.from_bytes(certificate[at : at + 32], "big") for at in (start, start + 32))
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    on_curve = POINT_OF_P256 in certificate and (y**2 - x**3 + 3 * x - B) % P == 0
    if not (on_curve and len(signature) == 64 and 0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, -1, N)
    digest = int.from_bytes(sha256(message), "big")
    found = add(times(digest * inverse % N, G), times(r * inverse % N, (x, y)))
    return found is not None and found[0] % N == r


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_signed(text, kinds, keys):
    """Return what was signed, by a key of the list that is not revoked and was valid then."""
    if text.lstrip().startswith("{"):  # with a timestamp beside it, which is not looked at here
        parts = json.loads(text)
        text = ".".join(parts[name] for name in ("protected", "payload", "signature"))
    head, payload, signature = text.strip().split(".")
    header = json.loads(unpadded(head))
    certificate = base64.b64decode(header["x5c"][0])
    known = [key for key in keys["keys"] if key["fingerprint"] == sha256(certificate).hex()]
    prove(header["alg"] == "ES256" and header["typ"] in kinds, "this is not a signature of this kind")
    prove(not header.keys() & {"crit", "b64"}, "the signature has conditions that are not known here")
    prove(is_signed(f"{head}.{payload}".encode(), unpadded(signature), certificate), "the signature is wrong")
    prove(known, "the key is not in the list")
    prove(known[0]["revoked_at"] is None, "the key was revoked")
    prove(header["iat"] <= time.time() + APART, "it says that it was signed later than the clock here shows")
    since, until = (datetime.fromisoformat(known[0][name]).timestamp() for name in ("made_at", "expires_at"))
    prove(since <= header["iat"] <= until, "the key was not valid then")
    told = json.loads(unpadded(payload))
    prove(told["format"].startswith(FORMS[header["typ"]]), "what is signed is something else than it says")
    return told


def root_by_path(leaf, path, index, size):
    """Return the root that a path leads to (RFC 9162, 2.1.3.2)."""
    last, found = size - 1, leaf
    prove(0 <= index < size, "there is no such place in the tree")
    for beside in map(bytes.fromhex, path):
        prove(last > 0, "the path is too long")
        if index & 1 or index == last:
            found = sha256(b"\x01", beside, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, beside)
        index, last = index >> 1, last >> 1
    prove(last == 0, "the path is too short")
    return found.hex()


def verify_receipt(receipt, statement, number):
    """Verify a receipt of a number by what is signed of the certificate."""
    tree = statement["receipts"]
    prove(receipt["receipts"] == tree, "the receipt is of another tree")
    prove((receipt["run"], receipt["environment"]) == (statement["run"], statement["environment"]), "another run")
    prove(receipt["document_sha256"] == statement["document"]["sha256"], "another document")
    prove(receipt["visible"] == statement["moments"]["visible"], "another moment")
    digits = "".join(filter(str.isdigit, number))
    key = int(digits) + (10**12 if len(digits) == 10 else 0)
    recipient = key.to_bytes(8, "big")
    shelf = key % tree["buckets"] * tree["shelves"] // tree["buckets"]
    leaf = sha256(b"\x00", *map(bytes.fromhex, receipt["tags"]))
    prove(all(len(tag) == 64 for tag in receipt["tags"]), "a tag is no digest")
    prove(root_by_path(leaf, receipt["path"], shelf, tree["shelves"]) == tree["root"], "the shelf is not in the tree")
    if receipt["received"]:
        tag = sha256(b"\x03", bytes.fromhex(receipt["nonce"]), recipient).hex()
        prove(tag in receipt["tags"], "this is not the receipt of this number")
        return f"RECEIVED: document {receipt['document_sha256']}, visible since {receipt['visible']}"
    secret = bytes.fromhex(receipt["cell_secret"])
    root = root_by_path(sha256(b"\x00", secret), receipt["cell_path"], key % tree["cells"], tree["cells"])
    prove(root == tree["cells_root"], "the secret is not in the tree")
    tag = sha256(b"\x03", sha256(b"\x02", secret, recipient), recipient).hex()
    prove(tag not in receipt["tags"], "this number is among those to whom the run published")
    return f"NOT IN RUN {receipt['run']}: document {receipt['document_sha256']}, visible since {receipt['visible']}"


def verify_dossier(dossier, keys):
    """Verify a dossier: its files are those that were signed, and each audit entry is proved by the signed head."""
    there = dossier.namelist()
    for name in ("manifest.jws", "audit/head.jws"):
        prove(name in there, f"{name} is missing: the dossier is not signed as a whole; ask for a new one")
    manifest = read_signed(dossier.read("manifest.jws").decode(), ["eboxcast-dossier"], keys)
    prove(manifest["format"] == "eboxcast.dossier/2", "this is not a form that is known here")
    prove(json.loads(dossier.read("manifest.json")) == manifest, "manifest.json is not what was signed")
    files = manifest["files"]
    wrong = {*there} ^ {"manifest.json", "manifest.jws", *files} or {name for name in there if there.count(name) > 1}
    prove(not wrong, f"removed or added: {', '.join(sorted(wrong))}")
    for name, told in files.items():
        prove(sha256(dossier.read(name)).hex() == told["sha256"], f"{name} was altered")
    head = read_signed(dossier.read("audit/head.jws").decode(), ["eboxcast-audit-head"], keys)
    entries = dossier.read("audit/entries.jsonl").splitlines()
    prove(len(entries) == manifest["entries"] > 0, "there are no entries, or not as many as were signed")
    prove(sealed_entries(dossier, manifest, head) == {sha256(line).hex() for line in entries}, "an entry was altered")
    for entry in map(json.loads, entries):
        if entry["broadcast"] == manifest["broadcast_id"]:
            number = entry["data"].get("number", manifest["broadcast"])
            prove(number == manifest["broadcast"], "an entry gives the broadcast another number")
        else:  # a run may have been tried for another broadcast before
            prove(entry["broadcast"] is None or entry["run"] is not None, "an entry is about another broadcast")
    return (
        f"PROVED: {len(files)} files and {len(entries)} entries about broadcast {manifest['broadcast']}, as signed on "
        f"{manifest['made_at']}; the entries also by the head of {head['at']}"
    )


def sealed_entries(dossier, manifest, head):
    """Return the digests of the entries from whose seals a path leads to the signed head."""
    lines = dossier.read("audit/seals.jsonl").splitlines()
    prove(manifest["head"] == f"{head['size']}:{sha256(lines[-1]).hex()}", "the last seal is not the head")
    seals = {json.loads(line)["number"]: line for line in lines}
    found = set()
    for proof in map(json.loads, dossier.read("audit/proofs.jsonl").splitlines()):
        seal = seals[proof["number"]]
        root = root_by_path(sha256(b"\x00", sha256(seal)), proof["path"], proof["number"] - 1, head["size"])
        prove(root == head["root"], f"seal {proof['number']} is not in the tree")
        found.add(json.loads(seal)["content"])
    return found


def prove(fact, otherwise):
    if not fact:
        sys.exit(f"NOT PROVED: {otherwise}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    keys = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    if zipfile.is_zipfile(sys.argv[2]):
        sys.stdout.write(verify_dossier(zipfile.ZipFile(sys.argv[2]), keys) + "\n")
        return
    text = Path(sys.argv[2]).read_text("utf-8")
    receipt = json.loads(text) if text.lstrip().startswith("{") else {}
    if "receipts" not in receipt:
        told = read_signed(receipt.get("signed", text), PAPERS, keys)
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    statement = read_signed(receipt["signed"], ["eboxcast-statement"], keys)
    sys.stdout.write(verify_receipt(receipt, statement, sys.stdin.readline()) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # whatever somebody else put into the file
        prove(False, f"a file is damaged, or not what eboxcast gave ({type(error).__name__}: {error})")
