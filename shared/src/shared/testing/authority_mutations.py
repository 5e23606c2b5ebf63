"""Certificates and lists with bytes changed at random, then signed again, so that a verifier must judge their meaning.

Seeds are passed in: the same seed gives the same input, in a test and by hand.
"""

from random import Random

from shared.pki import der
from shared.pki.der import Reader
from shared.pki.private_keys import PrivateKey
from shared.testing.authority_forms import signed

_MOST_CHANGES = 3
_TELLING = (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x30, 0x31, 0x7F, 0x80, 0x81, 0xA0, 0xFF)


def changed(data: bytes, chance: Random) -> bytes:
    """Change one to three bytes: another value, a telling value, a bit, one left out, one put in, two exchanged."""
    bytes_ = bytearray(data)
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        at = chance.randrange(len(bytes_))
        match chance.randrange(8):
            case 0 | 1:
                bytes_[at] = chance.randrange(256)
            case 2 | 3:
                bytes_[at] = chance.choice(_TELLING)
            case 4 | 5:
                bytes_[at] ^= 1 << chance.randrange(8)
            case 6:
                other = chance.randrange(len(bytes_))
                bytes_[at], bytes_[other] = bytes_[other], bytes_[at]
            case _:
                bytes_[at : at + chance.randrange(2)] = bytes([chance.randrange(256)][: chance.randrange(2)])
    return bytes(bytes_)


def signed_again(data: bytes, signer: PrivateKey, chance: Random) -> bytes:
    """Change what is signed in a certificate or list, and sign it again with the issuer's key."""
    tbs = Reader.whole(data).raw(der.SEQUENCE)
    return signed(changed(tbs, chance), signer)
