const http = require("http");
const net = require("net");

// An address that nobody has: documentation's own.
const queue = net.connect({ host: "192.0.2.10", port: 5672 });
queue.on("connect", () => http.createServer((request, response) => response.end("It works.")).listen(process.env.PORT));
