/**
 * Types of Deno's standard library, as far as this program uses it.
 *
 * deno.json takes `@std/...` from the npm package `deno-std`: the same modules, without their types. Where JSR can be
 * reached, `"@std/http": "jsr:@std/http@1"` and its like take the place of those lines, and this file goes, together with
 * its line under `compilerOptions.types`: as long as it is there, it hides the types that come from JSR. The declarations
 * are the standard library's, copyright 2018-2026 the Deno authors, MIT license.
 */

/** What is not declared below is an error, where it would be `any`. */
declare module "@std/*" {}

declare module "@std/async/abortable" {
  /** The promise, or a rejection with the signal's reason once that is aborted. */
  export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
}

declare module "@std/async/deadline" {
  export interface DeadlineOptions {
    signal?: AbortSignal;
  }

  /** The promise, or a rejection with a `TimeoutError` once it has taken too long. */
  export function deadline<T>(p: Promise<T>, ms: number, options?: DeadlineOptions): Promise<T>;
}

declare module "@std/async/delay" {
  export interface DelayOptions {
    signal?: AbortSignal;
    /** Whether it keeps the process from ending; it does by default. */
    persistent?: boolean;
  }

  /** Resolves after a while; rejects with the signal's reason once that is aborted. */
  export function delay(ms: number, options?: DelayOptions): Promise<void>;
}

declare module "@std/bytes/concat" {
  /** The bytes one after another, in an array of their own. */
  export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "@std/bytes/starts-with" {
  /** Whether the first bytes of `source` are those of `prefix`. */
  export function startsWith(source: Uint8Array, prefix: Uint8Array): boolean;
}

declare module "@std/collections/filter-values" {
  /** The entries of a record whose value the predicate takes. */
  export function filterValues<T>(
    record: Readonly<Record<string, T>>,
    predicate: (value: T) => boolean,
  ): Record<string, T>;
}

declare module "@std/collections/map-values" {
  /** A record of the same keys, its values transformed. */
  export function mapValues<T, O, K extends string>(
    record: Readonly<Record<K, T>>,
    transformer: (value: T, key: K) => O,
  ): Record<K, O>;
  export function mapValues<T, O, K extends string>(
    record: Readonly<Partial<Record<K, T>>>,
    transformer: (value: T, key: K) => O,
  ): Partial<Record<K, O>>;
}

declare module "@std/collections/max-by" {
  /** The first element of the largest value; undefined where there is none. */
  export function maxBy<T>(
    array: Iterable<T>,
    selector: (element: T, index: number) => number,
  ): T | undefined;
}

declare module "@std/collections/min-by" {
  /** The first element of the smallest value; undefined where there is none. */
  export function minBy<T>(
    array: Iterable<T>,
    selector: (element: T, index: number) => number,
  ): T | undefined;
}

declare module "@std/collections/omit" {
  /** The object without these keys. */
  export function omit<T extends object, K extends keyof T>(
    obj: Readonly<T>,
    keys: readonly K[],
  ): Omit<T, K>;
}

declare module "@std/collections/sum-of" {
  /** The sum of the elements' values; 0 of nothing. */
  export function sumOf<T>(
    array: Iterable<T>,
    selector: (element: T, index: number) => number,
  ): number;
}

declare module "@std/csv/stringify" {
  /** Rows of values as CSV (RFC 4180), with lines that end in CR LF. */
  export function stringify(
    data: readonly (readonly unknown[])[],
    options?: { headers?: boolean; separator?: string },
  ): string;
}

declare module "@std/html/entities" {
  /** Text that may stand between tags and in quoted attributes. */
  export function escape(str: string): string;

  /** The text that {@link escape} was given. */
  export function unescape(str: string): string;
}

declare module "@std/http/etag" {
  /** Whether none of the tags of an `If-None-Match` is the tag; true where there is no such header. */
  export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;
}

declare module "@std/http/negotiation" {
  /** The media types that a request accepts, the best first. */
  export function accepts(request: Pick<Request, "headers">): string[];
  /** The one of `types` that a request likes best; the first where it says nothing. */
  export function accepts(
    request: Pick<Request, "headers">,
    ...types: string[]
  ): string | undefined;
}

declare module "@std/http/server-sent-event-parse-stream" {
  export interface ParsedServerSentEvent {
    comment?: string;
    event?: string;
    data?: string;
    id?: string;
    retry?: number;
  }

  /** Bytes to server-sent events. */
  export class ServerSentEventParseStream
    extends TransformStream<Uint8Array<ArrayBuffer>, ParsedServerSentEvent> {
    constructor(options?: { ignoreComments?: boolean });
  }
}

declare module "@std/streams/text-line-stream" {
  /** Text in any chunks to lines, without their ends. */
  export class TextLineStream extends TransformStream<string, string> {
    constructor(options?: { allowCR?: boolean });
  }
}

declare module "@std/text/levenshtein-distance" {
  /** How many letters have to be put in, taken out or replaced to get from one text to the other. */
  export function levenshteinDistance(str1: string, str2: string): number;
}
