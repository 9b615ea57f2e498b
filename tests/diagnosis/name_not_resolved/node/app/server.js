const http = require("http");

http.createServer(async (request, response) => {
  if (request.url === "/") return response.end("It works.");
  try {
    response.end(await (await fetch("https://api.payments.invalid/")).text());
  } catch (error) {
    console.error(error);
    response.writeHead(500).end("It failed.");
  }
}).listen(process.env.PORT, "0.0.0.0");
