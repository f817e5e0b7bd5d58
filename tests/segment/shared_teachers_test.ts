import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { SharedTeachers } from "../../lib/segment/shared_teachers.ts";
import type { FeatureTeacher, TeacherCard } from "../../lib/teacher/mod.ts";

/** A teacher that notes when it is loaded and freed. */
function noted(id: string, notes: string[], problem?: Error) {
  const card = { id } as TeacherCard;
  const open = (): Promise<FeatureTeacher> => {
    notes.push(`load ${id}`);
    if (problem) return Promise.reject(problem);
    return Promise.resolve({
      card,
      describeAll: () => Promise.resolve([]),
      destroy: () => Promise.resolve(void notes.push(`free ${id}`)),
    });
  };
  return { card, open };
}

const [device, other] = [{}, {}] as Gpu[];

Deno.test("SharedTeachers loads a teacher once for all who use it, and frees it with the last", async () => {
  const notes: string[] = [];
  const shared = new SharedTeachers();
  const open = (id: string, gpu = device!) => shared.share(noted(id, notes)).open(gpu);
  // The second asks while the first still loads.
  const [first, second] = await Promise.all([open("a"), open("a")]);
  const third = await open("b");
  assert.deepEqual(notes, ["load a", "load b"]);
  await first.destroy();
  await first.destroy();
  assert.deepEqual(await second.describeAll([]), []);
  await third.destroy();
  await second.destroy();
  assert.deepEqual(notes.slice(2), ["free b", "free a"]);
  await (await open("a")).destroy();
  assert.deepEqual(notes.slice(4), ["load a", "free a"]);
});

Deno.test("SharedTeachers loads a teacher anew on another device, and after it failed", async () => {
  const notes: string[] = [];
  const shared = new SharedTeachers();
  const failing = shared.share(noted("a", notes, new Error("no memory")));
  await assert.rejects(failing.open(device!), /no memory/);
  const working = shared.share(noted("a", notes));
  const lost = await working.open(device!);
  const living = await working.open(other!);
  await lost.destroy();
  const again = await working.open(other!);
  assert.deepEqual(notes, ["load a", "load a", "load a", "free a"]);
  await living.destroy();
  assert.equal(notes.length, 4);
  await again.destroy();
  assert.equal(notes.at(-1), "free a");
});
