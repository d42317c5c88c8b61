const fs = require("node:fs");
const { Worker } = require("node:worker_threads");
const _ = require("lodash");
const { letters } = require("./words");

async function main() {
  const given = process.argv.slice(2);
  const line = fs.readFileSync(0, "utf8").trim();
  console.log(`${line} has ${letters(line)} letters; ${given.length} arguments, the last is '${_.last(given)}'`);
  const code = "const { parentPort, workerData } = require('node:worker_threads'); parentPort.postMessage(workerData ** 2);";
  const squares = _.range(2).map(
    (start) => new Promise((done) => new Worker(code, { eval: true, workerData: start }).once("message", done)),
  );
  console.log(`sum of squares ${_.sum(await Promise.all(squares)) + _.sum(_.range(2, 8).map((i) => i * i))}`);
  fs.writeFileSync("made.txt", _.range(1000).map((i) => `${i}\n`).join(""));
  console.log(`file of ${fs.statSync("made.txt").size} bytes`);
  const lines = _.range(Number(given[0]) * 1000).map((i) => `${String(i).padStart(6, "0")} ünïcödé`);
  console.log(lines.join("\n"));
}

main();
