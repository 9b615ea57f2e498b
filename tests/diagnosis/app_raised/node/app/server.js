const http = require("http");

const settings = {};
const title = settings.site.title;

http.createServer((request, response) => response.end(title)).listen(process.env.PORT);
