const http = require("http");
http.createServer((request, response) => response.end("It works.")).listen(5000, "127.0.0.1");
