const http = require("http");
http.createServer((request, response) => response.end("It works.")).listen(3000);
