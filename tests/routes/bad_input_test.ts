/** Whatever a client sends, it gets a 4xx that names what is wrong, and the server keeps serving. */
import assert from "node:assert/strict";
import { EngineLabeller } from "../../lib/serving/labeller/engine_labeller.ts";
import { FakeEngine } from "./fake_engine.ts";
import {
  camerasText,
  fakeApp,
  type FormParts,
  formRequest,
  fullForm,
  plyScan,
  pngPhoto,
  type Problem,
  problemOf,
} from "./support.ts";

const LIMIT = 100_000;

interface Case {
  name: string;
  parts: FormParts;
  status: number;
  /** What the detail has to contain. */
  detail: RegExp;
  members?: Partial<Problem>;
}

/** A PLY of points whose y is not a number. */
function scanWithNan(): Uint8Array<ArrayBuffer> {
  const scan = plyScan(6);
  const view = new DataView(scan.buffer);
  for (let i = 0; i < 6; i++) view.setFloat32(scan.length - 12 * (i + 1) + 4, NaN, true);
  return scan;
}

/** The header of a PNG of 30000 by 30000 pixels, without its data. */
function hugePhoto(): Uint8Array<ArrayBuffer> {
  return photoOf(30000);
}

/** One of 6000 by 6000 pixels. */
function bigPhoto(): Uint8Array<ArrayBuffer> {
  return photoOf(6000);
}

function photoOf(side: number): Uint8Array<ArrayBuffer> {
  const photo = pngPhoto();
  const view = new DataView(photo.buffer);
  view.setUint32(16, side);
  view.setUint32(20, side);
  return photo;
}

const ascii = (text: string) => new TextEncoder().encode(text);
const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

const CASES: Case[] = [
  {
    name: "a truncated scan",
    parts: { ...fullForm(), scan: plyScan().slice(0, -5) },
    status: 422,
    detail: /room\.ply.*byte \d+/,
    members: { file: "room.ply" },
  },
  {
    name: "a scan cut inside its header",
    parts: { ...fullForm(), scan: plyScan().slice(0, 40) },
    status: 422,
    detail: /room\.ply/,
  },
  {
    name: "a wrong magic",
    parts: { ...fullForm(), scan: ascii("PK\x03\x04 not a scan") },
    status: 422,
    detail: /room\.ply.*none of LAS.*PLY/,
    members: { file: "room.ply", offset: 0 },
  },
  {
    name: "a scan of no points",
    parts: { ...fullForm(), scan: plyScan(0) },
    status: 422,
    detail: /room\.ply.*(no|0|zero) (points|vertices)/,
  },
  {
    name: "an empty scan",
    parts: { ...fullForm(), scan: ascii("") },
    status: 422,
    detail: /room\.ply.*empty/,
  },
  {
    name: "coordinates that are not numbers",
    parts: { ...fullForm(), scan: scanWithNan() },
    status: 422,
    detail: /room\.ply.*(NaN|finite)/,
    members: { field: "y" },
  },
  {
    name: "a file that is no image",
    parts: { ...fullForm(), images: { "0.png": ascii("GIF89a"), "1.png": pngPhoto() } },
    status: 422,
    detail: /0\.png.*neither JPEG, PNG nor WebP/,
    members: { file: "0.png" },
  },
  {
    name: "a truncated image",
    parts: { ...fullForm(), images: { "0.png": pngPhoto().slice(0, 45), "1.png": pngPhoto() } },
    status: 422,
    detail: /0\.png/,
    members: { file: "0.png" },
  },
  {
    name: "an image of 30000x30000 pixels",
    parts: { ...fullForm(), images: { "0.png": hugePhoto(), "1.png": pngPhoto() } },
    status: 422,
    detail: /0\.png.*30000x30000/,
    members: { file: "0.png" },
  },
  {
    name: "an image of another size than its camera",
    parts: { ...fullForm(), cameras: camerasText(["0.png", "1.png"], { width: 8 }) },
    status: 422,
    detail: /0\.png.*4x3.*8x3/,
  },
  {
    name: "cameras that name missing files only",
    parts: { ...fullForm(), cameras: camerasText(["2.png", "3.png"]) },
    status: 422,
    detail: /cameras\.json.*2\.png/,
    members: { file: "cameras.json", field: "images[0].file" },
  },
  {
    name: "two images that one camera may mean",
    parts: {
      ...fullForm(),
      images: { "left/0.png": pngPhoto(), "right/0.png": pngPhoto() },
      cameras: camerasText(["0.png"]),
    },
    status: 422,
    detail: /2 photographs could be 0\.png: left\/0\.png, right\/0\.png/,
    members: { file: "cameras.json", field: "images[0].file" },
  },
  {
    name: "a pose that is not rigid",
    parts: {
      ...fullForm(),
      cameras: camerasText(["0.png", "1.png"], { worldToCamera: identity.with(0, 2) }),
    },
    status: 422,
    detail: /cameras\.json.*rigid/,
    members: { field: "images[0].worldToCamera" },
  },
  {
    name: "cameras that are not JSON",
    parts: { ...fullForm(), cameras: "{" },
    status: 422,
    detail: /cameras\.json.*JSON/,
  },
  {
    name: "images without cameras",
    parts: { scan: plyScan(), images: { "0.png": pngPhoto() } },
    status: 422,
    detail: /without cameras/,
    members: { field: "cameras" },
  },
  {
    name: "cameras without images",
    parts: { scan: plyScan(), cameras: camerasText(["0.png"]) },
    status: 422,
    detail: /0\.png/,
  },
  {
    name: "a form without a scan",
    parts: { options: {} },
    status: 422,
    detail: /no part scan/,
    members: { field: "scan" },
  },
  {
    name: "an unknown method",
    parts: { ...fullForm(), options: { method: "magic" } },
    status: 422,
    detail: /magic.*ttt-kd/,
    members: { field: "method" },
  },
  {
    name: "online adaptation over single requests",
    parts: { ...fullForm(), options: { method: "ttt-kd-online" } },
    status: 422,
    detail: /ttt-kd-online/,
    members: { field: "method" },
  },
  {
    name: "adaptation without photographs",
    parts: { scan: plyScan(), options: { method: "ttt-kd" } },
    status: 422,
    detail: /no photographs/,
    members: { field: "method" },
  },
  {
    name: "an option by its name and by the one that it had before version 2",
    parts: { ...fullForm(), options: { copies: 8, augmentations: 8 } },
    status: 422,
    detail: /copies and augmentations.*one option/,
    members: { field: "copies" },
  },
  {
    name: "an unknown option",
    parts: { ...fullForm(), options: { step: 3 } },
    status: 422,
    detail: /"step".*steps/,
    members: { field: "step" },
  },
  {
    name: "options that are not an object",
    parts: { ...fullForm(), options: [1] },
    status: 422,
    detail: /options/,
    members: { field: "options" },
  },
  {
    name: "options of more than 64 KiB",
    parts: { ...fullForm(), options: { steps: "9".repeat(2 ** 16) } },
    status: 413,
    detail: /part options.*65536 bytes/,
    members: { field: "options" },
  },
  {
    name: "a long value, of which it repeats the beginning",
    parts: { ...fullForm(), options: { steps: "9".repeat(60_000) } },
    status: 422,
    detail: /^Cannot set steps to "9{60}": .{0,40}$/,
  },
  {
    name: "a long name, of which it repeats the beginning",
    parts: { ...fullForm(), options: { ["s".repeat(60_000)]: 1 } },
    status: 422,
    detail: /^Cannot set "s{60}": .{0,400}$/,
    members: { field: "s".repeat(200) + "…" },
  },
  {
    name: "a flag that is neither true nor false",
    parts: { ...fullForm(), options: { extraBytes: "yes" } },
    status: 422,
    detail: /extraBytes/,
    members: { field: "extraBytes" },
  },
  {
    name: "a body over the limit",
    parts: { ...fullForm(), scan: plyScan(10_000) },
    status: 413,
    detail: new RegExp(`larger than ${LIMIT} bytes`),
    members: { field: "body" },
  },
  {
    name: "too many images",
    parts: {
      ...fullForm(),
      images: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}.png`, pngPhoto()])),
    },
    status: 413,
    detail: /more than 4 images/,
    members: { field: "images" },
  },
];

Deno.test("POST /v1/segment names what is wrong with an upload and keeps serving", async (t) => {
  const { app, engine } = fakeApp({ limits: { bodyBytes: LIMIT, images: 4, places: 1 } });
  for (const { name, parts, status, detail, members } of CASES) {
    await t.step(name, async () => {
      const response = await app.request("/v1/segment", formRequest(parts));
      const problem = await problemOf(response, status);
      assert.match(problem.detail, detail);
      for (const [member, value] of Object.entries(members ?? {})) {
        assert.equal(problem[member as keyof Problem], value, member);
      }
    });
  }
  assert.equal(engine.requests.length, 0, "no bad request reached the engine");
  const good = await app.request("/v1/segment", formRequest(fullForm()));
  assert.equal(good.status, 200);
  await good.body?.cancel();
});

Deno.test("POST /v1/segment refuses broken bodies", async (t) => {
  const { app } = fakeApp();
  const post = (body: BodyInit, type: string) =>
    app.request("/v1/segment", { method: "POST", body, headers: { "content-type": type } });
  const part = (disposition: string, text: string) =>
    `--X\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const form = "multipart/form-data; boundary=X";

  await t.step("another content type", async () => {
    const problem = await problemOf(await post("<p>", "text/html"), 415);
    assert.match(problem.detail, /text\/html/);
    assert.equal(problem.field, "content-type");
  });
  await t.step("a form without boundary", async () => {
    const problem = await problemOf(await post("x", "multipart/form-data"), 400);
    assert.match(problem.detail, /[Bb]oundary/);
  });
  await t.step("a form that breaks off", async () => {
    const body = part('name="scan"; filename="a.ply"', "ply").slice(0, -4);
    const problem = await problemOf(await post(body, form), 400);
    assert.match(problem.detail, /Unexpected end of form/);
  });
  await t.step("a scan that came as text", async () => {
    const body = part('name="scan"', "a.ply") + "--X--\r\n";
    const problem = await problemOf(await post(body, form), 422);
    assert.match(problem.detail, /curl -F scan=@FILE/);
  });
  await t.step("two scans", async () => {
    const scan = part('name="scan"; filename="a.ply"', "ply");
    const problem = await problemOf(await post(`${scan}${scan}--X--\r\n`, form), 422);
    assert.match(problem.detail, /two parts scan/);
  });
  await t.step("an unknown part", async () => {
    const body = part('name="depth"; filename="a"', "x") + "--X--\r\n";
    const problem = await problemOf(await post(body, form), 422);
    assert.equal(problem.field, "depth");
  });
  await t.step("options as a file of more than 64 KiB", async () => {
    const long = " ".repeat(2 ** 16) + "{}";
    const options = part('name="options"; filename="o.json"', long);
    const problem = await problemOf(await post(`${options}--X--\r\n`, form), 413);
    assert.equal(problem.field, "options");
  });
  await t.step("an option nested as deeply as it can be", async () => {
    const scan = part('name="scan"; filename="a.ply"', "ply");
    const deep = `{"steps":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    const body = `${scan}${part('name="options"', deep)}--X--\r\n`;
    const problem = await problemOf(await post(body, form), 422);
    assert.match(problem.detail, /steps to a list of 1/);
  });
  await t.step("cameras of more than a mebibyte as text", async () => {
    const body = part('name="cameras"', " ".repeat(2 ** 20 + 1)) + "--X--\r\n";
    const problem = await problemOf(await post(body, form), 413);
    assert.match(problem.detail, /curl -F cameras=@FILE/);
  });
  await t.step("options that are no JSON", async () => {
    const scan = part('name="scan"; filename="a.ply"', "ply");
    const body = `${scan}${part('name="options"', "{")}--X--\r\n`;
    const problem = await problemOf(await post(body, form), 400);
    assert.equal(problem.field, "options");
  });
});

Deno.test("POST /v1/segment counts a body of undeclared length and stops reading at the limit", async () => {
  const { app } = fakeApp({ limits: { bodyBytes: LIMIT } });
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sent += 10_000;
      controller.enqueue(new Uint8Array(10_000));
      if (sent > 100 * LIMIT) controller.close();
    },
  });
  const response = await app.request("/v1/segment", { method: "POST", body });
  await problemOf(response, 413);
  assert.ok(sent < 2 * LIMIT, `${sent} bytes were read`);
});

Deno.test("POST /v1/segment refuses what takes more memory than a request may hold", async (t) => {
  const engine = new FakeEngine();
  const refused = async (parts: FormParts, labelling: number, detail: RegExp, answering = 1e9) => {
    const labeller = new EngineLabeller(engine, "none", { labelling, answering });
    const response = await fakeApp({ labeller }).app.request("/v1/segment", formRequest(parts));
    const problem = await problemOf(response, 413);
    assert.match(problem.detail, /^Cannot take \S+: .* MiB .* a larger --memory$/);
    assert.match(problem.detail, detail);
  };
  await t.step("by its file", () => refused({ scan: plyScan(1000) }, 9e3, /hold the file/));
  await t.step("by its points", () => refused({ scan: plyScan(1000) }, 2e4, /read 1000 points/));
  await t.step("by labelling", () => refused({ scan: plyScan(1000) }, 2e5, /label 1000 points/));
  await t.step("by its answer", () => refused({ scan: plyScan(1000) }, 1e6, /1000 labels/, 7e4));
  await t.step("by its photographs", async () => {
    const images = { "0.png": bigPhoto(), "1.png": pngPhoto() };
    await refused({ ...fullForm(), images }, 2e8, /0\.png.*to decode 6000x6000 pixels/);
  });
  await t.step("by its cameras", async () => {
    const cameras = `${camerasText(["0.png", "1.png"])}${" ".repeat(100_000)}`;
    await refused({ ...fullForm(), cameras }, 1e6, /cameras\.json.*read the cameras/);
  });
  assert.equal(engine.requests.length, 0);
});

Deno.test("an error of the runtime that has no more memory is answered 413", async () => {
  const { app } = fakeApp({ work: () => Promise.reject(new RangeError("Invalid array length")) });
  const response = await app.request("/v1/segment", formRequest({ scan: plyScan() }));
  const { detail } = await problemOf(response, 413);
  assert.match(detail, /room\.ply: it takes more memory/);
});
