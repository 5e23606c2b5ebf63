"""Step 7: a certificate made for signing documents, as the NCA issues them (profile kz).

Until 2022 there were two certificates, one to sign and one to log in with; since then one for both. An authentication
key signs whatever a site asks it to, so what it signed is no document.
"""

from typing import Final

from shared.pki.certificate import CRL_SIGN, KEY_CERT_SIGN, NON_REPUDIATION, Certificate
from shared.pki.codes import Code, Refused
from shared.pki.expectation import SYSTEM_ROLE

SIGNING_POLICIES: Final = frozenset(
    {
        "1.2.398.3.3.2.1",  # legal entity, signature, until 2022
        "1.2.398.3.3.2.3",  # individual, signature, until 2022
        "1.2.398.3.3.2",  # one certificate for both, since 2022
    }
)
AUTHENTICATION_POLICIES: Final = frozenset(
    {
        "1.2.398.3.3.2.2",  # legal entity, authentication
        "1.2.398.3.3.2.4",  # individual, authentication
    }
)
EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
CLIENT_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.2"


def check(certificate: Certificate) -> None:
    """Raises Refused: authentication-key, key-usage-refused, certificate-policy-refused."""
    policies = frozenset(certificate.policies or ())
    purposes = frozenset(certificate.extended_key_usage or ())
    usage = certificate.key_usage
    if certificate.authority or (usage and usage & {KEY_CERT_SIGN, CRL_SIGN}):
        raise Refused(Code.KEY_USAGE_REFUSED, "an authority's certificate does not sign documents")
    if policies & AUTHENTICATION_POLICIES:
        raise Refused(Code.AUTHENTICATION_KEY, "the policy is that of an authentication certificate")
    if usage is None:
        raise Refused(Code.KEY_USAGE_REFUSED, "the certificate does not say what its key is for")
    if NON_REPUDIATION not in usage:
        raise Refused(Code.AUTHENTICATION_KEY, "the key is not for signatures that bind (no nonRepudiation)")
    if CLIENT_AUTHENTICATION in purposes and EMAIL_PROTECTION not in purposes:
        raise Refused(Code.AUTHENTICATION_KEY, "the key is for logging in (clientAuth)")
    if not purposes & {EMAIL_PROTECTION, SYSTEM_ROLE}:
        raise Refused(Code.KEY_USAGE_REFUSED, "the extended key usage is not that of a signing certificate")
    if not policies & SIGNING_POLICIES:
        raise Refused(Code.CERTIFICATE_POLICY_REFUSED, "the policy is not that of a signing certificate")
