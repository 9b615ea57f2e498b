import os

from channels.generic.websocket import AsyncJsonWebsocketConsumer


class Room(AsyncJsonWebsocketConsumer):
    """Who is in a room hears what anybody says there, in whichever process."""

    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["name"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()
        await self.send_json({"hello": self.room, "instance": os.environ.get("SLIPWAY_INSTANCE", "")})

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content):
        await self.channel_layer.group_send(self.room, {"type": "said", "text": str(content["text"])[:500]})

    async def said(self, event):
        await self.send_json({"text": event["text"]})
