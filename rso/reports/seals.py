"""Seals: a file carries, in itself, the office's signature over all its other bytes. Nothing of Django is loaded.

A seal is `rso-seal:` with the public key and the signature (Ed25519), in hexadecimal. It is signed with zeros in its place,
so that it may stand anywhere in a file: in a page's head, in the keywords of a PDF, in the comment of an archive. A PDF
has it twice, in both of its lists of keywords.
"""

from __future__ import annotations

import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEAL = re.compile(rb"rso-seal:([0-9a-f]{64}):([0-9a-f]{128})")
#: What a file is made with, until it is sealed.
BLANK = f"rso-seal:{'0' * 64}:{'0' * 128}"


class Unsealed(Exception):
    """A file is not as it was sealed, or bears no seal; the message is a sentence without its subject."""


def signing_key(secret: str) -> Ed25519PrivateKey:
    """The key that follows from the office's secret."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(secret.encode()).digest())


def public_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def seal(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The content with its seals filled in. Raises Unsealed where it has no place for one."""
    blank = _blanked(content)
    filled = f"rso-seal:{public_of(key)}:{key.sign(hashlib.sha256(blank).digest()).hex()}".encode()
    return SEAL.sub(filled, blank)


def sealed_by(content: bytes) -> str:
    """The public key under which the content was sealed as it is. Raises Unsealed."""
    found = {match.group(0) for match in SEAL.finditer(content)}
    if not found:
        raise Unsealed("bears no seal of an office: it is no published edition, or its seal was altered")
    if len(found) > 1:
        raise Unsealed("was altered: its seals differ")
    (match,) = SEAL.finditer(found.pop())
    public, signature = (bytes.fromhex(part.decode()) for part in match.groups())
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, hashlib.sha256(_blanked(content)).digest())
    except InvalidSignature as error:
        raise Unsealed("was altered since it was published: its seal does not fit it") from error
    return public.hex()


def _blanked(content: bytes) -> bytes:
    made, number = SEAL.subn(BLANK.encode(), content)
    if not number:
        raise Unsealed("has no place for a seal")
    return made
