const fs = require("fs");
const http = require("http");
const https = require("https");

// Stands in for a service of somebody else's, whose certificate no authority signed.
const pem = fs.readFileSync("service.pem");
const service = https.createServer({ cert: pem, key: pem }, (request, response) => response.end("1.08"));
service.listen(0, "127.0.0.1");

http.createServer((request, response) => {
  if (request.url === "/") return response.end("It works.");
  https.get({ host: "127.0.0.1", port: service.address().port }, answer => answer.pipe(response)).on("error", error => {
    console.error(error);
    response.writeHead(502).end("No rates.");
  });
}).listen(process.env.PORT, "0.0.0.0");
