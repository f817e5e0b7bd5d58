/**
 * Elements of HTML and SVG as text; attributes and labels are escaped.
 *
 * @module
 */

import { escape } from "@std/html/entities";

/** Attributes of an element by name; numbers are rounded to hundredths. */
export type MarkupAttributes = Readonly<Record<string, string | number>>;

/**
 * Writes an element.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { element } from "./markup.ts";
 *
 * assert.equal(
 *   element("rect", { class: "fill", x: 1 / 3 }, element("title", {}, "a bar")),
 *   '<rect class="fill" x="0.33"><title>a bar</title></rect>',
 * );
 * ```
 *
 * @param children markup, not text: text has to go through `escape()` first.
 */
export function element(
  name: string,
  attributes: MarkupAttributes = {},
  ...children: string[]
): string {
  const list = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${escape(typeof value === "number" ? `${Number(value.toFixed(2))}` : value)}"`
  ).join("");
  return name === "img" ? `<img${list}>` : `<${name}${list}>${children.join("")}</${name}>`;
}

/** Writes a line of text in a drawing. */
export function label(text: string, attributes: MarkupAttributes): string {
  return element("text", attributes, escape(text));
}
