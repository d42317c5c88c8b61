const { sum } = require("./sum");

console.log(sum(1, 2));
