"""Faults as data: which kinds there are, where one was found, and what it says in a language."""

from eboxcast.package.faults.catalogue import FAULTS, FaultKind, Level
from eboxcast.package.faults.fault import Fault, meaning_of, reason_of, remedy_of, sentence_of

__all__ = ["FAULTS", "Fault", "FaultKind", "Level", "meaning_of", "reason_of", "remedy_of", "sentence_of"]
