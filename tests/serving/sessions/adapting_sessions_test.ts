/** Sessions over the real engine, with a small untrained student: what they learn, to the bit. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GpuHost } from "../../../lib/gpu/mod.ts";
import { EngineLabeller } from "../../../lib/serving/labeller/engine_labeller.ts";
import { initialState } from "../../../lib/nn/initialise.ts";
import { type NamedTensor, readSafetensors } from "../../../lib/nn/safetensors.ts";
import { Student } from "../../../lib/nn/student.ts";
import { camerasToJson, encodePng, writePly } from "../../../lib/scan/mod.ts";
import { SessionStore } from "../../../lib/serving/sessions/store.ts";
import { Engine } from "../../../lib/segment/engine.ts";
import { readStudent, studentBytes } from "../../../lib/models/students.ts";
import { segmentOptions } from "../../../lib/segment/options.ts";
import type { Drift } from "../../../lib/ttt/online_state.ts";
import type { ScanReport } from "../../../lib/segment/report/report.ts";
import { createApp } from "../../../routes/app.ts";
import { withFolder } from "../queue/support.ts";
import { formRequest, type SessionAnswer } from "../../routes/support.ts";
import { mulberry32 } from "../../../lib/random/mulberry32.ts";
import { BOXES, placeTeacher } from "../../ttt/boxes.ts";
import { CARD } from "../../ttt/small_scan.ts";

const HOST = new GpuHost({ poison: true });
const TEACHER = { card: placeTeacher(await HOST.get()).card, open: openTeacher };
const STUDENT = {
  ...CARD,
  classes: [...BOXES.classes],
  palette: BOXES.palette.map(([red, green, blue]): [number, number, number] => [red, green, blue]),
  asprs: [...BOXES.asprs],
  teacher: { id: TEACHER.card.id, width: 3, sourceKdLoss: 0.5 },
};
/** Without test-time augmentation, which affects only the prediction. */
const OPTIONS = { learningRate: 0.1, augmentations: 0 };

Deno.test.afterAll(() => HOST.close());

function openTeacher(gpu: Parameters<typeof placeTeacher>[0]) {
  return Promise.resolve(placeTeacher(gpu));
}

/** A running server with sessions. */
interface Served {
  engine: Engine;
  begin(options?: Record<string, unknown>): Promise<SessionAnswer>;
  /** Sends scan `index` of the data set. */
  learn(session: SessionAnswer, index: number): Promise<Learned>;
  reset(session: SessionAnswer): Promise<void>;
  weights(session: SessionAnswer): Promise<Uint8Array<ArrayBuffer>>;
}

/** The answer to a scan of a session, and the weights after it. */
interface Learned {
  labels: number[];
  confidence: number[];
  losses: number[];
  drift: Drift;
  note: string | undefined;
  tensors: ReadonlyMap<string, NamedTensor>;
}

async function withServer(
  folder: string,
  body: (served: Served) => Promise<void>,
  student = join(folder, "student.safetensors"),
): Promise<void> {
  await using engine = await Engine.open({ host: HOST, student, teacher: TEACHER });
  const { adapterName, ledger } = await engine.gpu();
  const live = ledger.live;
  const app = createApp({
    labeller: new EngineLabeller(engine, adapterName),
    sessions: await SessionStore.open(folder),
  });
  const weights = async ({ links }: SessionAnswer) => {
    const response = await app.request(links.weights);
    assert.equal(response.status, 200, await response.clone().text());
    return await response.bytes();
  };
  await body({
    engine,
    weights,
    async begin(options = {}) {
      const response = await app.request("/v1/sessions", {
        method: "POST",
        body: JSON.stringify({ ...OPTIONS, ...options }),
        headers: { "content-type": "application/json" },
      });
      assert.equal(response.status, 201, await response.clone().text());
      return await response.json();
    },
    async learn(session, index) {
      const { scan, photos, cameras } = await BOXES.scene("source", "train", index);
      const request = formRequest({
        scan: writePly({ positions: scan.positions, colors: scan.colors }) as Uint8Array<
          ArrayBuffer
        >,
        images: { [photos[0]!.name]: encodePng(photos[0]!) as Uint8Array<ArrayBuffer> },
        cameras: camerasToJson(cameras),
      }, { accept: "application/json" });
      const response = await app.request(session.links.scans, request);
      assert.equal(response.status, 200, await response.clone().text());
      const { labels, confidence, report }: {
        labels: number[];
        confidence: number[];
        report: ScanReport;
      } = await response.json();
      const { losses, drift, note } = report;
      const { tensors } = readSafetensors(await weights(session));
      return { labels, confidence, losses, drift: drift!, note, tensors };
    },
    async reset({ links }) {
      const response = await app.request(links.reset, { method: "POST" });
      assert.equal(response.status, 200, await response.text());
    },
  });
  assert.equal(ledger.live, live, `live buffers left: ${ledger.labels().join(", ")}`);
}

/** Gives `body` a temporary folder with a student in it. */
async function withStudent(body: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const tensors = initialState(new Student(STUDENT).parameters(), mulberry32(9));
    const student = { card: STUDENT, tensors, centre: new Float32Array(3) };
    await writeFile(join(folder, "student.safetensors"), studentBytes(student));
    await body(folder);
  });
}

/** Returns the distance between the backbones of two states, by the measure of `Drift`. */
function distance(
  to: ReadonlyMap<string, NamedTensor>,
  from: ReadonlyMap<string, NamedTensor>,
): number {
  let way = 0;
  let length = 0;
  for (const { name, part, kind } of new Student(STUDENT).parameters()) {
    if (part !== "backbone" || kind === "statistic") continue;
    const [a, b] = [to.get(name)!.data as Float32Array, from.get(name)!.data as Float32Array];
    b.forEach((value, i) => {
      way += (a[i]! - value) ** 2;
      length += value ** 2;
    });
  }
  return Math.sqrt(way / length);
}

/** Registers a test on the GPU of this file, which outlives it. */
function sessionTest(name: string, body: (folder: string) => Promise<void>): void {
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn: () => withStudent(body) });
}

sessionTest(
  "sessions learn the same bits alone, beside others, and over a restart",
  async (folder) => {
    const alone: Learned[] = [];
    await withServer(folder, async (served) => {
      const session = await served.begin();
      for (const index of [0, 1, 2]) alone.push(await served.learn(session, index));
      assert.ok(alone[1]!.drift.kept > alone[0]!.drift.kept, "it goes on from scan to scan");
      await served.reset(session);
      assert.deepEqual(
        await served.learn(session, 0),
        alone[0],
        "a reset session is like a new one",
      );
    });
    let session: SessionAnswer;
    await withServer(folder, async (served) => {
      session = await served.begin();
      const other = await served.begin({ learningRate: 0.3 });
      assert.deepEqual(await served.learn(session, 0), alone[0]);
      const { tensors } = await served.learn(other, 3);
      assert.deepEqual(await served.learn(session, 1), alone[1]);
      assert.ok(
        distance(tensors, alone[1]!.tensors) > 1e-3,
        "the other session has learned something else",
      );
      await served.learn(other, 2);
    });
    await withServer(folder, async (served) => {
      assert.deepEqual(await served.learn(session, 2), alone[2]);
    });
  },
);

sessionTest(
  "the weights of a session are a student that continues from its state",
  async (folder) => {
    const exported = join(folder, "exported.safetensors");
    let next: Learned;
    await withServer(folder, async (served) => {
      const session = await served.begin({ momentum: 0 });
      await served.learn(session, 0);
      await writeFile(exported, await served.weights(session));
      next = await served.learn(session, 1);
    });
    await withServer(folder, async (served) => {
      assert.equal(served.engine.student.id, "test-adapted");
      const { labels, confidence, losses } = await served.learn(
        await served.begin({ momentum: 0 }),
        1,
      );
      assert.deepEqual({ labels, confidence, losses }, {
        labels: next.labels,
        confidence: next.confidence,
        losses: next.losses,
      });
    }, exported);
  },
);

sessionTest(
  "the guards against drift limit it, and the report measures it",
  async (folder) => {
    const source = (await readStudent(join(folder, "student.safetensors"))).tensors;
    await withServer(folder, async (served) => {
      const run = async (options: Record<string, unknown>, scans = 2) => {
        const session = await served.begin(options);
        let last: Learned;
        for (let index = 0; index < scans; index++) last = await served.learn(session, index);
        return last!;
      };
      const near = (a: number, b: number) =>
        assert.ok(Math.abs(a - b) <= 1e-5 + 1e-3 * b, `${a} is not ${b}`);
      const free = await run({});
      assert.equal(free.drift.guard, "none");
      assert.equal(free.drift.kept, free.drift.reached);
      near(distance(free.tensors, source), free.drift.kept);
      const bound = free.drift.kept / 4;

      const bounded = await run({ bound });
      assert.equal(bounded.drift.guard, "bound");
      assert.ok(bounded.drift.reached! > bound);
      near(bounded.drift.kept, bound);
      near(distance(bounded.tensors, source), bound);

      const anchored = await run({ anchor: 0.5 });
      assert.equal(anchored.drift.guard, "anchor");
      near(anchored.drift.kept, anchored.drift.reached! / 2);
      near(distance(anchored.tensors, source), anchored.drift.kept);
      const wide = await run({ anchor: 0.5, bound: 10 });
      assert.deepEqual(wide, anchored, "a wide bound does nothing");

      const mistrusted = await run({ guard: 0.1 });
      assert.deepEqual(mistrusted.drift, { reached: 0, kept: 0, guard: "reset" });
      assert.match(mistrusted.note!, /^not adapted: the loss/);
      assert.equal(distance(mistrusted.tensors, source), 0);
    });
  },
);

sessionTest(
  "weights that became NaN are reset to the source, and label nothing",
  async (folder) => {
    await withServer(folder, async ({ engine }) => {
      const { scan, photos, cameras } = await BOXES.scene("source", "train", 0);
      const options = segmentOptions({ method: "ttt-kd-online", ...OPTIONS }, true);
      const request = { scan, photos, cameras, options };
      const { learned, sourceLabels } = await engine.segment({ ...request, learned: null });
      const { student } = learned!;
      const [name, { shape, data }] = [...student.tensors][0]!;
      const tensors = new Map(student.tensors)
        .set(name, { shape, data: new Float32Array(data.length).fill(NaN) });
      const broken = await engine.segment({
        ...request,
        learned: { ...learned!, student: { ...student, tensors } },
      });
      assert.deepEqual(broken.report.drift, { reached: null, kept: 0, guard: "reset" });
      assert.match(broken.report.note!, /no longer a number/);
      assert.deepEqual(broken.labels, sourceLabels);
      const source = (await readStudent(join(folder, "student.safetensors"))).tensors;
      assert.equal(distance(broken.learned!.student.tensors, source), 0);
      const after = await engine.segment({ ...request, learned: broken.learned! });
      const first = await engine.segment({ ...request, learned: null });
      assert.deepEqual(after.report.losses, first.report.losses);
    });
  },
);
