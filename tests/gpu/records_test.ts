/** Kernel records against the WGSL text that they describe. */
import assert from "node:assert/strict";
import { kernelFolders } from "./kernel_folders.ts";

const FOLDERS = await kernelFolders();
const RECORDS = FOLDERS.flatMap(({ records }) => records);
const FILES = new Map(FOLDERS.flatMap(({ files }) => [...files]));

/** Fields of `struct Params`, name and type, in order; null where the text has no such struct. */
function paramsOf(wgsl: string): [name: string, type: string][] | null {
  const code = wgsl.replaceAll(/\/\/.*/g, "");
  const struct = /struct Params \{(.*?)\}/s.exec(code);
  if (!struct) return null;
  return struct[1]!.split(",").filter((field) => field.trim() !== "").map((field) => {
    const [name, type] = field.split(":");
    return [name!.trim(), type!.trim()];
  });
}

/** WGSL of the uses of a binding. */
const USES: Record<string, string> = {
  "storage, read": "read",
  "storage, read_write": "write",
  "uniform": "uniform",
};

/** Uses of the bindings 1 and up, in order. */
function bindingsOf(wgsl: string): string[] {
  const uses: string[] = [];
  for (const [, index, use] of wgsl.matchAll(/@binding\((\d+)\) var<(.*?)>/g)) {
    if (index !== "0") uses[Number(index) - 1] = USES[use!]!;
  }
  return uses;
}

Deno.test("every WGSL file belongs to a record, and every record to a file of its name", () => {
  assert.ok(RECORDS.length >= 60, `${RECORDS.length} records found`);
  for (const [file, text] of FILES) {
    assert.ok(RECORDS.some(({ code }) => code.includes(text)), `no record has ${file}`);
  }
  for (const { name, code } of RECORDS) {
    // What else leaves statistics, by shared text, may be described twice.
    const file = FILES.get(`${name}.wgsl`) ?? FILES.get(name.replace(/_statistics$/, ".wgsl"));
    assert.ok(code.includes(file ?? "\0"), `${name} has no ${name}.wgsl`);
  }
  const names = RECORDS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)], "names are unique");
});

Deno.test("every struct Params has the names, types and order of its records", () => {
  for (const [file, text] of FILES) {
    const fields = paramsOf(text);
    if (!fields) continue;
    for (const { name, code, params } of RECORDS) {
      if (code.includes(text)) assert.deepEqual(Object.entries(params), fields, `${file}, ${name}`);
    }
  }
});

Deno.test("a record without params has no struct Params, one with params has it once", () => {
  for (const { name, code, params } of RECORDS) {
    const structs = code.match(/struct Params \{/g)?.length ?? 0;
    assert.equal(structs, Object.keys(params).length === 0 ? 0 : 1, name);
    const uniforms = code.match(/@group\(0\) @binding\(0\) var<uniform> params: Params;/g);
    assert.equal(uniforms?.length ?? 0, structs, name);
  }
});

Deno.test("every record has the bindings of its text", () => {
  for (const { name, code, bindings } of RECORDS) {
    assert.deepEqual(bindingsOf(code), [...bindings], name);
  }
});

Deno.test("no kernel binds more than the eight storage buffers that every adapter allows", () => {
  for (const { name, bindings } of RECORDS) assert.ok(bindings.length <= 8, name);
});

Deno.test("WGSL files write vec4f, not vec4<f32>, and say what they bind and launch", () => {
  for (const [file, text] of FILES) {
    assert.doesNotMatch(text, /\b(vec[234]|mat\dx\d)<[fiu]32>/, file);
    if (!text.includes("@compute")) continue;
    assert.match(text, /^\/\/ /, file);
    assert.match(text, /^\/\/.*\bBindings\b/m, file);
    assert.match(text, /^\/\/.*\bGrid: /m, file);
  }
});
