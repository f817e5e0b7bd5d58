import assert from "node:assert/strict";
import { encodeNpy } from "../../lib/serving/files/npy.ts";
import { decodePhoto, readScan } from "../../lib/scan/mod.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { fakeApp, formRequest, fullForm, plyScan, problemOf } from "./support.ts";

const URL_ = "/v1/segment";

Deno.test("POST /v1/segment answers a raw scan with the same file, labelled, and the report", async () => {
  const { app, engine } = fakeApp();
  const scan = plyScan(5);
  const response = await app.request(`${URL_}?method=source&voxelSize=3`, {
    method: "POST",
    body: scan,
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/ply");
  const answer = await readScan(new Uint8Array(await response.arrayBuffer()), "answer");
  assert.deepEqual([...answer.labels!], [0, 1, 2, 0, 1]);
  assert.deepEqual(answer.positions, (await readScan(scan, "scan")).positions);
  const report: ScanReport = JSON.parse(response.headers.get("x-tttkd-report")!);
  assert.equal(report.method, "source");
  assert.equal(engine.requests[0]!.options.voxelSize, 3);
  assert.equal(engine.requests[0]!.photos.length, 0);
});

Deno.test("POST /v1/segment loses no option: of two of a name, and behind the mark that Windows writes first", async () => {
  const { app, engine } = fakeApp();
  const body = new FormData();
  body.append("scan", new File([plyScan()], "room.ply"));
  body.append("options", '\uFEFF{"method":"source","voxelSize":3}');
  assert.equal((await app.request(URL_, { method: "POST", body })).status, 200);
  assert.equal(engine.requests[0]!.options.voxelSize, 3);
  const url = `${URL_}?method=source&method=bn`;
  const twice = await app.request(url, { method: "POST", body: plyScan() });
  const { detail, field } = await problemOf(twice, 422);
  assert.match(detail, /method twice in the query; give it once/);
  assert.equal(field, "method");
});

Deno.test("POST /v1/segment gives the engine photographs paired with their cameras", async () => {
  const { app, engine } = fakeApp();
  const form = fullForm();
  const images = Object.fromEntries(Object.entries(form.images!).reverse());
  const response = await app.request(URL_, formRequest({ ...form, images, options: { steps: 2 } }));
  assert.equal(response.status, 200);
  await response.body?.cancel();
  const request = engine.requests[0]!;
  assert.deepEqual(request.cameras.map(({ file }) => file), ["0.png", "1.png"]);
  assert.deepEqual(request.photos.map(({ name }) => name), ["0.png", "1.png"]);
  assert.equal(request.scan.name, "room.ply");
  assert.equal(request.options.method, "ttt-kd-fusion");
  assert.equal(request.options.settings.steps, 2);
});

Deno.test("POST /v1/segment accepts several camera files of other programs", async () => {
  const { app, engine } = fakeApp();
  const [photo] = Object.values(fullForm().images!);
  const { width, height } = await decodePhoto(photo!, "a.png");
  const cameras = {
    "cameras.txt": `1 SIMPLE_PINHOLE ${width} ${height} 10 4 3\n`,
    "images.txt": "1 1 0 0 0 0 0 2 1 a.png\n\n",
  };
  const form = { scan: plyScan(), images: { "a.png": photo! }, cameras };
  const response = await app.request(URL_, formRequest(form));
  assert.equal(response.status, 200);
  await response.body?.cancel();
  const [camera] = engine.requests[0]!.cameras;
  assert.deepEqual([camera!.fx, camera!.cx, camera!.worldToCamera[11]], [10, 3.5, 2]);
});

Deno.test("POST /v1/segment answers LAZ as LAS and says so in a header", async () => {
  const { app } = fakeApp();
  const laz = Deno.readFileSync(new URL("../../fixtures/scans/format8.laz", import.meta.url));
  // The type that is registered for it.
  const headers = { "content-type": "application/vnd.laszip" };
  const response = await app.request(`${URL_}?method=source`, {
    method: "POST",
    body: laz,
    headers,
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("x-tttkd-converted"), "laz to las");
  assert.match(response.headers.get("content-disposition")!, /labelled\.las/);
  const answer = new Uint8Array(await response.arrayBuffer());
  assert.equal(answer[104], 8, "point format 8 without the bits of compression");
  assert.equal((await readScan(answer, "answer")).count, 89);
});

Deno.test("POST /v1/segment answers JSON with labels, confidences and the whole report", async () => {
  const { app } = fakeApp();
  const truth = Int32Array.of(0, 1, 2, 0);
  const response = await app.request(
    URL_,
    formRequest({ scan: plyScan(4, truth), options: { evaluate: true } }, {
      accept: "application/json",
    }),
  );
  assert.equal(response.status, 200);
  const answer = await response.json();
  assert.deepEqual(answer.labels, [0, 1, 2, 0]);
  assert.deepEqual(answer.confidence, [0.3333, 0.3333, 0.3333, 0.3333]);
  assert.deepEqual(answer.classes, ["floor", "wall", "clutter"]);
  assert.equal(answer.report.metrics["ttt-kd"].miou, 1);
});

Deno.test("POST /v1/segment scores labels only where somebody says what they mean, and keeps them", async () => {
  const { app } = fakeApp();
  const scan = plyScan(4, Int32Array.of(0, 1, 2, 0));
  const answered = async (options: Record<string, unknown>) => {
    const response = await app.request(URL_, formRequest({ scan, options }));
    assert.equal(response.status, 200);
    const { metrics, warnings, scan: { labels } } = JSON.parse(
      response.headers.get("x-tttkd-report")!,
    );
    const codes = warnings.map(({ code }: { code: string }) => code);
    return {
      metrics,
      codes,
      labels,
      header: new TextDecoder("latin1").decode(await response.bytes()),
    };
  };
  const unknown = await answered({});
  assert.deepEqual([unknown.metrics, unknown.codes, unknown.labels], [undefined, [], "not-scored"]);
  assert.match(unknown.header, /property int label_original/);
  const mapped = await answered({
    labelMap: { "0": "floor", "1": "wall", "2": 2 },
    keepLabels: false,
  });
  assert.deepEqual([mapped.metrics["ttt-kd"].miou, mapped.codes, mapped.labels], [1, [], "scored"]);
  assert.doesNotMatch(mapped.header, /label_original/);
});

Deno.test("POST /v1/segment answers in the labels of labelMap where mapLabels asks for them", async () => {
  const { app } = fakeApp();
  const labelMap = JSON.stringify({ "40": ["clutter", "floor"], "7": null });
  const url = `${URL_}?${new URLSearchParams({ labelMap, mapLabels: "true" })}`;
  const answered = (accept: string) =>
    app.request(url, { method: "POST", body: plyScan(4), headers: { accept } });
  const json = await (await answered("application/json")).json();
  assert.deepEqual([json.classes, json.classLabels], [["clutter/floor"], [40]]);
  // Points of walls, for which the map has no label, have none.
  assert.deepEqual(json.labels, [40, 255, 40, 40]);
  assert.deepEqual(
    [...(await (await answered("application/x-npy")).bytes()).subarray(-4)],
    json.labels,
  );
  const ply = await (await answered("application/ply")).bytes();
  assert.match(
    new TextDecoder().decode(ply),
    /comment predicted_class 40 #070809 clutter\/floor\n/,
  );
  assert.deepEqual([...(await readScan(ply, "a.ply")).labels!], json.labels);
  const las = await (await answered("application/vnd.las")).bytes();
  assert.deepEqual([...(await readScan(las, "a.las")).labels!], [40, 0, 40, 40]);

  for (const [wrong, field] of [["", "mapLabels"], ['{"300":"floor"}', "labelMap"]] as const) {
    const query = new URLSearchParams({ mapLabels: "true", ...(wrong ? { labelMap: wrong } : {}) });
    const refused = await app.request(`${URL_}?${query}`, { method: "POST", body: plyScan(4) });
    assert.equal(refused.status, 422);
    assert.equal((await refused.json()).field, field);
  }
});

Deno.test("POST /v1/segment answers every row of the file, also those without a position", async () => {
  const { app } = fakeApp();
  const scan = plyScan(4);
  new DataView(scan.buffer).setFloat32(scan.length - 3 * 12 + 4, NaN, true);
  const kinds: [string, (response: Response) => Promise<unknown>, unknown][] = [
    ["application/json", async (r) => {
      const { labels, confidence } = await r.json();
      return [labels, confidence[1]];
    }, [[0, 255, 1, 2], 0]],
    ["application/x-npy", async (r) => [...(await r.bytes()).subarray(-4)], [0, 255, 1, 2]],
    ["application/ply", async (r) => {
      const back = await readScan(await r.bytes(), "answer.ply");
      return [[...back.labels!], back.leftOut];
    }, [[0, 1, 2], [1]]],
  ];
  for (const [accept, read, expected] of kinds) {
    const init = { method: "POST", body: scan, headers: { accept } };
    assert.deepEqual(await read(await app.request(URL_, init)), expected, accept);
  }
});

Deno.test("POST /v1/segment converts to the other format on request", async () => {
  const { app } = fakeApp();
  const headers = { accept: "application/vnd.las" };
  const response = await app.request(URL_, { method: "POST", body: plyScan(3), headers });
  assert.equal(response.headers.get("content-type"), "application/vnd.las");
  const answer = await readScan(new Uint8Array(await response.arrayBuffer()), "answer");
  assert.equal(answer.format, "las");
  assert.deepEqual([...answer.labels!], [2, 6, 1]);
});

Deno.test("POST /v1/segment answers labels or confidences as arrays for NumPy", async () => {
  const { app } = fakeApp();
  const answered = async (accept: string) => {
    const init = { method: "POST", body: plyScan(4), headers: { accept } };
    const response = await app.request(URL_, init);
    assert.equal(response.status, 200);
    assert.ok(JSON.parse(response.headers.get("x-tttkd-report")!).method);
    return { type: response.headers.get("content-type"), file: await response.bytes() };
  };
  const labels = await answered("application/x-npy, application/ply;q=0.5");
  assert.deepEqual(labels, {
    type: "application/x-npy",
    file: encodeNpy(Uint8Array.of(0, 1, 2, 0)),
  });
  const confidence = await answered("application/x-npy; array=confidence");
  assert.deepEqual(confidence, {
    type: "application/x-npy;array=confidence",
    file: encodeNpy(new Float32Array(4).fill(1 / 3)),
  });
});

Deno.test("POST /v1/segment follows the qualities of Accept", async () => {
  const { app } = fakeApp();
  const answered = async (accept: string) => {
    const response = await app.request(URL_, {
      method: "POST",
      body: plyScan(),
      headers: { accept },
    });
    await response.body?.cancel();
    return response.status === 200 ? response.headers.get("content-type") : response.status;
  };
  assert.equal(await answered("*/*"), "application/ply");
  assert.equal(await answered("application/*;q=0.5, text/html"), "application/ply");
  assert.equal(await answered("application/json;q=0.9, model/ply"), "model/ply");
  assert.match(
    String(await answered("application/ply;q=0.1, application/json")),
    /^application\/json/,
  );
  assert.equal(await answered("application/octet-stream"), "application/octet-stream");
  assert.equal(await answered("text/html"), 406);
  assert.equal(await answered("application/ply;q=0"), 406);
});

Deno.test("POST /v1/segment keeps the report header small, ASCII and readable", async () => {
  const { app } = fakeApp();
  const request = formRequest({ ...fullForm(), options: { steps: 1000 } });
  (request.body as FormData).set("scan", new File([plyScan()], "Zürich Büro.ply"));
  const response = await app.request(URL_, request);
  await response.body?.cancel();
  const header = response.headers.get("x-tttkd-report")!;
  assert.ok(header.length <= 3000, `${header.length} characters`);
  assert.match(header, /^[\x20-\x7e]+$/);
  const report: ScanReport = JSON.parse(header);
  assert.equal(report.scan.name, "Zürich Büro.ply");
  assert.equal(report.losses.length, 64);
  assert.deepEqual([report.losses[0], report.losses.at(-1)], [0.333333, 0.000997009]);
});
