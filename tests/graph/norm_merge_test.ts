/** The kernel that merges batch statistics must not take memory at every dispatch. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./norm_merge_growth.ts", import.meta.url));
const MIB = 2 ** 20;
/** Where lavapipe could unroll the loops, it kept 45 MiB and more of compiled variants. */
const MOST_GROWTH = 16 * MIB;

Deno.test("norm_merge is not compiled again at every dispatch", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const growth: Record<string, number> = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(Object.keys(growth), ["200", "600"]);
  for (const [rows, grown] of Object.entries(growth)) {
    assert.ok(grown < MOST_GROWTH, `${rows} rows: ${Math.round(grown / MIB)} MiB more`);
  }
});
