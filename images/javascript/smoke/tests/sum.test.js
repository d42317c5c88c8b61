const assert = require("node:assert");
const { test } = require("node:test");
const { sum } = require("./sum");

test("adds", () => assert.strictEqual(sum(20, 22), 42));
