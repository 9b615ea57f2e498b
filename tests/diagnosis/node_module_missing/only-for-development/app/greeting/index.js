module.exports = "Hello.";
