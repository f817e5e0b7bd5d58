/**
 * A real browser for tests of pages: Debian's Chromium without a window, controlled through the DevTools protocol.
 *
 * @module
 */
import assert from "node:assert/strict";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { decodePhoto, type Photo } from "../../lib/scan/mod.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  "--headless",
  // Containers lack the user namespaces that the sandbox needs; the pages are our own.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--force-device-scale-factor=1",
  "--hide-scrollbars",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];
/** Interval at which a condition is checked. */
const POLL_MILLISECONDS = 20;
const DEADLINE_MILLISECONDS = 60_000;

/** Returns the path of the browser; null where there is none. */
export async function findChromium(): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        await access(path);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

/** A page in a browser of its own with a fresh profile. Leaving by `await using` ends the browser. */
export class Page implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #session: string;
  readonly #calls: Calls;
  #onLoad: () => void = () => {};
  /** Warnings and errors of the browser, and uncaught errors of the page. */
  readonly messages: string[] = [];

  private constructor(
    browser: Browser,
    folder: string,
    socket: WebSocket,
    calls: Calls,
    session: string,
  ) {
    this.#browser = browser;
    this.#folder = folder;
    this.#socket = socket;
    this.#calls = calls;
    this.#session = session;
    calls.onEvent = (method, params) => {
      if (method === "Page.loadEventFired") this.#onLoad();
      const level = (params as { entry?: { level: string } }).entry?.level;
      const bad = method === "Runtime.exceptionThrown" || level === "error" || level === "warning";
      if (bad) this.messages.push(JSON.stringify(params));
    };
  }

  /** Starts a browser with a page of a size in pixels. */
  static async open(path: string, width: number, height: number): Promise<Page> {
    const folder = await mkdtemp(join(tmpdir(), "tttkd-chromium-"));
    const browser = await startBrowser(path, folder);
    const socket = new WebSocket(browser.debugger);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const calls = new Calls(socket);
    const { targetId } = await calls.call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await calls.call("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(browser, folder, socket, calls, sessionId as string);
    for (const domain of ["Page", "Runtime", "DOM", "Log"]) await page.call(`${domain}.enable`);
    await page.resize(width, height);
    return page;
  }

  /** Calls a method of the protocol on the page. */
  call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#calls.call(method, params, this.#session);
  }

  /** Sets the size of the page in pixels. */
  async resize(width: number, height: number): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.call("Emulation.setDeviceMetricsOverride", metrics);
  }

  /** Resolves when the page and its scripts are loaded. */
  async goTo(url: string): Promise<void> {
    await Promise.all([this.#loaded(), this.call("Page.navigate", { url })]);
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await Promise.all([this.#loaded(), this.call("Page.reload")]);
  }

  #loaded(): Promise<void> {
    return new Promise((resolve) => this.#onLoad = resolve);
  }

  /** Evaluates an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return (result as { value: unknown }).value;
  }

  /** Resolves once an expression is true in the page. */
  async until(expression: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MILLISECONDS;
    while (await this.evaluate(`Boolean(${expression})`) !== true) {
      assert.ok(
        Date.now() < deadline,
        `${expression} did not come true; the page says ${await this.evaluate(
          "document.body.innerText",
        )} ${this.messages.join("\n")}`,
      );
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
  }

  /** Chooses files in an `<input type=file>`. */
  async chooseFiles(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.call("DOM.getDocument");
    const { nodeId } = await this.call("DOM.querySelector", {
      nodeId: (root as { nodeId: number }).nodeId,
      selector,
    });
    await this.call("DOM.setFileInputFiles", { nodeId, files });
  }

  /** Drops files and folders onto the middle of an element. */
  async drop(selector: string, files: readonly string[]): Promise<void> {
    const place = await this.#middleOf(selector);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await this.call("Input.dispatchDragEvent", { type, ...place, data });
    }
  }

  /** Clicks the middle of an element with the mouse. */
  async click(selector: string): Promise<void> {
    const place = await this.#middleOf(selector);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.call("Input.dispatchMouseEvent", {
        type,
        ...place,
        button: "left",
        clickCount: 1,
      });
    }
  }

  async #middleOf(selector: string): Promise<{ x: number; y: number }> {
    return await this.evaluate(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "nearest" });
      const box = element.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`) as { x: number; y: number };
  }

  /** Takes a screenshot. */
  async screenshot(): Promise<Photo> {
    return await decodePhoto(await this.png(), "screenshot.png");
  }

  /** Takes a screenshot as a PNG. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    return Uint8Array.fromBase64(data as string);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    await this.#calls.call("Browser.close", {});
    await Promise.all([closed, this.#browser.ended]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Calls and answers on one socket. */
class Calls {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #last = 0;
  onEvent: (method: string, params: unknown) => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, method, params, result, error } = JSON.parse(data);
      if (id === undefined) return this.onEvent(method, params);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    };
  }

  call(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  }
}

interface Browser {
  /** Address of its debugger. */
  debugger: string;
  /** Resolves when the browser has ended. */
  ended: Promise<unknown>;
}

/** Starts a browser that keeps its profile in a folder, and waits until it prints the address of its debugger. */
async function startBrowser(path: string, folder: string): Promise<Browser> {
  const process = new Deno.Command(path, {
    args: [...FLAGS, `--user-data-dir=${folder}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    assert.ok(!done, `Chromium ended: ${text}`);
    text += value;
    const url = /^DevTools listening on (ws:\S+)$/m.exec(text)?.[1];
    if (!url) continue;
    // The rest of its output is read and dropped, so that the pipe never fills.
    const drain = async () => {
      while (!(await reader.read()).done);
    };
    return { debugger: url, ended: Promise.all([drain(), process.status]) };
  }
}
