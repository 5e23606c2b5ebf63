"""What certificate-svc carries out: four certificates, and two documents of temporary disability."""

from collections.abc import Sequence

from certificate.consulting.asking import http_registers
from certificate.consulting.service import Consultations
from certificate.disability.module import CertifyingDisability
from certificate.module import Certifying
from certificate.settings import Settings
from shared.applications.app import ModuleMaker


def modules(settings: Settings) -> Sequence[ModuleMaker]:
    """Give what makes the modules at the start, when the keys of persons are there."""
    urls = {name: str(url) for name, url in settings.registers.items()}
    consultations = Consultations(registers=http_registers(urls, settings.consultation_timeout))
    return (
        lambda _means: Certifying(consultations=consultations),
        lambda means: CertifyingDisability(consultations=consultations, persons=means.persons),
    )
