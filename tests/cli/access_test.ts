/** The options that say who may use a server. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessOf, type AccessValues } from "../../lib/cli/access.ts";
import { UsageError } from "../../lib/cli/args.ts";

const NONE: AccessValues = {
  "token-file": undefined,
  token: undefined,
  "without-token": false,
  origin: undefined,
  "trust-proxy": undefined,
};

/** What the options give, and the warnings. */
async function read(values: Partial<AccessValues>, host = "127.0.0.1", isHidden = false) {
  const warnings: string[] = [];
  const access = await accessOf({ ...NONE, ...values }, host, isHidden, (text) => {
    warnings.push(text);
  });
  return { ...access, warnings };
}

Deno.test("accessOf() asks for a token beyond this machine, unless told that none is wanted", async () => {
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "gpu.example", "127.evil.example"]) {
    await assert.rejects(read({}, host), { name: "UsageError", message: /--without-token/ });
    assert.deepEqual((await read({ "without-token": true }, host)).tokens, []);
    assert.deepEqual((await read({ token: "T" }, host)).tokens, ["T"]);
  }
  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    assert.deepEqual((await read({}, host)).tokens, []);
  }
});

Deno.test("accessOf() reads tokens from a file, and warns of one that everybody sees", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-"));
  try {
    const path = join(folder, "tokens");
    await writeFile(path, "first\r\n\n  second==\n");
    const { tokens, warnings } = await read({ "token-file": path });
    assert.deepEqual([tokens, warnings], [["first", "second=="], []]);
    assert.match((await read({ token: "T" })).warnings.join(), /--token-file/);
    assert.deepEqual((await read({ token: "T" }, "127.0.0.1", true)).warnings, []);
    await writeFile(path, "\n");
    await assert.rejects(read({ "token-file": path }), /it is empty/);
    await writeFile(path, "good\nno good\n");
    await assert.rejects(read({ "token-file": path }), /no request could carry it/);
    await assert.rejects(read({ "token-file": join(folder, "none") }), /--token-file .*none/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("accessOf() refuses tokens that no request could carry, without showing them", async () => {
  for (const token of ["", " ", "two words", "schlüssel", "a\nb", "=a", "tab\t"]) {
    await assert.rejects(read({ token }), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.ok(token.trim() === "" || !error.message.includes(token));
      return true;
    });
  }
});

Deno.test("accessOf() takes one source of tokens", async () => {
  await assert.rejects(read({ token: "T", "token-file": "t" }), /--token-file and --token are/);
  await assert.rejects(read({ "without-token": true, token: "T" }), /--without-token/);
});

Deno.test("accessOf() reads origins and proxies, and names what is neither", async () => {
  const { origins, proxies } = await read({
    origin: "https://Scans.example.org:443, http://gpu:8080/",
    "trust-proxy": "10.0.0.0/8,::1",
  });
  assert.deepEqual(origins, ["https://scans.example.org", "http://gpu:8080"]);
  assert.deepEqual(proxies, ["10.0.0.0/8", "::1"]);
  for (const origin of ["scans.example.org", "https://a/path", "ftp://a", "*", ""]) {
    await assert.rejects(read({ origin }), /Cannot set --origin/);
  }
  for (const proxy of ["proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", ""]) {
    await assert.rejects(read({ "trust-proxy": proxy }), /Cannot set --trust-proxy/);
  }
});
