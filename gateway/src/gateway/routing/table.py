"""The route table: what is only handed on, to whom, and who may ask.

All that the gateway knows of any one service stands here.

Paths are those of the public API without /api/v1, and the same at the owner.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel

from gateway.routing import shapes
from shared.applications.cabinet.schemas import ApplicationOut, HistoryOut
from shared.applications.catalogue.schemas import ServiceOut
from shared.applications.documents.schemas import DocumentOut
from shared.applications.registering.schemas import RegisteredOut, VisitIn
from shared.applications.results.schemas import AnnulmentIn, AnnulmentOut, ReissueOut, VerifyOut
from shared.applications.tasks.schemas import ClaimOut, TaskDetail
from shared.shapes import accounts, laboratory, reception, register, visits


class Who(Enum):
    ANYONE = "anyone"
    PERSON = "person"
    CITIZEN = "citizen"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Fixed:
    """One service has it all."""

    service: str


@dataclass(frozen=True, slots=True)
class ById:
    """The id, or verification code, in this part of the path names its owner."""

    parameter: str


@dataclass(frozen=True, slots=True)
class ByService:
    """`region.service`, in the path or in the query, is looked up in the catalogue."""

    parameter: str = "service"


@dataclass(frozen=True, slots=True)
class ByBody:
    """`region` and `service` in the body, which is JSON, are looked up in the catalogue; nothing else of it is read."""


Owner = Fixed | ById | ByService | ByBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    path: str
    to: Owner
    who: Who
    summary: str
    tag: str
    answer: type[BaseModel] | str | None = None
    """The body of a success: its shape, or its media type where it is no JSON."""
    status: int = 200
    body: type[BaseModel] | tuple[str, ...] | None = None
    """What is sent: its shape, or the media types."""
    query: tuple[str, ...] = ()

    @property
    def parameters(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def route(method: str, path: str, to: Owner, who: Who, summary: str, **more: Any) -> Route:
    tag = more.pop("tag", path.split("/")[1])
    return Route(method=method, path=path, to=to, who=who, summary=summary, tag=tag, **more)


_SERVICE = ByService()
_APPLICATION = ById("application_id")
_TASK = ById("task_id")
_SLOT = ById("slot_id")
_EXCEPTION = ById("exception_id")
_RESULT = ById("result_id")
"""A verification code, or the application's id."""
_AUTH = Fixed("auth")
_BOOKING = Fixed("booking")
_ATTACHMENT = Fixed("attachment")
_LAB = Fixed("lab")
_UPLOADS = ("application/pdf", "image/jpeg", "image/png")

TABLE: tuple[Route, ...] = (
    # the catalogue
    route("GET", "/services/{service}", _SERVICE, Who.ANYONE, "One service of one region", answer=ServiceOut),
    # the case file
    route("POST", "/documents", _SERVICE, Who.CITIZEN, "Upload one supporting document", query=("service",),
          body=_UPLOADS, status=201, answer=DocumentOut),
    route("GET", "/documents/{document_id}", ById("document_id"), Who.CITIZEN, "One's own document", answer="*/*"),
    route("GET", "/applications/{application_id}", _APPLICATION, Who.CITIZEN, "One application", answer=ApplicationOut),
    route("GET", "/applications/{application_id}/history", _APPLICATION, Who.CITIZEN, "What happened to it, and when",
          answer=HistoryOut),
    route("GET", "/applications/{application_id}/result", _APPLICATION, Who.CITIZEN, "The signed and sealed result",
          answer="application/pdf"),
    route("GET", "/verify/{code}", ById("code"), Who.ANYONE, "Is this result genuine and in force",
          answer=VerifyOut, tag="verification"),
    # results out of force
    route("POST", "/results/{result_id}/annulment", _RESULT, Who.STAFF, "Put a result out of force, with a reason",
          body=AnnulmentIn, answer=AnnulmentOut),
    route("POST", "/results/{result_id}/reissue", _RESULT, Who.STAFF, "Have a corrected result made",
          answer=ReissueOut),
    # the window and the telephone
    route("POST", "/workstation/applications", ByBody(), Who.STAFF, "Register a visitor or caller", body=VisitIn,
          status=201, answer=RegisteredOut),
    # tasks
    route("GET", "/tasks/{task_id}", _TASK, Who.STAFF, "All that is needed to carry a step out", answer=TaskDetail),
    route("POST", "/tasks/{task_id}/claim", _TASK, Who.STAFF, "Take a step on", answer=TaskDetail),
    route("POST", "/tasks/{task_id}/release", _TASK, Who.STAFF, "Give it back", answer=ClaimOut),
    route("GET", "/tasks/{task_id}/documents/{document_id}", _TASK, Who.STAFF, "A document of its application",
          answer="*/*"),
    route("GET", "/tasks/{task_id}/result", _TASK, Who.STAFF, "The sealed result, to hand it over",
          answer="application/pdf"),
    # what booking offers
    route("GET", "/providers/{bin}/doctors", _BOOKING, Who.ANYONE, "Doctors of a provider", query=("specialty",),
          answer=reception.DoctorsOut),
    route("GET", "/providers/{bin}/slots", _BOOKING, Who.ANYONE, "Free times of doctors",
          query=("doctor_id", "from", "to", "cursor", "limit"), answer=reception.SlotsOut),
    route("POST", "/admin/doctors", _BOOKING, Who.STAFF, "Add a doctor", status=201, body=shapes.DoctorIn,
          answer=reception.DoctorOut, tag="administration"),
    route("PATCH", "/admin/doctors/{doctor}", _BOOKING, Who.STAFF, "Change a doctor", body=shapes.DoctorChange,
          answer=reception.DoctorOut, tag="administration"),
    route("PUT", "/admin/doctors/{doctor}/schedule", _BOOKING, Who.STAFF, "Put a weekly schedule in force",
          body=shapes.ScheduleIn, answer=reception.ScheduleOut, tag="administration"),
    # times that were given
    route("POST", "/slots/{slot_id}/hold", _SLOT, Who.CITIZEN, "Hold a free time while filling in and signing",
          answer=reception.HoldOut),
    route("DELETE", "/slots/{slot_id}/hold", _SLOT, Who.CITIZEN, "Let it go before its time", status=204),
    route("GET", "/workstation/appointments", _BOOKING, Who.STAFF, "Appointments of a day",
          query=("date", "doctor_id", "cursor", "limit"), answer=reception.AppointmentsOut),
    route("POST", "/workstation/appointments/{application_id}/attendance", _APPLICATION, Who.STAFF,
          "Note whether the person came", body=shapes.AttendanceIn, answer=reception.AppointmentState),
    route("POST", "/workstation/appointments/{application_id}/cancellation", _APPLICATION, Who.STAFF,
          "Cancel an appointment before its time", body=shapes.CancellationIn, answer=reception.AppointmentState),
    route("GET", "/admin/doctors/{doctor}/exceptions", _BOOKING, Who.STAFF, "When a doctor sees nobody",
          answer=reception.ExceptionsOut, tag="administration"),
    route("POST", "/admin/doctors/{doctor}/exceptions/preview", _BOOKING, Who.STAFF,
          "What an exception would hit; nothing changes", body=shapes.ExceptionIn, answer=reception.ExceptionOut,
          tag="administration"),
    route("POST", "/admin/doctors/{doctor}/exceptions", _BOOKING, Who.STAFF, "Put an exception in force", status=201,
          body=shapes.ExceptionIn, answer=reception.ExceptionOut, tag="administration"),
    route("POST", "/admin/exceptions/{exception_id}/settlement", _EXCEPTION, Who.STAFF,
          "Move or cancel the appointments under an exception", body=shapes.SettleIn,
          answer=reception.SettlementOut, tag="administration"),
    route("DELETE", "/admin/exceptions/{exception_id}", _EXCEPTION, Who.STAFF, "Take an exception back", status=204,
          tag="administration"),
    # a doctor who comes
    route("POST", "/home-calls/advice", _BOOKING, Who.ANYONE, "Does a complaint sound like an emergency: 103 first",
          body=shapes.ComplaintIn, answer=visits.AdviceOut, tag="visits"),
    route("GET", "/visits", _BOOKING, Who.STAFF, "Doctors' visits of a day, by urgency and district",
          query=("date", "doctor_id"), answer=visits.VisitsOut),
    route("POST", "/visits/{application_id}/outcome", _APPLICATION, Who.STAFF, "How a visit ended",
          body=shapes.OutcomeIn, answer=visits.EndedOut),
    # the population register
    route("POST", "/register/lookups", _ATTACHMENT, Who.STAFF, "Find persons by IIN, or by name and birth date",
          body=shapes.LookupIn, answer=register.PersonsOut),
    route("POST", "/register/persons", _ATTACHMENT, Who.STAFF, "Enter a person", status=201, body=shapes.PersonIn,
          answer=register.PersonOut),
    route("POST", "/register/persons/{person}/events", _ATTACHMENT, Who.STAFF,
          "Death, removal, another IIN, name or address",
          body=shapes.RegisterEventIn, answer=register.PersonOut),
    route("GET", "/register/persons/{person}/representations", _ATTACHMENT, Who.STAFF, "Who may act for a person",
          answer=register.RepresentationsOut),
    route("POST", "/register/representations", _ATTACHMENT, Who.STAFF, "Record who may act for whom", status=201,
          body=shapes.RepresentationIn, answer=register.RepresentationOut),
    route("POST", "/register/representations/{representation}/revocation", _ATTACHMENT, Who.STAFF,
          "End a right to act for another", body=shapes.RevocationIn, answer=register.RepresentationOut),
    route("GET", "/admin/districts", _ATTACHMENT, Who.STAFF, "Districts of one's provider",
          answer=register.DistrictsOut, tag="administration"),
    route("POST", "/admin/districts", _ATTACHMENT, Who.STAFF, "Add a district", status=201, body=shapes.DistrictIn,
          answer=register.DistrictOut, tag="administration"),
    route("PUT", "/admin/districts/{district}", _ATTACHMENT, Who.STAFF, "Describe a district anew",
          body=shapes.DistrictIn, answer=register.DistrictOut, tag="administration"),
    # the laboratory
    route("POST", "/samples/receptions", _LAB, Who.STAFF, "Receive a sample by the code on its tube",
          body=laboratory.SampleIn, answer=laboratory.SampleOut),
    route("GET", "/samples/alarms", _LAB, Who.STAFF, "Samples that should have a finding by now",
          answer=laboratory.SamplesOut),
    route("POST", "/slips/openings", _LAB, Who.STAFF, "Find an anonymous test by the slip that is shown",
          body=laboratory.SlipIn, answer=laboratory.SlipOut),
    # accounts of staff, providers
    route("GET", "/staff", _AUTH, Who.STAFF, "Colleagues at one's provider (supervisors)",
          query=("role", "cursor", "limit"), answer=accounts.ColleaguesOut, tag="tasks"),
    route("GET", "/admin/providers", _AUTH, Who.STAFF, "Providers", query=("region",), answer=accounts.ShownProviders,
          tag="administration"),
    route("GET", "/admin/providers/{bin}", _AUTH, Who.STAFF, "One provider", answer=accounts.ShownProvider,
          tag="administration"),
    route("PUT", "/admin/providers/{bin}", _AUTH, Who.STAFF, "Keep a provider and its opening hours",
          body=shapes.WrittenProvider, answer=accounts.ShownProvider, tag="administration"),
    route("GET", "/admin/staff", _AUTH, Who.STAFF, "Staff", query=("bin", "cursor", "limit"), answer=accounts.StaffPage,
          tag="administration"),
    route("POST", "/admin/staff", _AUTH, Who.STAFF, "Add a staff member", status=201, body=shapes.WrittenStaff,
          answer=accounts.ShownStaff, tag="administration"),
    route("PATCH", "/admin/staff/{account_id}", _AUTH, Who.STAFF, "Change a staff member", body=shapes.WrittenChange,
          answer=accounts.ShownStaff, tag="administration"),
)  # fmt: skip
