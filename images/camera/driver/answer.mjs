// The answer's bytes: the length of the report, the report, then each picture and its thumbnail.

const MAX_BYTES = 24 * 1024 * 1024;

export function encode({ report, pictures }) {
  const parts = [];
  let room = MAX_BYTES;
  const kept = [];
  for (const { png, thumbnail, ...facts } of pictures) {
    if (png.length + thumbnail.png.length > room) {
      report.left_out.push({ name: facts.name, reason: "too_large" });
      continue;
    }
    room -= png.length + thumbnail.png.length;
    parts.push(png, thumbnail.png);
    kept.push({
      ...facts,
      bytes: png.length,
      thumbnail: { width: thumbnail.width, height: thumbnail.height, bytes: thumbnail.png.length },
    });
  }
  const text = Buffer.from(JSON.stringify({ ...report, pictures: kept }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, ...parts]);
}
