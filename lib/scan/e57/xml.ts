/**
 * The XML of an E57 file as a tree of its elements.
 *
 * @module
 */
import { SaxesParser } from "saxes";
import { ScanError } from "../errors.ts";

/** An element. */
export interface E57Node {
  /** Its name, with the prefix of an extension. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: E57Node[];
  text: string;
}

/** The most elements that a file may have: each becomes an object. */
const MOST_ELEMENTS = 1e6;
const MOST_DEPTH = 64;

/**
 * Parses the XML. Entities beside those of XML itself are an error.
 *
 * @param offset byte of the file at which it begins
 * @throws {ScanError} where it is malformed
 */
export function parseE57Xml(xml: Uint8Array, offset: number, file: string): E57Node {
  const refuse = (problem: string): never => {
    throw new ScanError({
      file,
      problem: `its XML is wrong: ${problem}`,
      mend: "write the file again",
      offset,
      field: "XML",
    });
  };
  const top: E57Node = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  let elements = 0;
  const parser = new SaxesParser();
  parser.on("error", ({ message }) => refuse(message.slice(0, 200)));
  parser.on("opentag", ({ name, attributes }) => {
    if (++elements > MOST_ELEMENTS) refuse(`it has more than ${MOST_ELEMENTS} elements`);
    if (open.length > MOST_DEPTH) refuse(`its elements are nested more than ${MOST_DEPTH} deep`);
    const node = { name, attributes, children: [], text: "" };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on("closetag", () => void open.pop());
  const take = (text: string) => void (open.at(-1)!.text += text);
  parser.on("text", take);
  parser.on("cdata", take);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(xml);
  } catch {
    return refuse("it is no UTF-8");
  }
  parser.write(text).close();
  const root = top.children[0];
  if (root?.name !== "e57Root") return refuse("it has no element e57Root");
  return root;
}

/** The child of a name. */
export function childOf(node: E57Node | undefined, name: string): E57Node | undefined {
  return node?.children.find((child) => child.name === name);
}

/** The number in a child; elements without text are 0, as the standard has it. */
export function numberOf(node: E57Node | undefined, name: string, otherwise: number): number {
  const child = childOf(node, name);
  return child ? Number(child.text.trim() || "0") : otherwise;
}
