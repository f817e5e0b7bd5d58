/** Camera files are bounded before they become text. */
import assert from "node:assert/strict";
import { CameraError, loadCameraFiles } from "../../lib/scan/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const source = (name: string, chunks: () => Iterable<Uint8Array>) => ({
  name,
  open: () => ReadableStream.from(chunks()),
});
const load = async (...chunks: string[]) =>
  new TextDecoder().decode(
    (await loadCameraFiles([source("a", () => chunks.map(bytes))]))[0]!.bytes,
  );

Deno.test("loadCameraFiles() keeps JSON whole and of other long lines the beginning", async () => {
  const json = `\n{"images": [${"1,".repeat(9000)}1]}`;
  assert.equal(await load(json.slice(0, 7), json.slice(7)), json);
  const points = "0.5 1 -1 ".repeat(2000);
  const text = `# images\n1 a.jpg\n${points}\n2 b.jpg\n${points}`;
  const kept = `# images\n1 a.jpg\n${points.slice(0, 4096)}\n2 b.jpg\n${points.slice(0, 4096)}`;
  for (const size of [text.length, 4096, 4095, 1000, 17, 1]) {
    const chunks = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, i) => text.slice(i * size, (i + 1) * size),
    );
    assert.equal(await load(...chunks), kept, `chunks of ${size}`);
  }
});

Deno.test("loadCameraFiles() refuses more than 64 MiB of text, in one file and in several", async () => {
  const lines = bytes("x".repeat(1023).concat("\n").repeat(1024));
  const megabytes = (count: number) => () => Array<Uint8Array>(count).fill(lines);
  const refused = (error: Error) => error instanceof CameraError && /64 MiB/.test(error.message);
  await assert.rejects(loadCameraFiles([source("a.txt", megabytes(65))]), refused);
  const two = [source("a.txt", megabytes(40)), source("b.txt", megabytes(25))];
  await assert.rejects(loadCameraFiles(two), { name: "CameraError", file: "b.txt" });
});
