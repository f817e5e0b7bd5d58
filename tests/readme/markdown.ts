/**
 * The README files of the project, and the parts of them that tests look at.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { ROOT } from "../architecture/imports.ts";

/** A fenced block. */
export interface Block {
  /** Path of its file, relative to the repository. */
  file: string;
  /** Line of the fence, counted from 1. */
  line: number;
  /** First word behind the fence, such as `sh`. */
  language: string;
  /** Further words, such as `no-run`. */
  flags: readonly string[];
  text: string;
}

/** A link to a place in the repository. */
export interface Link {
  file: string;
  line: number;
  /** Path of the target, relative to the repository. */
  target: string;
  /** Heading in the target, as GitHub names it; null where the link has none. */
  anchor: string | null;
}

/** Paths of all README files, relative to the repository. */
export function readmeFiles(): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
      if (name.startsWith(".") || name === "out" || name === "node_modules") continue;
      if (isDirectory) walk(join(folder, name));
      else if (name === "README.md") found.push(join(folder, name));
    }
  };
  walk("");
  return found.sort();
}

/** Text of a file of the repository. */
export function textOf(file: string): string {
  return Deno.readTextFileSync(join(ROOT, file));
}

/** The fenced blocks of a file. */
export function blocksOf(file: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; lines: string[] } | null = null;
  textOf(file).split("\n").forEach((line, index) => {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) return open?.lines.push(line);
    if (!open) {
      open = { line: index + 1, info: fence[1]!, lines: [] };
      return;
    }
    const [language = "", ...flags] = open.info.trim().split(/\s+/);
    blocks.push({ file, line: open.line, language, flags, text: open.lines.join("\n") });
    open = null;
  });
  return blocks;
}

/** A file without its fenced blocks: lines of blocks are empty. */
export function proseOf(file: string): string {
  let inside = false;
  return textOf(file).split("\n").map((line) => {
    const isFence = line.startsWith("```");
    if (isFence) inside = !inside;
    return inside || isFence ? "" : line;
  }).join("\n");
}

/** Links and pictures of a file that point into the repository. */
export function linksOf(file: string): Link[] {
  const links: Link[] = [];
  proseOf(file).split("\n").forEach((line, index) => {
    for (const [, href] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(href!)) continue;
      const [path, anchor = null] = href!.split("#") as [string, string?];
      const target = path === "" ? file : relative(ROOT, join(ROOT, dirname(file), path));
      links.push({ file, line: index + 1, target, anchor });
    }
  });
  return links;
}

/** Names that GitHub gives to the headings of a file. */
export function anchorsOf(file: string): string[] {
  return [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

/** The commands of a shell block: comments go, lines that end with `\` are joined, pipelines and lists are split. */
export function commandsOf(text: string): string[][] {
  return text
    .replaceAll(/\\\n\s*/g, " ")
    .split(/\n|&&|\||;(?=\s)/)
    .map((line) => words(line))
    .filter((command) => command.length > 0);
}

/** Words of a command, without quotes, comments, redirections, assignments before it and a final `&`. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [word] of line.matchAll(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g)) {
    if (word.startsWith("#")) break;
    if (/^(\d?>|<|&$)/.test(word)) continue;
    if (found.length === 0 && /^\w+=/.test(word)) continue;
    found.push(word.replaceAll(/["']/g, ""));
  }
  return found;
}
