"""What an upload is answered with."""

from pydantic import BaseModel


class DocumentOut(BaseModel):
    """The id and hash that the application will name."""

    id: str
    sha256: str
    media_type: str
    size: int
