import assert from "node:assert";
import { test } from "node:test";
import { sum } from "./sum";

test("adds", () => assert.strictEqual(sum(20, 22), 42));
