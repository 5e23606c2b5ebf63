"""Step 8: which list or answer serves, and which of them wins."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.shared.pki.revocations import HOUR, Bench

from shared.pki import certificate, crl, encode, ocsp
from shared.pki.budgets import Budgets
from shared.pki.ocsp import AnswerRefused, FetchedAnswer
from shared.pki.revocation import (
    ListFault,
    ListRefused,
    Outcome,
    RevocationIndex,
    RevocationList,
    Status,
    check_list,
)
from shared.pki.trust import Trust
from shared.testing import authority_answers, authority_forms
from shared.testing.authority import Authority, Holder


class TestCheckList:
    def refused(self, bench: Bench, data: bytes, trust: Trust | None = None) -> ListFault:
        with pytest.raises(ListRefused) as caught:
            bench.check(data, trust=trust)
        return caught.value.code

    def test_tells_what_a_fetcher_needs(self, bench: Bench, anna: Holder, now: datetime):
        bench.authority.revoke(anna.certificate, at=now)
        checked = bench.check(bench.authority.crl(at=now))
        assert (len(checked), checked.number, checked.delta, checked.next_update) == (1, 1, False, now + 24 * HOUR)
        assert "SHLYUZ TEST" in checked.issuer
        assert checked.source_key.startswith("list ")
        assert crl.parse(checked.der).number == 1

    @pytest.mark.parametrize("data", [b"", b"<html>", encode.sequence(), encode.sequence(encode.null())])
    def test_refuses_garbage(self, bench: Bench, data: bytes):
        assert self.refused(bench, data) is ListFault.MALFORMED

    def test_refuses_a_strangers_list(self, bench: Bench, now: datetime):
        other = Authority.create(at=now, algorithm="ecdsa", title="БӨТЕН")
        assert self.refused(bench, other.crl(at=now)) is ListFault.ISSUER_UNKNOWN

    def test_refuses_a_list_whose_signature_nobody_of_the_name_made(self, bench: Bench, now: datetime):
        """A weakness of another verifier: it checks neither the list's signature nor its dates."""
        impostor = Authority.create(at=now, algorithm="ecdsa")
        assert self.refused(bench, impostor.crl(at=now)) is ListFault.SIGNATURE_INVALID

    def test_refuses_a_list_out_of_its_time(self, bench: Bench, now: datetime):
        assert self.refused(bench, bench.authority.crl(at=now - 25 * HOUR)) is ListFault.EXPIRED
        assert self.refused(bench, bench.authority.crl(at=now + HOUR)) is ListFault.NOT_YET_VALID
        assert self.refused(bench, bench.written(next_update=None)) is ListFault.WITHOUT_NEXT_UPDATE

    def test_refuses_one_too_large(self, bench: Bench, now: datetime):
        small = replace(bench.trust, budgets=Budgets(list_bytes=10))
        assert self.refused(bench, bench.authority.crl(at=now), small) is ListFault.TOO_LARGE

    def test_refuses_what_it_does_not_understand(self, bench: Bench, now: datetime):
        unknown = authority_forms.extension("1.2.3.4", encode.null(), critical=True)
        assert self.refused(bench, bench.written(extensions=[unknown])) is ListFault.CRITICAL_EXTENSION_UNKNOWN
        for point in (encode.element(0x84, b"\xff"), encode.element(0x83, b"\x06\x40")):
            scope = authority_forms.extension(crl.ISSUING_POINT, encode.sequence(point), critical=True)
            assert self.refused(bench, bench.written(extensions=[scope])) is ListFault.PARTIAL


class TestEntries:
    def test_finds_every_number_among_many(self, bench: Bench, now: datetime):
        numbers = [*range(1, 2000, 3), 2**63 + 5, 2**64 + 5, 2**159 - 1, 5 + 2**100]
        entries = [authority_forms.Revoked(serial=n, at=now, reason=n % 5 or None) for n in numbers]
        parsed = crl.parse(bench.written(entries=entries))
        assert len(parsed.entries) == len(numbers)
        for number in numbers:
            found = parsed.entries.find(number)
            assert found is not None
            assert found.reason == (number % 5 or None)
        assert all(parsed.entries.find(n) is None for n in (0, 2, 2**65 + 5, -1))
        assert sorted(number for number, _ in parsed.entries) == sorted(numbers)

    def test_reads_dates_after_2049_and_odd_numbers(self, bench: Bench, now: datetime):
        late = now.replace(year=2051)
        entries = [authority_forms.Revoked(serial=n, at=late) for n in (-5, 0, 127, 128, 255, 256, -129)]
        parsed = crl.parse(bench.written(entries=entries))
        assert {number: entry.at for number, entry in parsed.entries} == dict.fromkeys(
            (-5, 0, 127, 128, 255, 256, -129), late
        )

    def test_refuses_a_reason_that_does_not_exist(self, bench: Bench, now: datetime):
        with pytest.raises(crl.Malformed):
            crl.parse(bench.written(entries=[authority_forms.Revoked(serial=1, at=now, reason=7)]))


class TestIndex:
    def test_keeps_the_newer_list(self, bench: Bench, now: datetime):
        older, newer = (bench.check(bench.authority.crl(at=at)) for at in (now - HOUR, now))
        index = RevocationIndex([newer])
        assert index.put(older) is False
        assert index.sources() == (newer,)
        assert index.put(bench.check(bench.authority.crl(at=now))) is True
        index.drop(newer.source_key)
        assert index.sources() == ()
        assert dict(index.snapshot) == {}


class TestLists:
    def test_serve_until_their_next_update_and_a_day_after_fetching(self, bench: Bench, anna: Holder, now: datetime):
        data = bench.authority.crl(at=now - HOUR, serves=timedelta(days=7))
        assert bench.status(anna, bench.check(data, fetched_at=now - 24 * HOUR)).outcome is Outcome.GOOD
        late = bench.status(anna, bench.check(data, fetched_at=now - 24 * HOUR - timedelta(seconds=1)))
        assert (late.outcome, "too long ago" in late.detail) == (Outcome.UNKNOWN, True)

    def test_count_a_revocation_after_the_judged_time_as_none(self, bench: Bench, anna: Holder, now: datetime):
        for at, outcome in ((now, Outcome.REVOKED), (now + timedelta(seconds=1), Outcome.GOOD)):
            bench.authority.revoke(anna.certificate, at=at)
            assert bench.status(anna, bench.check(bench.authority.crl(at=now))).outcome is outcome

    def test_are_overlaid_by_their_delta(self, bench: Bench, anna: Holder, anna_iin: str, now: datetime):
        held = bench.authority.citizen(iin=anna_iin, at=now)
        bench.authority.revoke(held.certificate, at=now - HOUR, reason="certificate-hold")
        base = bench.check(bench.authority.crl(at=now - HOUR))
        bench.authority.revoke(anna.certificate, at=now)
        bench.authority.release(held.certificate)
        delta = bench.check(bench.authority.delta(at=now))
        assert delta.delta
        assert bench.status(anna, base).outcome is Outcome.GOOD
        assert bench.status(held, base).outcome is Outcome.REVOKED
        laid = bench.status(anna, base, delta)
        assert (laid.outcome, len(laid.sources)) == (Outcome.REVOKED, 2)
        assert bench.status(held, base, delta).outcome is Outcome.GOOD
        assert bench.status(anna, delta).outcome is Outcome.UNKNOWN

    def test_are_not_overlaid_by_a_delta_over_a_later_base(self, bench: Bench, anna: Holder, now: datetime):
        base = bench.check(bench.authority.crl(at=now - HOUR))
        bench.authority.crl(at=now)
        bench.authority.revoke(anna.certificate, at=now)
        assert bench.status(anna, base, bench.check(bench.authority.delta(at=now))).outcome is Outcome.GOOD

    def test_are_not_overlaid_by_a_delta_of_another_key(self, bench: Bench, anna: Holder, now: datetime):
        base = bench.check(bench.authority.crl(at=now - HOUR))
        entry = authority_forms.Revoked(serial=anna.parsed.serial, at=now)
        form = authority_forms.list_extensions(number=2, authority_key=b"another", base=base.number)
        delta = bench.check(bench.written(entries=[entry], extensions=form))
        assert bench.status(anna, base, delta).outcome is Outcome.GOOD

    def test_of_a_later_time_do_not_serve(self, bench: Bench, anna: Holder, now: datetime):
        listed = bench.check(bench.authority.crl(at=now))
        bench.now = now - HOUR
        status = bench.status(anna, listed)
        assert (status.outcome, "of a later time" in status.detail) == (Outcome.UNKNOWN, True)

    @pytest.mark.parametrize(
        ("flag", "outcome"), [(0x81, Outcome.GOOD), (0x82, Outcome.UNKNOWN), (0x85, Outcome.UNKNOWN)]
    )
    def test_speak_only_within_their_scope(self, bench: Bench, anna: Holder, flag: int, outcome: Outcome):
        point = encode.sequence(encode.element(flag, b"\xff"))
        scope = authority_forms.extension(crl.ISSUING_POINT, point, critical=True)
        assert bench.status(anna, bench.check(bench.written(extensions=[scope]))).outcome is outcome

    def test_of_a_distribution_point_serve_those_who_name_it(self, bench: Bench, anna: Holder):
        for url, outcome in (("leaf", Outcome.GOOD), ("other", Outcome.UNKNOWN)):
            uri = encode.ia5(f"{bench.authority.base_url}/crl/{url}.crl", 0x86)
            point = encode.sequence(encode.explicit(0, encode.explicit(0, uri)))
            scope = authority_forms.extension(crl.ISSUING_POINT, point, critical=True)
            assert bench.status(anna, bench.check(bench.written(extensions=[scope]))).outcome is outcome


class TestAnswers:
    def ask(self, bench: Bench, anna: Holder, **fields) -> Status:
        data = bench.authority.answer(bench.question(anna), at=bench.now, **fields)
        return bench.status(anna, answers=(FetchedAnswer(data=data, fetched_at=bench.now),))

    @pytest.mark.parametrize("delegated", [True, False])
    def test_serve_when_issuer_or_responder_signed(self, bench: Bench, anna: Holder, delegated: bool):
        assert self.ask(bench, anna, delegated=delegated).outcome is Outcome.GOOD

    def test_that_say_revoked_win_over_a_list(self, bench: Bench, anna: Holder, now: datetime):
        listed = bench.check(bench.authority.crl(at=now))
        bench.authority.revoke(anna.certificate, at=now)
        data = bench.authority.answer(bench.question(anna), at=now)
        answers = (FetchedAnswer(data=data, fetched_at=now),)
        assert bench.status(anna, listed, answers=answers).outcome is Outcome.REVOKED

    def test_that_say_revoked_later_are_good_now(self, bench: Bench, anna: Holder, now: datetime):
        bench.authority.revoke(anna.certificate, at=now + HOUR)
        assert self.ask(bench, anna).outcome is Outcome.GOOD

    def test_that_say_1970_are_no_data(self, bench: Bench, anna: Holder):
        """Fact 4: RFC 6960's extended "unknown" for a key that was never revoked."""
        bench.authority.revoke(anna.certificate, at=ocsp._NEVER, reason="certificate-hold")
        assert self.ask(bench, anna).outcome is Outcome.UNKNOWN

    @pytest.mark.parametrize(
        ("age", "outcome"), [(timedelta(seconds=3600), Outcome.GOOD), (timedelta(seconds=3601), Outcome.UNKNOWN)]
    )
    def test_serve_for_an_hour(self, bench: Bench, anna: Holder, now: datetime, age: timedelta, outcome: Outcome):
        """A weakness of another verifier: nobody checks an answer's dates."""
        data = bench.authority.answer(bench.question(anna), at=now - age)
        assert bench.status(anna, answers=(FetchedAnswer(data=data, fetched_at=now),)).outcome is outcome

    def test_of_the_future_or_past_their_next_update_do_not_serve(self, bench: Bench, anna: Holder, now: datetime):
        for at, serves in ((now + HOUR, None), (now - 2 * timedelta(minutes=5), timedelta(minutes=5))):
            data = bench.authority.answer(bench.question(anna), at=at, serves=serves)
            assert bench.status(anna, answers=(FetchedAnswer(data=data, fetched_at=now),)).outcome is Outcome.UNKNOWN

    def refused(self, bench: Bench, anna: Holder, data: bytes, nonce: bytes | None = None) -> str:
        fetched = FetchedAnswer(data=data, fetched_at=bench.now, nonce=nonce)
        issuer = certificate.parse(bench.authority.issuing.certificate)
        with pytest.raises(AnswerRefused) as caught:
            ocsp.check(fetched, anna.parsed, issuer, trust=bench.trust, at=bench.now)
        return caught.value.detail

    def test_are_refused_from_strangers(self, bench: Bench, anna: Holder, now: datetime):
        """A weakness of another verifier: nobody checks an answer's signature."""
        impostor = Authority.create(at=now, algorithm="ecdsa")
        for delegated in (True, False):
            data = impostor.answer(bench.question(anna), at=now, delegated=delegated)
            assert "signed" in self.refused(bench, anna, data)

    def test_are_refused_from_a_citizen_in_the_responders_place(self, bench: Bench, anna: Holder, now: datetime):
        bench.authority.responder = anna.key
        data = bench.authority.answer(bench.question(anna), at=now)
        assert "neither" in self.refused(bench, anna, data)

    def test_are_refused_from_a_revoked_responder(self, bench: Bench, anna: Holder, now: datetime):
        bench.authority.revoke(bench.authority.responder.certificate, at=now)
        listed = bench.check(bench.authority.crl(at=now))
        data = bench.authority.answer(bench.question(anna), at=now)
        fetched = FetchedAnswer(data=data, fetched_at=now)
        assert len(bench.status(anna, listed, answers=(fetched,)).sources) == 1
        assert bench.status(anna, answers=(fetched,)).outcome is Outcome.GOOD

    def test_are_refused_when_they_are_about_another(self, bench: Bench, anna: Holder, anna_iin: str, now: datetime):
        other = bench.authority.citizen(iin=anna_iin, at=now)
        data = bench.authority.answer(bench.question(other), at=now)
        assert "another certificate" in self.refused(bench, anna, data)

    def test_are_refused_with_another_nonce(self, bench: Bench, anna: Holder, now: datetime):
        data = bench.authority.answer(bench.question(anna, nonce=b"12345678"), at=now)
        assert "another question" in self.refused(bench, anna, data, nonce=b"87654321")
        issuer = certificate.parse(bench.authority.issuing.certificate)
        fetched = FetchedAnswer(data=data, fetched_at=now, nonce=b"12345678")
        assert ocsp.check(fetched, anna.parsed, issuer, trust=bench.trust, at=now).revoked_at is None

    def test_are_refused_when_there_is_none(self, bench: Bench, anna: Holder, now: datetime):
        assert "gave no answer" in self.refused(bench, anna, authority_answers.failure(6))
        assert "too large" in self.refused(bench, anna, bytes(70_000))
        assert "not an OCSP answer" in self.refused(bench, anna, b"<html>")
        signer = bench.authority.issuing
        data = authority_answers.answer(
            asked=authority_answers.read_question(bench.question(anna)), status=authority_answers.status_unknown(),
            this_update=now, next_update=None, responder_name=certificate.parse(signer.certificate).subject,
            signer=signer.private,
        )  # fmt: skip
        assert "does not know" in self.refused(bench, anna, data)


class TestSignersOfLists:
    def signed_by(self, bench: Bench, now: datetime, **period: datetime) -> tuple[RevocationList, Trust]:
        """A list of the intermediate's name, signed by a second key that the intermediate certified for lists."""
        issuing = certificate.parse(bench.authority.issuing.certificate)
        usage = authority_forms.extension(
            certificate.KEY_USAGE, encode.named_bits({certificate.CRL_SIGN}), critical=True
        )
        signer = bench.authority.issue(issuing.subject, [usage], at=now, **period)
        data = authority_forms.revocation_list(
            issuer=issuing.subject, entries=(), this_update=now, next_update=now + HOUR, extensions=(),
            signer=signer.key.private,
        )  # fmt: skip
        trust = replace(bench.trust, intermediates=(*bench.trust.intermediates, signer.parsed))
        return check_list(data, trust=trust, at=now, fetched_at=now), trust

    def outcome(self, bench: Bench, anna: Holder, checked: RevocationList, trust: Trust) -> Outcome:
        bench.trust = trust
        return bench.status(anna, checked).outcome

    def test_are_trusted_under_the_same_anchor(self, bench: Bench, anna: Holder, now: datetime):
        checked, trust = self.signed_by(bench, now)
        assert self.outcome(bench, anna, checked, trust) is Outcome.GOOD

    def test_vouch_for_one_another_only_so_far(self, bench: Bench, anna: Holder, now: datetime):
        """Every list may speak of every other's signer: it ends four deep."""
        bench.authority.fresh_keys, lists = True, []
        for _ in range(5):
            checked, bench.trust = self.signed_by(bench, now)
            lists.append(checked)
        status = bench.status(anna, *lists)
        assert status.outcome is Outcome.GOOD
        assert len(status.signers) == 3 * (5 + 5 * 4 + 5 * 4 * 3 + 5 * 4 * 3 * 2)  # each with two authorities above it

    def test_are_not_trusted_out_of_their_time(self, bench: Bench, anna: Holder, now: datetime):
        checked, trust = self.signed_by(bench, now, not_after=now - HOUR)
        assert self.outcome(bench, anna, checked, trust) is Outcome.UNKNOWN

    def test_are_not_trusted_without_a_path(self, bench: Bench, anna: Holder, now: datetime):
        """A certificate of the right name in the configuration that no anchor stands behind."""
        impostor = Authority.create(at=now, algorithm="ecdsa")
        trust = replace(
            bench.trust, intermediates=(*bench.trust.intermediates, certificate.parse(impostor.issuing.certificate))
        )
        checked = check_list(impostor.crl(at=now), trust=trust, at=now, fetched_at=now)
        assert self.outcome(bench, anna, checked, trust) is Outcome.UNKNOWN
