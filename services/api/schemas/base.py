"""What all wire models share."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

BattleId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of a battle: 32 hexadecimal digits.")]

RunId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of an execution: 32 hexadecimal digits.")]
BatchId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of a batch: 32 hexadecimal digits.")]


class WireModel(BaseModel):
    """Read from values by attribute; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
