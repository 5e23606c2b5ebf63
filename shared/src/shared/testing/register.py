"""A population register that says what a test has it say, in place of the port over REST."""

from shared.applications.register import Acting, Lack, Lacking, NoRight, RegisterAway, Requirement, Standing
from shared.web import Actor


class FixedRegister:
    """Everything that is required holds, and nobody may act for anybody, unless it is told otherwise.

    With `away` it cannot be asked. `asked` lists the questions, in order, with the account for which each was asked.
    """

    def __init__(self) -> None:
        self.away = False
        self.lack: Lack | None = None
        self.no_right: NoRight = "not-recorded"
        self.rights: dict[tuple[str, str], Standing] = {}
        self.asked: list[tuple[Requirement | Acting, str]] = []

    def let_act(self, applicant: str, patient: str, standing: Standing) -> None:
        """Let one act for another, both by IIN."""
        self.rights[applicant, patient] = standing

    async def lacks(self, asked: Requirement, actor: Actor) -> Lacking:
        """Say what the test has it say."""
        self._hear(asked, actor)
        return Lacking(reason=self.lack)

    async def standing(self, asked: Acting, actor: Actor) -> Standing:
        """Say what the test has it say."""
        self._hear(asked, actor)
        return self.rights.get((asked.applicant.value, asked.patient.value), Standing(reason=self.no_right))

    def _hear(self, asked: Requirement | Acting, actor: Actor) -> None:
        self.asked.append((asked, actor.account_id))
        if self.away:
            raise RegisterAway
