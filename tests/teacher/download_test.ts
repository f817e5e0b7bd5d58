/** Downloads from a server on the loopback interface: complete, with a wrong hash, cut short, refused; no partial file stays. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { download, findTeacher, sha256Of, TeacherError } from "../../lib/teacher/mod.ts";
import { ttt } from "../commands/support.ts";

const MODEL = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7 + (i >> 8));
const HASH = sha256Of(MODEL);

/** A server that knows `/model`; `asked` holds the paths that were requested. */
async function withServer(
  body: (at: { url: string; asked: string[]; folder: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return pathname.endsWith("/model.onnx") || pathname === "/model"
      ? new Response(MODEL, { headers: { "content-length": `${MODEL.length}` } })
      : new Response("no", { status: 404 });
  });
  try {
    await body({ url: `http://127.0.0.1:${server.addr.port}`, asked, folder });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A server that announces the whole model and closes the connection after a third of it. */
async function withCutServer(body: (url: string) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${MODEL.length}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    for (let at = 0; at < 100_000;) {
      at += await connection.write(MODEL.subarray(at, 100_000));
    }
  })();
  await body(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/model`);
  await served;
}

const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("download() writes a file whose hash is right", () =>
  withServer(async ({ url, folder }) => {
    const path = join(folder, "deep", "model.onnx");
    const heard: [number, number | null][] = [];
    const onProgress = (received: number, total: number | null) => heard.push([received, total]);
    await download({ url: `${url}/model`, path, sha256: HASH, onProgress });
    assert.deepEqual(await Deno.readFile(path), MODEL);
    assert.deepEqual(filesIn(join(folder, "deep")), ["model.onnx"]);
    assert.deepEqual(heard.at(-1), [MODEL.length, MODEL.length]);
  }));

Deno.test("download() deletes a file with another hash, and leaves the file that was there alone", () =>
  withServer(async ({ url, folder }) => {
    const path = join(folder, "model.onnx");
    await Deno.writeTextFile(path, "the old one");
    await assert.rejects(
      download({ url: `${url}/model`, path, sha256: HASH.replace(/^./, "x") }),
      (error) => error instanceof TeacherError && error.message.includes(`its SHA-256 is ${HASH}`),
    );
    assert.deepEqual(filesIn(folder), ["model.onnx"]);
    assert.equal(await Deno.readTextFile(path), "the old one");
  }));

Deno.test("download() deletes what it received before a transfer broke off", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await withCutServer(async (url) => {
      await assert.rejects(
        download({ url, path: join(folder, "model.onnx"), sha256: HASH }),
        /^TeacherError: Cannot download .*: the transfer broke off after \d+ bytes/,
      );
    });
    assert.deepEqual(filesIn(folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("download() says what the server answered, and what to do without a connection", () =>
  withServer(async ({ url, folder }) => {
    const path = join(folder, "model.onnx");
    await assert.rejects(
      download({ url: `${url}/other`, path, sha256: HASH }),
      /the server answered 404/,
    );
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = closed.addr as Deno.NetAddr;
    closed.close();
    await assert.rejects(
      download({ url: `http://127.0.0.1:${port}/model`, path, sha256: HASH }),
      (error: Error) =>
        error.message.endsWith(`; if there is no connection, put the file at ${path}`) &&
        !error.message.includes("\n"),
    );
    assert.deepEqual(filesIn(folder), []);
  }));

/**
 * Runs the command `teachers` with this models folder and hub, in a process of its own: variables of the environment
 * are shared by all tests of this one.
 */
function teachers(args: string[], folder: string, hub: string) {
  return ttt(["teachers", ...args], { TTTKD_MODELS: folder, HF_ENDPOINT: hub });
}

Deno.test("teachers --get downloads from the hub and pins the hash of what it downloaded", () =>
  withServer(async ({ url, asked, folder }) => {
    const args = ["--get", "dinov2-small", "--sha256", HASH.toUpperCase()];
    const { code, stderr } = await teachers(args, folder, url);
    assert.equal(code, 0, stderr);
    assert.deepEqual(asked, ["/onnx-community/dinov2-small/resolve/main/onnx/model.onnx"]);
    assert.deepEqual(filesIn(folder), ["dinov2-small.json", "dinov2-small.onnx"]);
    const { card, onnx } = await findTeacher("dinov2-small", folder);
    assert.equal(card.sha256, HASH);
    assert.deepEqual(onnx, MODEL);
  }));

Deno.test("teachers refuses models that it cannot pin or does not know, and lists them without a request", () =>
  withServer(async ({ url, asked, folder }) => {
    const refuses = async (args: string[], status: number, message: RegExp) => {
      const { code, stderr } = await teachers(args, folder, url);
      assert.equal(code, status);
      assert.match(stderr, message);
    };
    const pin = ["--sha256", HASH];
    await Promise.all([
      refuses(["--get", "dinov2-small"], 1, /does not hold its SHA-256; .*--sha256 HEX/),
      refuses(["--get", "clip-base-16", ...pin], 1, /the hub has no file that is known/),
      refuses(["--get", "dinov9"], 2, /dinov9/),
      refuses(["--get", "dinov2-small", "--sha256", "12"], 2, /64 hexadecimal digits/),
    ]);
    for (const args of [[], ["--card", "sam-base"]]) {
      const { code, stderr } = await teachers(args, folder, url);
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(asked, []);
    assert.deepEqual(filesIn(folder), []);
  }));
