"""How a step is completed: at once where it needs no signature, else with the signature over what was prepared."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.condition2.signed import Base64
from shared.applications.forms import PublicId
from shared.applications.tasks.schemas import StepIn, TaskList


class SignedCompletion(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    signable_id: PublicId
    signature: Annotated[Base64, Field(max_length=256 * 1024, description="CMS SignedData, DER, over the signable.")]


Completion = SignedCompletion | StepIn


class TasksOut(TaskList):
    """Tasks over all services; `unavailable` names the services that are away."""

    unavailable: list[str]
