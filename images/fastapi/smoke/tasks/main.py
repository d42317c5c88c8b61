"""Tasks behind an API with its documentation at /docs, and a page that uses it."""

from datetime import date
from typing import Literal

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///tasks.db")
app = FastAPI(title="Tasks", version="1.0")
app.mount("/static", StaticFiles(directory="static"), name="static")


class Base(DeclarativeBase):
    pass


class Task(Base):
    __tablename__ = "task"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    due: Mapped[date | None]


class NewTask(BaseModel):
    title: str = Field(min_length=1, max_length=80)
    due: date | None = None


class ShownTask(NewTask):
    id: int
    state: Literal["open", "done"]
    model_config = {"from_attributes": True}


Base.metadata.create_all(engine)
with Session(engine) as session:
    if not session.scalar(select(Task)):
        session.add_all(
            [
                Task(title="Draw the floor plan", state="done", due=date(2026, 3, 2)),
                Task(title="Ask two builders for a price", due=date(2026, 3, 20)),
                Task(title="Choose the colour of the door"),
            ]
        )
        session.commit()


@app.get("/", include_in_schema=False)
def page() -> FileResponse:
    return FileResponse("static/index.html")


@app.get("/tasks")
def tasks() -> list[ShownTask]:
    with Session(engine) as session:
        return [ShownTask.model_validate(task) for task in session.scalars(select(Task).order_by(Task.id))]


@app.post("/tasks", status_code=201)
def add(new: NewTask) -> ShownTask:
    with Session(engine) as session:
        task = Task(**new.model_dump())
        session.add(task)
        session.commit()
        return ShownTask.model_validate(task)


@app.put("/tasks/{number}/{state}")
def change(number: int, state: Literal["open", "done"]) -> ShownTask:
    with Session(engine) as session:
        task = session.get(Task, number)
        if task is None:
            raise HTTPException(404, "no such task")
        task.state = state
        session.commit()
        return ShownTask.model_validate(task)
