import * as fs from "node:fs";
import { createHash } from "node:crypto";
import { letters, type Word } from "./words";

enum Level {
  Low = 1,
  High,
}

async function square(number: number): Promise<number> {
  return new Promise((done) => setTimeout(() => done(number ** 2), 1));
}

const given: string[] = process.argv.slice(2);
const word: Word = { text: fs.readFileSync(0, "utf8").trim() };
console.log(`${word.text} has ${letters(word)} letters; ${given.length} arguments, the last is '${given.at(-1)}'`);
const squares = await Promise.all(Array.from({ length: 8 }, (_, i) => square(i)));
console.log(`sum of squares ${squares.reduce((a, b) => a + b)}`);
fs.writeFileSync("made.txt", Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(""));
console.log(`file of ${fs.statSync("made.txt").size} bytes`);
console.log(Level[Level.High], createHash("sha256").update("x").digest("hex").slice(0, 8));
console.log(Array.from({ length: Number(given[0]) * 1000 }, (_, i) => `${String(i).padStart(6, "0")} ünïcödé`).join("\n"));
