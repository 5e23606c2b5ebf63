"""The walk's first part with real certificates: what condition 2 says of a signature is what auth-svc takes."""

from base64 import b64encode

import pytest

from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.pki.verdict import Value
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority

PASSWORD = "жылы қыс жетті 7"


class Gateway:
    """Verifies and forwards as the gateway does."""

    def __init__(self, auth):
        self.auth, self.now = auth, auth.clock.now()
        self.authority = Authority.create(at=self.now, algorithm="ecdsa")
        self.verifier = Verifier(self.authority.trust(), self.authority.index(at=self.now))

    def judge(self, document, holder, expect):
        signature = sign(document, holder.key, at=self.now)
        verdict = self.verifier.verify(document, signature, at=self.now, expect=expect)
        assert verdict.value is Value.VALID, verdict.detail
        return signature, verdict

    async def register(self, document, iin, holder):
        signature, verdict = self.judge(document, holder, Expectation.citizen(iin=iin))
        told = verdict.as_json()
        evidence = {"received_at": self.now.isoformat(), "verdict": told, "path": told["evidence"]["path"]}
        given = {
            "document": b64encode(document).decode(),
            "signature": b64encode(signature).decode(),
            "evidence": evidence,
        }
        return await self.auth.register(iin, proof=given)

    async def log_in(self, holder, password):
        challenge = await self.auth.challenge()
        document = (await self.auth.ask("GET", f"/internal/challenges/{challenge}")).content
        _, verdict = self.judge(document, holder, Expectation.person())
        signer = verdict.signer
        seen = {"iin": signer.iin, "bin": signer.bin, "roles": signer.roles, "serial": signer.serial}
        certificate = {**seen, "evidence": verdict.as_json()}
        return await self.auth.log_in("", password, challenge_id=challenge, certificate=certificate)


@pytest.fixture
def gateway(auth):
    return Gateway(auth)


class TestWalk:
    async def test_lets_a_citizen_of_akmola_register_and_log_in_with_his_certificate(
        self, gateway, make_iin, make_registration
    ):
        """Akmola 8(1)-(2): the registration certificate is put in the browser, the password entered."""
        iin = make_iin()
        holder = gateway.authority.citizen(iin=iin, at=gateway.now)
        assert (await gateway.register(make_registration(iin), iin, holder)).status_code == 201
        granted = await gateway.log_in(holder, PASSWORD)
        assert (granted.status_code, granted.json()["acr"], granted.json()["kind"]) == (200, "certificate", "citizen")

    async def test_lets_a_citizen_of_zhambyl_register_and_log_in_without_one(self, auth, make_iin):
        """Zhambyl 11(1)-(2): IIN and password."""
        iin = make_iin()
        assert (await auth.register(iin)).status_code == 202
        assert (await auth.log_in(iin)).json()["acr"] == "password"

    async def test_lets_staff_log_in_with_certificate_and_password(self, auth, gateway, polyclinic):
        iin, organisation = polyclinic.administrator_iin, polyclinic.bin
        holder = gateway.authority.staff(iin=iin, bin=organisation, at=gateway.now)
        granted = await gateway.log_in(holder, "тау басында бұлт көп")
        assert granted.json()["kind"] == "staff"
        assert (await auth.principal(granted.json())).json()["bin"] == organisation
