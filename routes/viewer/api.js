/**
 * A client of the server's public API. It sends a bearer token if the server asks for one, and makes problem documents
 * into errors.
 *
 * @module
 */
import { offeredMethods } from "./methods.js";

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {"queued" | "running" | "done" | "failed" | "cancelled"} state
 * @property {string} scan
 * @property {string} method
 * @property {string} createdAt
 * @property {Progress | null} progress
 * @property {Problem} [problem]
 * @property {Record<"self" | "events" | "result" | "cloud", string>} links
 *
 * @typedef {object} Progress
 * @property {string} phase
 * @property {number} [step]
 * @property {number} [steps]
 * @property {number} [loss]
 * @property {number} [secondsLeft]
 * @property {Warning[]} [warnings]
 *
 * @typedef {object} Warning
 * @property {string} code
 * @property {string} text
 * @property {string} [field]
 *
 * @typedef {object} Problem
 * @property {number} status
 * @property {string} detail
 * @property {string} [file]
 * @property {number} [offset]
 * @property {string} [field]
 *
 * @typedef {object} Suggestion
 * @property {number} point row in the client's file
 * @property {number[]} position in the coordinates of the scan
 * @property {number} label
 * @property {string} class
 * @property {number} confidence
 *
 * @typedef {object} Models
 * @property {{name: string, id: string, backbone: string, classes: string[], palette: [number, number, number][], voxelSize: number, licence: string}[]} students
 * @property {{id: string}[]} teachers
 */

const TOKEN_KEY = "ttt-kd token";
/** Pause before a stream of events that broke off is opened again. */
const RECONNECT_MILLISECONDS = 1000;

/** A problem document as an error. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** One server. Paths are relative to the page, so that it works behind a proxy under any path. */
export class Api {
  /** @type {string | null} */
  #token = sessionStorage.getItem(TOKEN_KEY);
  /** @type {(refused: boolean) => Promise<string>} */
  #askToken;

  /** @param {(refused: boolean) => Promise<string>} askToken asks the user for a token; `refused` after a wrong one. */
  constructor(askToken) {
    this.#askToken = askToken;
  }

  /** @returns {Promise<Models>} */
  async models() {
    return await (await this.request("/v1/models")).json();
  }

  /** The methods that a scan may name. */
  async methods() {
    return offeredMethods(await (await this.request("/openapi.json")).json());
  }

  /**
   * Sends a request, and sends it again with a token if the server asks for one.
   *
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<Response>} with a status of success.
   * @throws {ProblemError}
   */
  async request(path, init = {}) {
    for (;;) {
      const headers = { ...init.headers, ...this.#headers() };
      const response = await fetch(`.${path}`, { ...init, headers });
      if (response.ok) return response;
      const problem = await problemOf(response.status, () => response.json());
      if (problem.status !== 401) throw new ProblemError(problem);
      await this.#renewToken();
    }
  }

  /**
   * Submits a job.
   *
   * @param {FormData} form
   * @param {(fraction: number) => void} onSent is told the fraction that has been sent, 0 to 1.
   * @param {AbortSignal} signal
   * @returns {Promise<Job>}
   * @throws {ProblemError}
   */
  async submit(form, onSent, signal) {
    for (;;) {
      const { status, text } = await this.#post("/v1/jobs", form, onSent, signal);
      if (status === 202) return JSON.parse(text);
      const problem = await problemOf(status, () => JSON.parse(text));
      if (problem.status !== 401) throw new ProblemError(problem);
      await this.#renewToken();
    }
  }

  /**
   * Yields the events of a job until it ends. `EventSource` cannot send headers, so the stream is read here.
   *
   * @param {string} path
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<{event: string, data: any}, void, void>}
   */
  async *events(path, signal) {
    while (!signal.aborted) {
      try {
        const response = await this.request(path, { signal });
        for await (const event of eventsOf(/** @type {ReadableStream} */ (response.body))) {
          yield event;
          if (event.event === "state" && isOver(event.data)) return;
        }
      } catch (error) {
        // A broken connection is a TypeError.
        if (signal.aborted || !(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MILLISECONDS));
    }
    signal.throwIfAborted();
  }

  /** @returns {Record<string, string>} */
  #headers() {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }

  async #renewToken() {
    this.#token = await this.#askToken(this.#token !== null);
    sessionStorage.setItem(TOKEN_KEY, this.#token);
  }

  /**
   * Posts a form by XMLHttpRequest, because `fetch` does not report how much was sent.
   *
   * @param {string} path
   * @param {FormData} form
   * @param {(fraction: number) => void} onSent
   * @param {AbortSignal} signal
   * @returns {Promise<{status: number, text: string}>}
   */
  #post(path, form, onSent, signal) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `.${path}`);
      for (const [name, value] of Object.entries(this.#headers())) {
        request.setRequestHeader(name, value);
      }
      request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
      request.onload = () => resolve({ status: request.status, text: request.responseText });
      request.onerror = () => reject(new TypeError("Cannot reach the server"));
      request.onabort = () => reject(signal.reason);
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(form);
    });
  }
}

/** Returns whether a job has ended. @param {Pick<Job, "state">} job */
export function isOver({ state }) {
  return state !== "queued" && state !== "running";
}

/**
 * Reads a problem document, or makes one up from the status.
 *
 * @param {number} status
 * @param {() => Promise<Problem> | Problem} read
 * @returns {Promise<Problem>}
 */
async function problemOf(status, read) {
  try {
    const problem = await read();
    if (typeof problem.detail === "string") return problem;
  } catch {
    // The answer may be HTML from a proxy.
  }
  return { status, detail: `The server answered ${status}` };
}

/**
 * Yields server-sent events as they arrive.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {AsyncGenerator<{event: string, data: any}, void, void>}
 */
export async function* eventsOf(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = /^event: ?(.*)$/m.exec(block)?.[1] ?? "message";
        const data = [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join("\n");
        if (data) yield { event, data: JSON.parse(data) };
      }
    }
  } finally {
    await reader.cancel();
  }
}
