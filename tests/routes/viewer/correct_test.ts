/** Corrections in the viewer: the list with undo and files, and what a user paints in a real browser. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Photo, writePly } from "../../../lib/scan/mod.ts";
import { listen } from "../../../routes/listen.ts";
import { since } from "../../../routes/viewer/correct/before.js";
import { CorrectionList } from "../../../routes/viewer/correct/corrections.js";
import { findChromium, Page } from "../chromium.ts";
import { withJobs } from "../support.ts";

const NAMES = ["floor", "wall", "clutter"];

Deno.test("CorrectionList counts points by class, and undoes one act after the other", () => {
  const corrections = new CorrectionList();
  corrections.begin();
  corrections.paint([3, 1], 2);
  corrections.paint([7], 2);
  corrections.begin();
  corrections.paint([1, 9], 0);
  assert.deepEqual([...corrections.counts()], [[0, 2], [2, 2]]);
  // An act that changed nothing is no step of undo.
  corrections.begin();
  corrections.paint([9], 0);
  corrections.undo();
  assert.deepEqual([...corrections.classes], [[3, 2], [1, 2], [7, 2]]);
  corrections.settle();
  assert.ok(!corrections.canUndo && corrections.size === 3);
});

Deno.test("CorrectionList.add() reads back what toJson() wrote, and refuses other files", () => {
  const corrections = new CorrectionList();
  corrections.paint([3, 1], 2);
  corrections.paint([70_000_000], 0);
  const json = JSON.parse(JSON.stringify(corrections.toJson(NAMES)));
  assert.deepEqual(json, { clutter: [3, 1], floor: [70_000_000] });
  const read = new CorrectionList();
  read.add({ ...json, "1": [4] }, NAMES);
  assert.deepEqual([...read.classes].sort(), [[1, 2], [3, 2], [4, 1], [70_000_000, 0]]);
  read.undo();
  assert.equal(read.size, 0);
  const refused = (file: unknown, message: RegExp) =>
    assert.throws(() => read.add(file, NAMES), (error) => message.test((error as Error).message));
  refused([], /such as/);
  refused({ chair: [1] }, /'chair'; the classes are floor, wall, clutter/);
  refused({ "3": [1] }, /'3'/);
  refused({ wall: [1, -1] }, /'wall' has -1/);
  refused({ wall: 1 }, /no list/);
  assert.equal(read.size, 0, "nothing of a file that is refused is taken");
});

Deno.test("since() shows a result beside the one before it", () => {
  const cloud = (label: number[]) => ({
    ...{ count: 3, channels: 0, origin: [0, 0, 0], positions: new Float32Array(9) },
    ...{
      color: new Uint8Array(),
      intensity: null,
      original: null,
      instances: null,
      scanPoints: 9,
      classes: 2,
    },
    ...{ became: new Uint32Array(4), rows: Uint32Array.of(0, 1, 2), source: new Uint8Array(3) },
    ...{ label: Uint8Array.from(label), confidence: new Uint8Array(3) },
    ...{ report: {} as never, student: { id: "s", classes: NAMES, palette: [] } },
  });
  const { source, became, scanPoints } = since(cloud([0, 1, 1]), cloud([0, 0, 1]));
  assert.deepEqual([...source], [0, 0, 1]);
  assert.deepEqual([...became], [1, 1, 0, 1]);
  assert.equal(scanPoints, 3);
});

/** Counts the pixels that have exactly this colour. */
function pixelsOf({ pixels }: Photo, color: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    if (color.every((value, channel) => pixels[i + channel] === value)) count++;
  }
  return count;
}

const chromium = await findChromium();

Deno.test({
  name: "GET / lets users paint true classes, undo, save and load them, and shows what they taught",
  ignore: chromium === null,
  fn: async () => {
    const folder = await mkdtemp(join(tmpdir(), "tttkd-correct-"));
    const side = 40;
    const positions = Float32Array.from({ length: 3 * side ** 2 }, (_, i) => {
      const point = Math.floor(i / 3);
      return [(point % side) / 20, Math.floor(point / side) / 20, 0][i % 3]!;
    });
    await writeFile(join(folder, "floor.ply"), writePly({ positions, labels: null }));
    await withJobs(async ({ app, engine, work }) => {
      const palette = [[210, 60, 70], [40, 140, 220], [240, 190, 40]] as const;
      palette.forEach((color, i) => engine.student.palette[i] = [...color]);
      work();
      await using server = await listen(app, "127.0.0.1", 0);
      await using page = await Page.open(chromium!, 1000, 700);
      const say = (js: string) => page.evaluate(js);
      const corrected = async () => Number(await say("document.body.dataset.corrected"));
      const drawn = () =>
        page.until("document.querySelector('#cloud').dataset.drawn === 'adapted'");
      const key = (key: string) =>
        say(`(() => {
          const canvas = document.querySelector("#cloud");
          canvas.dispatchEvent(new KeyboardEvent("keydown", { key: ${JSON.stringify(key)} }));
        })()`);
      await page.goTo(server.url);
      await page.until("document.body.dataset.state === 'ready'");
      await page.chooseFiles("#files", [join(folder, "floor.ply")]);
      await page.until("!document.querySelector('#start').disabled");
      await page.click("#start");
      await page.until("document.body.dataset.state === 'done'");
      await drawn();
      await page.click("#correct summary");
      const classes = await say(
        "[...document.querySelector('#correctClass').options].map((o) => o.text)",
      );
      assert.deepEqual(classes, NAMES);

      // One point by a click, then with a brush by the keyboard; all that looks alike in the box; undo.
      await say("document.querySelector('#correctClass').selectedIndex = 1");
      await page.click("#cloud");
      assert.equal(await corrected(), 1);
      await key("]");
      await key("b");
      await key("Enter");
      const brushed = await corrected();
      assert.ok(brushed > 5 && brushed < 400, `${brushed}`);
      await key("z");
      assert.equal(await corrected(), 1);
      const [, , yellow] = palette;
      await drawn();
      const before = pixelsOf(await page.screenshot(), yellow);
      await key("c");
      await page.click("#cloud");
      const all = await corrected();
      await say(
        "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))",
      );
      assert.ok(pixelsOf(await page.screenshot(), yellow) > 1.5 * before, "they are painted");
      assert.ok(all >= side ** 2 / 3 - 1, `every point of a class: ${all}`);
      await page.until("document.querySelector('#correctionList').innerText.includes('clutter')");
      await key("z");

      // Points that the server suggests: the first is confirmed, the second gets the chosen class.
      await page.click("#nextSuggestion");
      await page.until(
        "document.querySelector('#suggestion').innerText.startsWith('Suggestion 1 of 2')",
      );
      await key("y");
      await key("x");
      assert.equal(await corrected(), 3);

      // Saved, taken back, loaded again, sent.
      await say(
        "URL.createObjectURL = (blob) => { blob.text().then((text) => document.title = text); return '#'; }",
      );
      await say("HTMLAnchorElement.prototype.click = () => {}");
      await page.click("#saveCorrections");
      await page.until("document.title.startsWith('{')");
      const saved = join(folder, "corrections.json");
      await writeFile(saved, await say("document.title") as string);
      for (let i = 0; i < 3; i++) await key("z");
      assert.equal(await corrected(), 0);
      await page.chooseFiles("#correctionsFile", [saved]);
      await page.until("document.body.dataset.corrected === '3'");
      await page.click("#sendCorrections");
      await page.until("document.querySelector('#legend').innerText.startsWith('Corrected')");
      await drawn();
      const { corrections } = engine.requests[1]!.options;
      assert.deepEqual(corrections, JSON.parse(await readFile(saved, "utf8")));
      assert.deepEqual(corrections!["wall"]!.includes(1), true, "point 1 was confirmed as a wall");
      assert.equal(await corrected(), 3);
      assert.equal(await say("document.querySelector('#sendCorrections').disabled"), true);
      await say("document.querySelector('input[value=beside]').click()");
      await page.until("document.querySelector('#legend').innerText.startsWith('Before')");

      // On a phone, nothing of the page or of the panel lies outside.
      await page.resize(390, 800);
      const right = await say("document.querySelector('#correct').getBoundingClientRect().right");
      assert.ok(right as number <= 390, `${right}`);
      assert.equal(await say("document.documentElement.scrollWidth"), 390);
      assert.deepEqual(page.messages, []);
    });
    await rm(folder, { recursive: true });
  },
});
