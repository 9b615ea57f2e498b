const http = require("http");
const parts = require("acme-parts");

http.createServer((request, response) => response.end(`${parts.count} parts are in stock.`)).listen(process.env.PORT);
