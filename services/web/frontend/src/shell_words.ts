/** Splits arguments as a shell would: spaces between them, quotes around those with spaces, a backslash before one sign. */
export function words(line: string): string[] {
  const found: string[] = [];
  let [word, quote, begun] = ["", "", false];
  for (let index = 0; index < line.length; index++) {
    const sign = line.charAt(index);
    if (sign === "\\" && quote !== "'" && index + 1 < line.length) {
      word += line.charAt(++index);
      begun = true;
    } else if (quote) {
      if (sign === quote) quote = "";
      else word += sign;
    } else if (sign === "'" || sign === '"') {
      quote = sign;
      begun = true;
    } else if (/\s/.test(sign)) {
      if (begun) found.push(word);
      [word, begun] = ["", false];
    } else {
      word += sign;
      begun = true;
    }
  }
  if (quote) throw new Error(`A quote (${quote}) in the arguments is not closed.`);
  if (begun) found.push(word);
  return found;
}

/** Names of packages, with spaces or commas between. */
export function names(line: string): string[] {
  return line.split(/[\s,]+/).filter(Boolean);
}
