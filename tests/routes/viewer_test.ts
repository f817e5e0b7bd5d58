/** The page at `/`, and what it shows of a job in a real browser. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, LENGTH_UNITS, type Photo, UP_AXES, writePly } from "../../lib/scan/mod.ts";
import type { SegmentRequest } from "../../lib/segment/segmenter.ts";
import { listen } from "../../routes/listen.ts";
import {
  CAMERA_COLOR,
  numberColor,
  objectNumber,
  PICK_COLOR,
  ramp,
} from "../../routes/viewer/colors.js";
import { findChromium, Page } from "./chromium.ts";
import { STREETS } from "./fake_engine.ts";
import { camerasText, fakeApp, withJobs } from "./support.ts";

const BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async function pageText(): Promise<string> {
  const response = await fakeApp().app.request("/", { headers: { accept: BROWSER_ACCEPT } });
  return await response.text();
}

Deno.test("GET / sends browsers a page that may load nothing from elsewhere, and JSON to others", async () => {
  const { app } = fakeApp({ access: { tokens: ["secret"] } });
  const page = await app.request("/", { headers: { accept: BROWSER_ACCEPT } });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy")!;
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|http|\*/);
  assert.match(await page.text(), /^<!doctype html>/);
  for (const accept of ["*/*", "application/json", ""]) {
    const index = await app.request("/", { headers: accept ? { accept } : {} });
    assert.match(index.headers.get("content-type")!, /^application\/json/);
    assert.equal(index.headers.get("vary"), "accept");
    assert.ok("POST /v1/segment" in (await index.json()).endpoints);
  }
});

Deno.test("GET /viewer/ serves every file that the page and its scripts load, and they load from nowhere else", async () => {
  const { app } = fakeApp();
  const html = await pageText();
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => `/${path}`)
    .filter((path) => path.startsWith("/viewer/"));
  assert.ok(paths.includes("/viewer/main.js") && paths.includes("/viewer/viewer.css"));
  for (const path of paths) {
    const response = await app.request(path);
    assert.equal(response.status, 200, path);
    assert.ok(response.headers.get("etag"));
    const text = await response.text();
    assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\//, path);
    for (const [, file] of text.matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
      const imported = new URL(file!, `http://host${path}`).pathname;
      if (!paths.includes(imported)) paths.push(imported);
    }
  }
  assert.ok(paths.includes("/viewer/shaders.js"), "imports of scripts are among them");
  assert.ok(paths.includes("/viewer/local/colmap.js"), "and imports of these");
});

/** The values among which a control of the page lets users choose. */
async function choicesOf(id: string): Promise<string[]> {
  const [, select] = new RegExp(`<select id="${id}">(.*?)</select>`, "s").exec(await pageText())!;
  return [...select!.matchAll(/value="([^"]+)"/g)].map(([, name]) => name!);
}

Deno.test("GET / offers every unit and axis, and leaves the methods to the server's description", async () => {
  assert.deepEqual(await choicesOf("method"), []);
  assert.deepEqual((await choicesOf("scanUnit")).sort(), Object.keys(LENGTH_UNITS).sort());
  assert.deepEqual((await choicesOf("scanUp")).sort(), [...UP_AXES].sort());
});

/** Makes a red floor of 60 by 60 points, 5 cm apart. */
function floorScan(): Uint8Array {
  const side = 60;
  const positions = Float32Array.from({ length: 3 * side ** 2 }, (_, i) => {
    const point = Math.floor(i / 3);
    return [(point % side) / 20, Math.floor(point / side) / 20, 0][i % 3]!;
  });
  const colors = Float32Array.from(positions, (_, i) => i % 3 === 0 ? 1 : 0);
  return writePly({ positions, colors, labels: null });
}

/** The camera of `1.png`, some metres beside the floor and 1 m above it. */
function besideFloor(metres: number): string {
  return camerasText(["1.png"], {
    worldToCamera: [1, 0, 0, -1.5, 0, 0, -1, 1, 0, 1, 0, metres, 0, 0, 0, 1],
  });
}

function greenPhoto(): Uint8Array {
  const pixels = Uint8Array.from({ length: 3600 }, (_, i) => i % 3 === 1 ? 200 : 0);
  return encodePng({ width: 40, height: 30, pixels });
}

/** Counts the pixels of a picture that have exactly this colour. */
function pixelsOf({ pixels }: Photo, [red, green, blue]: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue) count++;
  }
  return count;
}

/** One half of the upper part of a picture, beside the column of the form: what a pane shows. */
function half({ pixels, width, name }: Photo, side: 0 | 1): Photo {
  const [column, rows] = [360, 300];
  const across = (width - column) / 2;
  const cut = Array.from({ length: rows }, (_, row) => {
    const from = 3 * (row * width + column + side * across);
    return [...pixels.subarray(from, from + 3 * across)];
  });
  return { name, width: across, height: rows, pixels: Uint8Array.from(cut.flat()) };
}

const chromium = await findChromium();

Deno.test({
  name: "GET / labels a scan in a browser, and shows its points in the colours of their classes",
  ignore: chromium === null,
  fn: async () => {
    const folder = await mkdtemp(join(tmpdir(), "tttkd-viewer-"));
    const files = Object.entries({
      "floor.ply": floorScan(),
      "cameras.json": besideFloor(3),
      "1.png": greenPhoto(),
    });
    for (const [name, content] of files) await writeFile(join(folder, name), content);
    const second = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await withJobs(
      async ({ app, engine, work }) => {
        const palette = [[210, 60, 70], [40, 140, 220], [240, 190, 40]] as const;
        palette.forEach((color, i) => engine.student.palette[i] = [...color]);
        work();
        await using server = await listen(app, "127.0.0.1", 0);
        // Whatever fails, the job ends, and with it the stream for which the server would wait.
        using _opened = {
          [Symbol.dispose]: () => [second, gate].forEach(({ resolve }) => resolve()),
        };
        await using page = await Page.open(chromium!, 900, 760);
        await page.goTo(server.url);
        await page.until("document.body.dataset.state === 'ready'");
        await page.until("!document.querySelector('#students').hidden");
        await page.chooseFiles("#files", files.map(([name]) => join(folder, name)));
        await page.until("document.querySelector('#cloud').dataset.drawn === 'scan'");
        await page.evaluate("document.querySelector('#student').value = 'fake-student'");
        await page.evaluate("document.querySelector('#method').value = 'tent'");
        await page.evaluate("document.querySelector('#steps').value = 2");
        await page.evaluate("document.querySelector('#scanUnit').value = 'foot'");
        await page.evaluate("document.querySelector('#scanUp').value = '-y'");
        await page.evaluate("document.querySelector('#instances').click()");
        await page.click("#start");

        const chartSays = (text: string) =>
          page.until(
            `document.querySelector('#chart').ariaLabel.endsWith(${JSON.stringify(text)})`,
          );
        await chartSays("0.5000 at step 1 of 2");
        const warned = await page.evaluate("document.querySelector('#warnings').innerText");
        assert.equal(warned, "Points lie far apart.");
        second.resolve();
        await chartSays("0.5000 at step 1, 0.2500 at step 2 of 2");
        gate.resolve();
        await page.until("document.body.dataset.state === 'done'");
        const [{ options }] = engine.requests as [SegmentRequest];
        assert.deepEqual([options.unit, options.up], ["foot", "-y"]);
        // Until the report came, the page could not know what the method calls its loss.
        const heading = await page.evaluate("document.querySelector('#loss h2').innerText");
        assert.equal(heading, "Fake loss 0.333 → 0.200");

        const drawn = async (mode: string) => {
          await page.evaluate(`document.querySelector("input[value=${mode}]").click()`);
          await page.until(`document.querySelector('#cloud').dataset.drawn === '${mode}'`);
          return await page.screenshot();
        };
        const adapted = await drawn("adapted");
        for (const color of palette) assert.ok(pixelsOf(adapted, color) > 2000, `${color}`);
        const legend = await page.evaluate("document.querySelector('#legend').innerText");
        assert.match(legend as string, /floor\s+1,200\s+33\.3 %\s+−66\.7 %/);

        const source = await drawn("source");
        // Of the other colours only the swatches in the legend are left, since it lists every class that occurs.
        assert.ok(pixelsOf(source, palette[0]) > 3 * pixelsOf(adapted, palette[0]) / 2);
        for (const color of palette.slice(1)) assert.ok(pixelsOf(source, color) < 500);

        // One camera, two panes: the source model knows nothing but floor.
        const beside = await drawn("beside");
        const [left, right] = [half(beside, 0), half(beside, 1)];
        assert.ok(pixelsOf(left, palette[0]) > 2000 && pixelsOf(left, palette[1]) === 0);
        for (const color of palette) assert.ok(pixelsOf(right, color) > 500, `${color}`);
        await drawn("adapted");

        const changed = await drawn("changed");
        assert.ok(pixelsOf(changed, palette[1]) > 2000 && pixelsOf(changed, palette[0]) < 500);
        // What the fake engine calls clutter is one object, and the rest is none.
        const objects = await drawn("objects");
        assert.ok(pixelsOf(objects, numberColor(objectNumber(1))) > 2000);
        assert.ok(palette.every((color) => pixelsOf(objects, color) === 0));
        const named = await page.evaluate("document.querySelector('#legend').innerText");
        assert.match(named as string, /clutter\s+1\s+no object\s+66\.7 %/);
        const whole = pixelsOf(await drawn("scan"), [255, 0, 0]);
        assert.ok(whole > 6000);
        assert.ok(pixelsOf(await drawn("confidence"), ramp(85 / 255)) > 6000);

        await page.evaluate(`(() => {
          const slider = document.querySelector("#clip input[data-axis='1'][data-end='least']");
          slider.value = 0.75;
          slider.dispatchEvent(new Event("input"));
        })()`);
        const clipped = pixelsOf(await drawn("scan"), [255, 0, 0]);
        assert.ok(clipped > 0.1 * whole && clipped < 0.4 * whole, `a quarter: ${clipped}`);
        await page.evaluate("document.querySelector('#unclip').click()");

        await drawn("adapted");
        await page.click("#cloud");
        await page.until("!document.querySelector('#picked').hidden");
        const text = await page.evaluate("document.querySelector('#pickedText').innerText");
        assert.match(
          text as string,
          /confidence 33\.3 %(\nobject 1)?\n\d\.\d{3} {2}\d\.\d{3} {2}0\.000$/,
        );
        await page.until("!document.querySelector('#photographs i').hidden");
        assert.ok(pixelsOf(await page.screenshot(), PICK_COLOR) > 10);

        const labelled = async () => {
          await page.until("'drawn' in document.querySelector('#photographCanvas').dataset");
          return await page.evaluate(`(() => {
            const canvas = document.querySelector('#photographCanvas');
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext('2d');
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, width, height);
            return data.filter((value, i) => i % 4 === 2 && value > 0).length;
          })()`) as number;
        };
        await page.click("#photographs button");
        assert.ok(await labelled() > 50, "labels over the photograph");
        await page.click("#photographLabels");
        assert.equal(await labelled(), 0);
        await page.click("#photograph button");

        await page.evaluate(
          "HTMLAnchorElement.prototype.click = function () { document.title = this.download; }",
        );
        await page.evaluate("document.querySelector('#savePicture').click()");
        await page.until("document.title === 'floor.png'");
        await page.click("#download");
        await page.until("document.title === 'floor_labelled.ply'");
        // The address names the job.
        await page.reload();
        await page.until("document.querySelector('#cloud').dataset.drawn === 'adapted'");
        assert.ok(pixelsOf(await page.screenshot(), palette[1]) > 2000);

        await page.click("#jobs summary");
        await page.until("document.querySelector('#jobList li')");
        const row = await page.evaluate("document.querySelector('#jobList li').innerText");
        assert.match(row as string, /^floor\.ply\s+done\s+Open\s+Delete$/);
        await page.evaluate("delete document.querySelector('#cloud').dataset.drawn");
        await page.click("#jobList button");
        await page.until("document.querySelector('#cloud').dataset.drawn === 'adapted'");
        await page.click("#jobList button + button");
        await page.until("document.querySelector('#jobList').innerText.includes('Delete?')");
        await page.click("#jobList button + button");
        await page.until("document.querySelector('#jobsNote').innerText === 'There are none.'");
        assert.deepEqual(page.messages, []);
      },
      {
        others: [STREETS],
        work: async ({ onProgress }) => {
          const warnings = [{ code: "spacing", text: "Points lie far apart." }];
          onProgress!({ phase: "adapt", step: 1, steps: 2, loss: 0.5, warnings });
          await second.promise;
          onProgress!({ phase: "adapt", step: 2, steps: 2, loss: 0.25 });
          await gate.promise;
        },
      },
    );
    await rm(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "GET / asks for the server's token until it is right, shows a folder before it is sent, and why a job is refused",
  ignore: chromium === null,
  fn: async () => {
    const { app } = fakeApp({ access: { tokens: ["secret"] } });
    await using server = await listen(app, "127.0.0.1", 0);
    await using page = await Page.open(chromium!, 900, 600);
    await page.goTo(server.url);
    const give = async (token: string) => {
      await page.until("document.querySelector('#tokenDialog').open");
      await page.evaluate(`document.querySelector('#token').value = '${token}'`);
      await page.click("#tokenDialog button");
    };
    await give("wrong");
    await page.until("!document.querySelector('#tokenRefused').hidden");
    await give("secret");
    await page.until("document.querySelector('#models').innerText.includes('fake-student')");

    const folder = await mkdtemp(join(tmpdir(), "tttkd-dropped-"));
    await mkdir(join(folder, "images"));
    const names = [
      "room.ply",
      "cameras.json",
      "images/0.jpg",
      "images/1.png",
      "labels.json",
      "SOURCE.md",
    ];
    const contents: Record<string, string | Uint8Array> = {
      "room.ply": floorScan(),
      "cameras.json": besideFloor(1),
      "images/1.png": greenPhoto(),
    };
    for (const name of names) await writeFile(join(folder, name), contents[name] ?? name);
    await page.drop("#cloud", [folder]);
    await page.until("!document.querySelector('#start').disabled");
    await page.until("document.querySelector('#cloud').dataset.drawn === 'scan'");
    await page.until("document.querySelector('#photographs canvas[data-drawn]')");
    const before = await page.screenshot();
    assert.ok(pixelsOf(before, [255, 0, 0]) > 4000, "the floor");
    assert.ok(pixelsOf(before, CAMERA_COLOR) > 40, "the frustum of its camera");
    assert.ok(pixelsOf(before, [0, 200, 0]) > 2000, "the photograph");
    const note = await page.evaluate("document.querySelector('#previewNote').innerText");
    assert.equal(note, "3,600 points · 1 camera");
    const chosen = await page.evaluate("document.querySelector('#chosen').innerText");
    assert.match(chosen as string, /room\.ply[^]*Photographs\s+2[^]*cameras\.json/);
    assert.match(chosen as string, /Left out: .*labels\.json/);
    assert.match(chosen as string, /SOURCE\.md/);
    // A server without a queue takes no jobs.
    await page.click("#start");
    await page.until("document.body.dataset.state === 'failed'");
    const problem = await page.evaluate("document.querySelector('#problem').innerText");
    assert.match(problem as string, /^Cannot POST \/v1\/jobs/);
    await rm(folder, { recursive: true });
  },
});

Deno.test({
  name: "GET / cancels the job that it submitted",
  ignore: chromium === null,
  fn: async () => {
    const folder = await mkdtemp(join(tmpdir(), "tttkd-viewer-"));
    const scan = join(folder, "floor.ply");
    await writeFile(scan, floorScan());
    // No worker runs.
    await withJobs(async ({ app, queue, stopping }) => {
      await using server = await listen(app, "127.0.0.1", 0);
      using _ended = { [Symbol.dispose]: () => stopping.abort() };
      await using page = await Page.open(chromium!, 900, 600);
      await page.goTo(server.url);
      await page.until("document.body.dataset.state === 'ready'");
      await page.chooseFiles("#files", [scan]);
      await page.click("#start");
      await page.until("document.body.dataset.state === 'queued'");
      assert.equal((await queue.counts()).queued, 1);
      await page.click("#stop");
      await page.until("document.body.dataset.state === 'cancelled'");
      assert.deepEqual(await queue.counts(), { cancelled: 1 });
      assert.equal(await page.evaluate("document.querySelector('#start').disabled"), false);
    });
    await rm(folder, { recursive: true });
  },
});
