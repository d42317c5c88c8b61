// The latin letters of font families, from the packages of Fontsource.
import fs from "node:fs";
import path from "node:path";

const STATIC = /-(\d{3})-(normal|italic)\.woff2$/;
const VARIABLE = /-([a-z]+)-(normal|italic)\.woff2$/;

/** The file of a variable family that carries most axes we need: all, else its weights. */
function variableFiles(id, files) {
  const latin = files.filter((name) => name.startsWith(`${id}-latin-`) && VARIABLE.test(name));
  const axes = (style) => latin.filter((name) => name.endsWith(`-${style}.woff2`)).map((name) => VARIABLE.exec(name)[1]);
  const pick = (style) => ["wght", "full", "standard"].find((axis) => axes(style).includes(axis));
  return ["normal", "italic"]
    .filter((style) => pick(style))
    .map((style) => ({ style, file: `${id}-latin-${pick(style)}-${style}.woff2` }));
}

/** Copy one family's files to `target`; returns [name, {category, faces: [{style, weights, file, bytes}]}]. */
export function copyFont(folder, target) {
  const { id, family, category, variable, weights } = JSON.parse(fs.readFileSync(path.join(folder, "metadata.json"), "utf8"));
  const files = fs.readdirSync(path.join(folder, "files"));
  const range = [Math.min(...weights), Math.max(...weights)];
  const axis = variable && variable.wght ? [Number(variable.wght.min), Number(variable.wght.max)] : range;
  let faces = variable ? variableFiles(id, files).map((found) => ({ ...found, weights: axis })) : [];
  if (!faces.length) {
    faces = files
      .filter((name) => name.startsWith(`${id}-latin-`) && !name.startsWith(`${id}-latin-ext-`) && STATIC.test(name))
      .map((file) => ({ style: STATIC.exec(file)[2], weights: [Number(STATIC.exec(file)[1]), Number(STATIC.exec(file)[1])], file }));
  }
  fs.mkdirSync(target, { recursive: true });
  const copied = faces.map((face) => {
    fs.copyFileSync(path.join(folder, "files", face.file), path.join(target, face.file));
    return { ...face, bytes: fs.statSync(path.join(target, face.file)).size };
  });
  return [family, { category: category ?? "", faces: copied }];
}
