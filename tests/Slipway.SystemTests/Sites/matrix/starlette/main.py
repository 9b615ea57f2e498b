import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect


async def home(request):
    return PlainTextResponse("starlette")


async def who(request):
    return PlainTextResponse("%s %s %s" % (request.client.host, request.url.scheme, request.url.netloc))


async def slow(request):
    await asyncio.sleep(2)
    return PlainTextResponse("done")


async def count(request):
    return PlainTextResponse(str(len(await request.body())))


async def chat(socket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


app = Starlette(
    routes=[
        Route("/", home),
        Route("/who", who),
        Route("/slow", slow),
        Route("/count", count, methods=["POST"]),
        WebSocketRoute("/chat", chat),
    ]
)
