from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{number}")
def item(number: int, kind: object()) -> dict:
    return {"number": number}
