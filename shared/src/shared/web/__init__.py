"""HTTP of every service: one application factory, one shape of refusal, one way to say who calls for whom.

What only some processes need lies in modules of its own: `shared.web.client` (calls to other services),
`shared.web.idempotency`, `shared.web.process` (the start of a process).
"""

from shared.web.app import MAX_BODY, Resource, UnguardedRoute, create_app, create_worker, unguarded_routes
from shared.web.assertions import Actor, Assertion, AssertionInvalid, CallerKey, CallerKeys, CallerNotAllowed
from shared.web.dependencies import Here, IdempotencyKey, Lang, Now, Session, allow, resource
from shared.web.health import NotReady
from shared.web.idempotency import Claim, IdempotencyKeyReused, claim_answer, forget_answers
from shared.web.jobs import Job, Periodic
from shared.web.languages import negotiate
from shared.web.platform import Platform
from shared.web.problems import problem_body, problem_response, problems
from shared.web.refusals import BodyTooLarge, EmptyBody, MalformedJson, TooDeeplyNested, UnsupportedMediaType
from shared.web.routing import Router, read_json

__all__ = [
    "MAX_BODY",
    "Actor",
    "Assertion",
    "AssertionInvalid",
    "BodyTooLarge",
    "CallerKey",
    "CallerKeys",
    "CallerNotAllowed",
    "Claim",
    "EmptyBody",
    "Here",
    "IdempotencyKey",
    "IdempotencyKeyReused",
    "Job",
    "Lang",
    "MalformedJson",
    "NotReady",
    "Now",
    "Periodic",
    "Platform",
    "Resource",
    "Router",
    "Session",
    "TooDeeplyNested",
    "UnguardedRoute",
    "UnsupportedMediaType",
    "allow",
    "claim_answer",
    "create_app",
    "create_worker",
    "forget_answers",
    "negotiate",
    "problem_body",
    "problem_response",
    "problems",
    "read_json",
    "resource",
    "unguarded_routes",
]
