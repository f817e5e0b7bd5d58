import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KeptAges } from "../../../lib/serving/files/clock.ts";
import { TestClock, withFolder } from "../queue/support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("KeptAges leaves out what the clock was set ahead, also after a restart", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    const ages = new KeptAges(folder, clock);
    await ages.look();
    const made = clock.wall();
    clock.time += MINUTE;
    assert.equal(await ages.look(), 0);
    clock.time += MINUTE / 2;
    const justBefore = clock.wall();
    clock.time += MINUTE / 2;
    clock.ahead += 26 * HOUR;
    assert.equal(await ages.look(), 26 * HOUR);
    assert.deepEqual([ages.since(made), ages.since(justBefore)], [2 * MINUTE, MINUTE / 2]);
    const later = clock.wall();
    clock.time += MINUTE;
    assert.equal(await ages.look(), 0);
    assert.deepEqual([ages.since(made), ages.since(later)], [3 * MINUTE, MINUTE]);

    const restarted = new KeptAges(folder, clock);
    await restarted.look();
    assert.deepEqual([restarted.since(made), restarted.since(later)], [3 * MINUTE, MINUTE]);

    clock.ahead = 0;
    await restarted.look();
    assert.equal(restarted.since(made), 3 * MINUTE, "the clock was set right again");
    const again = new KeptAges(folder, clock);
    await again.look();
    assert.equal(again.since(made), 3 * MINUTE);
    const after = clock.wall();
    clock.time += MINUTE;
    assert.equal(restarted.since(after), MINUTE);
  });
});

Deno.test("KeptAges counts no hours in which no server ran, and a jump that two servers see once", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    const first = new KeptAges(folder, clock);
    await first.look();
    clock.time += MINUTE / 2;
    const made = clock.wall();
    clock.time += 100 * HOUR;
    const next = new KeptAges(folder, clock);
    await next.look();
    assert.ok(next.since(made) < MINUTE);
    clock.time += MINUTE;

    const other = new KeptAges(folder, clock);
    for (const ages of [next, other]) await ages.look();
    const jumped = clock.wall();
    clock.time += MINUTE;
    clock.ahead += 50 * HOUR;
    for (const ages of [next, other]) await ages.look();
    for (const ages of [next, other]) assert.equal(ages.since(jumped), MINUTE);
  });
});

Deno.test("KeptAges is right again where the clock was set right while no server ran", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    await new KeptAges(folder, clock).look();
    const made = clock.wall();
    const first = new KeptAges(folder, clock);
    await first.look();
    clock.ahead = 26 * HOUR;
    await first.look();
    clock.ahead = 0;
    const next = new KeptAges(folder, clock);
    await next.look();
    clock.time += MINUTE;
    assert.equal(next.since(made), MINUTE);
  });
});

Deno.test("KeptAges goes on without its file where that is damaged", async () => {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    await writeFile(join(folder, "clock.json"), "{");
    const ages = new KeptAges(folder, clock);
    await ages.look();
    assert.equal(ages.since(clock.wall() - HOUR), HOUR);
  });
});
