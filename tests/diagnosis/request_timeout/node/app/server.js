const http = require("http");

http.createServer((request, response) => {
  if (request.url === "/report") setTimeout(() => response.end("done"), 60000);
  else response.end("It works.");
}).listen(process.env.PORT);
