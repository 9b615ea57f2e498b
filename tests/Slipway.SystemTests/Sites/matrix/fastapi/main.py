import asyncio

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse

app = FastAPI(default_response_class=PlainTextResponse)


@app.get("/")
async def home():
    return "fastapi"


@app.get("/who")
async def who(request: Request):
    return "%s %s %s" % (request.client.host, request.url.scheme, request.url.netloc)


@app.get("/slow")
async def slow():
    await asyncio.sleep(2)
    return "done"


@app.post("/count")
async def count(request: Request):
    return str(len(await request.body()))


@app.websocket("/chat")
async def chat(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass
