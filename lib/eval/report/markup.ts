/**
 * Elements of HTML and SVG as text, with everything escaped that comes from outside.
 *
 * @module
 */

import { escape } from "@std/html/entities";

/** Attributes by name; numbers are rounded to hundredths. */
export type MarkupAttributes = Readonly<Record<string, string | number>>;

/**
 * One element.
 *
 * @param children markup, not text: text goes through `escape()` first.
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

/** A line of text in a drawing. */
export function label(text: string, attributes: MarkupAttributes): string {
  return element("text", attributes, escape(text));
}
