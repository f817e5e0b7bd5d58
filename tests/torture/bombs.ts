/**
 * Small or plain files that become large once they are read, many at once. The server has to refuse or label each of
 * them, and to stay within its memory.
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { camerasToJson, type NamedFile } from "../../lib/scan/mod.ts";
import { makeLas } from "../scan/files.ts";
import { pngOf } from "../scan/images.ts";
import { formOf, requireHealth, sendForm, ServerFault, submitForm } from "./client.ts";
import type { Settings, Verdict } from "./section.ts";
import { SCAN, type Upload } from "./seeds.ts";
import { ServerProcess } from "./server.ts";

/** Requests of each kind that are sent at once; half of them as jobs. */
const AT_ONCE = 24;
/** What the server is told that requests may hold, MiB. */
const MEMORY = 2048;
/** What the program may take beside it once all its parts have run, MiB. */
const SLACK = 512;
const MIB = 2 ** 20;
const REST_MILLISECONDS = 2000;

/** One kind of bomb. */
interface Bomb {
  kind: string;
  upload: Upload;
  options?: Record<string, unknown> | File;
}

/** Runs the section; `count` is how many of each kind are sent at once, `only` the number of the only kind. */
export async function bombs({ count, only, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "bombs");
  await mkdir(folder, { recursive: true });
  const atOnce = count ?? AT_ONCE;
  // Made first: the server would close connections that are idle meanwhile.
  const kinds = [...makeBombs()].map(({ kind, upload, options = { method: "bn" } }) => ({
    kind,
    form: formOf(upload, options),
  }));
  await using server = await ServerProcess.start(folder, [
    ...["--memory", `${MEMORY}`, "--places", `${atOnce}`, "--max-uploads-of-client", `${atOnce}`],
  ]);
  const { url } = server;
  const milliseconds = deadline * 1000 * atOnce;
  // By then models, pipelines and heaps exist.
  await sendForm(url, formOf(ORDINARY, { method: "bn" }), milliseconds);
  const before = server.rss();
  const faults: string[] = [];
  const lines: string[] = [];
  for (const [number, { kind, form }] of kinds.entries()) {
    if (only !== null && number !== only) continue;
    server.forgetPeak();
    const answers = await Promise.allSettled(
      Array.from(
        { length: atOnce },
        (_, i) => (i % 2 === 0 ? sendForm : submitForm)(url, form, milliseconds),
      ),
    );
    if (!server.runs) return { ok: false, line: `${kind} ended the server` };
    const statuses = new Map<number, number>();
    for (const answer of answers) {
      if (answer.status === "fulfilled") {
        const { status } = answer.value;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      } else if (answer.reason instanceof ServerFault) {
        faults.push(`${kind}: ${answer.reason.message}`);
      } else {
        throw answer.reason;
      }
    }
    const grown = server.peak() - before;
    const table = [...statuses].map(([status, n]) => `${n} of ${status}`).join(", ");
    lines.push(`${kind} ${table}, +${Math.round(grown)} MiB`);
    console.log(lines.at(-1));
    if (grown > MEMORY + SLACK) faults.push(`${kind}: memory grew by ${Math.round(grown)} MiB`);
    await requireHealth(url, milliseconds);
    await sleep(REST_MILLISECONDS);
  }
  for (const fault of faults) console.log(fault);
  const after = server.rss();
  return {
    ok: faults.length === 0,
    line: `${atOnce} at once of each kind, ${faults.length} failures: ${lines.join("; ")}; ` +
      `limit +${MEMORY + SLACK}; memory ${Math.round(before)} MiB before, ${
        Math.round(after)
      } after`,
  };
}

const ascii = (text: string) => new TextEncoder().encode(text);
const ORDINARY: Upload = { scan: SCAN, images: [], cameras: [] };

function* makeBombs(): Generator<Bomb> {
  const pngs = photographs(24, 8000, 8000);
  yield { kind: "newlines as cameras", upload: withCameras(new Uint8Array(129 * MIB).fill(10)) };
  yield {
    kind: "objects as cameras",
    upload: withCameras(ascii(`[${"{},".repeat(20 * MIB)}{}]`)),
  };
  yield { kind: "deep JSON as cameras", upload: withCameras(new Uint8Array(60 * MIB).fill(0x5b)) };
  yield { kind: "PLY of one line", upload: { ...ORDINARY, scan: onePlyLine(300 * MIB) } };
  yield { kind: "LAZ of 30 million points", upload: { ...ORDINARY, scan: lazBomb(30e6) } };
  yield { kind: "LAZ of 2 million points", upload: { ...ORDINARY, scan: lazBomb(2e6) } };
  yield { kind: "24 PNGs of 64 megapixels", upload: pngs };
  yield { kind: "PNG of one column", upload: photographs(1, 1, 64_000_000) };
  yield {
    kind: "options of 50 MiB",
    upload: ORDINARY,
    options: new File([`{"steps":"${"9".repeat(50 * MIB)}"}`], "options.json"),
  };
}

/** The scan with a photograph and a camera file of these bytes. */
function withCameras(bytes: Uint8Array): Upload {
  const { images } = photographs(1, 8, 8);
  return { scan: SCAN, images, cameras: [{ name: "cameras.txt", bytes }] };
}

/** An ASCII PLY whose header is right and whose points are one line of so many bytes. */
function onePlyLine(bytes: number): NamedFile {
  const header = ascii(
    "ply\nformat ascii 1.0\nelement vertex 1000000\nproperty float x\nproperty float y\n" +
      "property float z\nend_header\n",
  );
  const line = new Uint8Array(header.length + bytes);
  line.set(header);
  for (let at = header.length; at < line.length; at += 2) line.set([0x31, 0x20], at);
  return { name: "line.ply", bytes: line.subarray(0, header.length + bytes) };
}

/** A LAZ of format 3 whose points are zeros, which decode to many more points than they have bytes. */
function lazBomb(points: number): NamedFile {
  const record = new Uint8Array(34 + 3 * 6);
  const items = [[6, 20, 2], [7, 8, 2], [8, 6, 2]];
  const laszip = new DataView(record.buffer);
  laszip.setUint16(0, 2, true);
  laszip.setUint32(12, points, true);
  laszip.setUint16(32, items.length, true);
  items.forEach((item, i) =>
    item.forEach((value, k) => laszip.setUint16(34 + 6 * i + 2 * k, value, true))
  );
  const vlrs: [string, number, Uint8Array][] = [["laszip encoded", 22204, record]];
  const las = makeLas({ minor: 2, format: 3, count: 0, vlrs });
  const bytes = new Uint8Array(las.pointOffset + Math.ceil(points * 34 / 199));
  bytes.set(las.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(104, 0x80 | 3);
  view.setUint32(107, points, true);
  view.setBigInt64(las.pointOffset, BigInt(bytes.length - 8), true);
  view.setUint32(bytes.length - 4, 1, true);
  return { name: "bomb.laz", bytes };
}

/** The scan with black photographs of this size, and their cameras. */
function photographs(count: number, width: number, height: number): Upload {
  const size = { width, height, depth: 8, colorType: 0 };
  const bytes = pngOf(size, deflateSync(new Uint8Array(height * (1 + width))));
  const names = Array.from({ length: count }, (_, i) => `${i}.png`);
  const worldToCamera = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const camera = { width, height, fx: width, fy: width, cx, cy, worldToCamera };
  const text = camerasToJson(names.map((file) => ({ file, ...camera })));
  return {
    scan: SCAN,
    images: names.map((name) => ({ name, bytes })),
    cameras: [{ name: "cameras.json", bytes: ascii(text) }],
  };
}
