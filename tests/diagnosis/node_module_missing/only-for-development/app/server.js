const greeting = require("greeting");

require("http").createServer((request, response) => response.end(greeting)).listen(process.env.PORT);
