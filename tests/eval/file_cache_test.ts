import assert from "node:assert/strict";
import { contentKey, FileCache } from "../../lib/eval/cache/file_cache.ts";
import { withFolder } from "../commands/support.ts";

const KILOBYTE = new Uint8Array(1000);

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("contentKey() tells parts apart", () => {
  assert.notEqual(contentKey("ab", "c"), contentKey("a", "bc"));
  assert.notEqual(contentKey("a"), contentKey("a", ""));
  assert.equal(contentKey("a", KILOBYTE), contentKey("a", new Uint8Array(1000)));
  assert.match(contentKey("a"), /^[0-9a-f]{40}$/);
});

Deno.test("FileCache gives back what it was given, and null for the rest", async () => {
  await withFolder(async (folder) => {
    const cache = new FileCache(`${folder}/deep/down`, 1e6);
    assert.equal(await cache.get("a"), null);
    await cache.put("a", Uint8Array.of(1, 2));
    await cache.put("a", Uint8Array.of(3));
    assert.deepEqual(await cache.get("a"), Uint8Array.of(3));
    assert.deepEqual(await namesIn(`${folder}/deep/down`), ["a"], "nothing unfinished is left");
  });
});

Deno.test("FileCache lets go of what was not used for longest", async () => {
  await withFolder(async (folder) => {
    const cache = new FileCache(folder, 3000);
    for (const [age, key] of ["a", "b", "c"].entries()) {
      await cache.put(key, KILOBYTE);
      const used = new Date(2020, 0, 1 + age);
      await Deno.utime(cache.path(key), used, used);
    }
    await cache.get("a");
    await cache.put("d", KILOBYTE);
    assert.deepEqual(await namesIn(folder), ["a", "c", "d"]);
  });
});

Deno.test("FileCache keeps the newest entry, even one larger than the limit", async () => {
  await withFolder(async (folder) => {
    const cache = new FileCache(folder, 1500);
    await cache.put("a", KILOBYTE);
    await cache.put("b", new Uint8Array(5000));
    assert.deepEqual(await namesIn(folder), ["b"]);
  });
});
