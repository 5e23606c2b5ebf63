"""Personal data: who may be named (IIN, BIN), and how what is kept about a person is sealed under a key of his own."""

from shared.personal.digests import salted_digest
from shared.personal.identities import Bin, BinInvalid, Iin, IinInvalid, Sex
from shared.personal.keyring import CiphertextInvalid, Keyring
from shared.personal.persons import KeyDestroyed, Person, Persons
from shared.personal.tables import person_keys

__all__ = [
    "Bin",
    "BinInvalid",
    "CiphertextInvalid",
    "Iin",
    "IinInvalid",
    "KeyDestroyed",
    "Keyring",
    "Person",
    "Persons",
    "Sex",
    "person_keys",
    "salted_digest",
]
