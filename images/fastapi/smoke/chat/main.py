"""A room where everybody sees what everybody writes, over a WebSocket."""

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

app = FastAPI(title="Room")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Room</title><style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: #eef1f4; color: #27303a; display: grid;
         grid-template-rows: auto 1fr auto; height: 100vh; max-width: 640px; margin: 0 auto; }
  h1 { margin: 20px 24px 8px; font-size: 22px; } #state { color: #5b6773; font-size: 14px; font-weight: normal; }
  #log { overflow: auto; padding: 8px 24px; display: flex; flex-direction: column; gap: 8px; }
  #log p { margin: 0; padding: 8px 14px; border-radius: 14px; background: #fff; align-self: flex-start; }
  #log p.mine { background: #2e5fa8; color: #fff; align-self: flex-end; }
  form { display: flex; gap: 8px; padding: 16px 24px; } input { flex: 1; }
  input, button { font: inherit; padding: 10px 14px; border: 1px solid #ccd3da; border-radius: 10px; }
  button { background: #2e5fa8; color: #fff; border: none; }
</style></head><body>
<h1>Room <span id="state">connecting…</span></h1><div id="log" aria-live="polite"></div>
<form><input id="text" placeholder="Say something" autocomplete="off" aria-label="Message"><button>Send</button></form>
<script>
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/room");
  const log = document.getElementById("log"), text = document.getElementById("text");
  socket.onmessage = (event) => {
    const { kind, value } = JSON.parse(event.data);
    if (kind === "here") { document.getElementById("state").textContent = value + " here"; return; }
    const line = document.createElement("p");
    line.textContent = value; line.className = kind; log.append(line); log.scrollTop = log.scrollHeight;
  };
  document.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim()) socket.send(text.value.trim());
    text.value = "";
  };
</script></body></html>"""


class Room:
    def __init__(self) -> None:
        self.people: list[WebSocket] = []

    async def tell(self, kind: str, value: object, *, but: WebSocket | None = None) -> None:
        for person in self.people:
            if person is not but:
                await person.send_json({"kind": kind, "value": value})


room = Room()


@app.get("/", response_class=HTMLResponse)
def page() -> str:
    return PAGE


@app.websocket("/room")
async def enter(socket: WebSocket) -> None:
    await socket.accept()
    room.people.append(socket)
    await socket.send_json({"kind": "theirs", "value": "Welcome to the room."})
    await room.tell("here", len(room.people))
    try:
        while True:
            said = await socket.receive_text()
            await socket.send_json({"kind": "mine", "value": said})
            await room.tell("theirs", said, but=socket)
    except WebSocketDisconnect:
        room.people.remove(socket)
        await room.tell("here", len(room.people))


if __name__ == "__main__":
    uvicorn.run("main:app", host="0.0.0.0", port=9000, reload=True)
