/** Sessions on the disk: changes are atomic, whatever else works on the folder. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DamagedFileError } from "../../../lib/serving/files/durable.ts";
import {
  SessionConflictError,
  SessionGoneError,
  sessionOptions,
  SessionsFullError,
} from "../../../lib/serving/sessions/session.ts";
import { SessionStore } from "../../../lib/serving/sessions/store.ts";
import { TestClock, withFolder } from "../queue/support.ts";
import { learn, scansLearned } from "./support.ts";

const HOUR = 3600_000;
const LIMITS = { sessions: 3, sessionsOfClient: 3, keepHours: 24 };
const CONFIG = { client: "me", student: "rooms", teacher: "parts", options: { steps: 1 } };
const { signal } = new AbortController();

/** Gives `body` a store in a temporary folder. */
async function withStore(
  body: (store: SessionStore, clock: TestClock, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const clock = new TestClock();
    await body(await SessionStore.open(folder, LIMITS, clock), clock, folder);
  });
}

Deno.test("SessionStore.change() keeps the newest state, and removes older ones", async () => {
  await withStore(async (store, clock, folder) => {
    const begun = await store.begin(CONFIG);
    assert.deepEqual(begun, {
      id: begun.id,
      ...CONFIG,
      createdAt: clock.time,
      lastUsedAt: clock.time,
      scans: 0,
      drift: null,
      generation: 0,
      learned: null,
    });
    clock.time += 5;
    for (let scan = 1; scan <= 3; scan++) {
      const kept = await learn(store, begun.id);
      assert.deepEqual(kept, await store.get(begun.id));
      assert.deepEqual([kept.scans, kept.lastUsedAt, kept.createdAt], [
        scan,
        clock.time,
        begun.createdAt,
      ]);
      assert.equal(await scansLearned(store, begun.id), scan);
    }
    const path = join(folder, "sessions", begun.id);
    assert.deepEqual((await readdir(path)).sort(), ["session.json", "state-3"]);
    assert.deepEqual(await readdir(join(folder, "sessions")), [begun.id]);
    await store.change(
      begun.id,
      signal,
      (_, keep) => keep({ learned: null, scans: 0, drift: null }),
    );
    assert.equal((await store.get(begun.id)).learned, null);
    assert.equal(await store.openWeights(begun.id), null);
  });
});

Deno.test("SessionStore.change() leaves the session as it was where the work throws", async () => {
  await withStore(async (store, _, folder) => {
    const { id } = await store.begin(CONFIG);
    const before = await learn(store, id);
    await assert.rejects(
      learn(store, id, () => Promise.reject(new Error("on purpose"))),
      /on purpose/,
    );
    assert.deepEqual(await store.get(id), before);
    assert.equal(await scansLearned(store, id), 1);
    assert.deepEqual(await readdir(join(folder, "sessions")), [id]);
  });
});

Deno.test("SessionStore.change() makes one change after the other, in the order of the calls", async () => {
  await withStore(async (store) => {
    const { id } = await store.begin(CONFIG);
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3].map((i) =>
      learn(store, id, () => {
        order.push(i);
        return Promise.resolve();
      })
    ));
    assert.deepEqual(order, [0, 1, 2, 3]);
    assert.equal(await scansLearned(store, id), 4);
  });
});

Deno.test("SessionStore.change() stops waiting when its signal is aborted", async () => {
  await withStore(async (store) => {
    const { id } = await store.begin(CONFIG);
    const held = Promise.withResolvers<void>();
    const first = learn(store, id, () => held.promise);
    const control = new AbortController();
    const second = store.change(id, control.signal, () => assert.fail("the change must not run"));
    control.abort(new Error("left"));
    await assert.rejects(second, /left/);
    held.resolve();
    assert.equal((await first).scans, 1);
  });
});

Deno.test("SessionStore.change() loses no change that another server has made meanwhile", async () => {
  await withStore(async (store, _, folder) => {
    const other = await SessionStore.open(folder, LIMITS);
    const { id } = await store.begin(CONFIG);
    for (const changes of [1, 2, 3]) {
      const before = await scansLearned(store, id);
      await assert.rejects(
        learn(store, id, async () => {
          for (let i = 0; i < changes; i++) await learn(other, id);
        }),
        SessionConflictError,
      );
      assert.equal(await scansLearned(store, id), before + changes);
    }
    await learn(store, id);
    assert.equal(await scansLearned(other, id), 7);
    await assert.rejects(
      learn(store, id, async () => {
        await learn(other, id);
        throw new Error("a file is gone");
      }),
      SessionConflictError,
      "the conflict is the reason of the failure",
    );
  });
});

Deno.test("SessionStore.remove() ends the changes of this server at once, and those of others when they are done", async () => {
  await withStore(async (store, _, folder) => {
    const other = await SessionStore.open(folder, LIMITS);
    const { id } = await store.begin(CONFIG);
    await learn(store, id);
    const far = learn(other, id, () => store.remove(id));
    await assert.rejects(far, SessionGoneError);
    const { id: next } = await store.begin(CONFIG);
    const near = store.change(next, signal, async (_session, _keep, stop) => {
      await store.remove(next);
      stop.throwIfAborted();
    });
    await assert.rejects(near, SessionGoneError);
    for (const gone of [id, next]) {
      await assert.rejects(store.get(gone), SessionGoneError);
      await assert.rejects(store.remove(gone), SessionGoneError);
      await assert.rejects(store.openWeights(gone), SessionGoneError);
      await assert.rejects(learn(store, gone), SessionGoneError);
    }
    assert.deepEqual(await readdir(join(folder, "sessions")), []);
  });
});

Deno.test("SessionStore finds no session by a path that leads elsewhere", async () => {
  await withStore(async (store) => {
    const { id } = await store.begin(CONFIG);
    for (const name of ["..", ".", "", `../sessions/${id}`, `${id}/state-0`, id.toUpperCase()]) {
      if (name === id) continue;
      await assert.rejects(store.get(name), SessionGoneError);
      await assert.rejects(store.remove(name), SessionGoneError);
    }
  });
});

Deno.test("SessionStore.begin() keeps to the limit, however many sessions begin at once", async () => {
  await withStore(async (store) => {
    const begun = await Promise.allSettled([1, 2, 3, 4, 5].map(() => store.begin(CONFIG)));
    const refused = begun.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    assert.equal(refused.length, 2);
    for (const { reason } of refused) assert.ok(reason instanceof SessionsFullError);
    assert.equal(await store.count(), LIMITS.sessions);
  });
});

Deno.test("SessionStore.sweep() removes unused sessions, and keeps those at work", async () => {
  await withStore(async (store, clock) => {
    const [unused, used, working] = [
      (await store.begin(CONFIG)).id,
      (await store.begin(CONFIG)).id,
      (await store.begin(CONFIG)).id,
    ];
    clock.time += 23 * HOUR;
    await learn(store, used);
    await store.sweep();
    assert.equal(await store.count(), 3);
    clock.time += 2 * HOUR;
    await learn(store, working, () => store.sweep());
    assert.equal(await store.count(), 2);
    await assert.rejects(store.get(unused), SessionGoneError);
    clock.time += 25 * HOUR;
    await store.sweep();
    assert.equal(await store.count(), 0);
  });
});

Deno.test("SessionStore.sweep() removes what a killed server left, and no folder in use", async () => {
  await withFolder(async (folder) => {
    const store = await SessionStore.open(folder, LIMITS);
    const left = join(folder, "sessions", "work-killed");
    await mkdir(join(left, "learned-0"), { recursive: true });
    const file = join(left, "scan");
    await writeFile(file, "half a scan");
    await store.sweep();
    assert.equal(await readFile(file, "utf8"), "half a scan", "another server may be using it");
    await using work = await store.workFolder();
    const old = new Date(Date.now() - 2 * HOUR);
    for (const path of [file, join(left, "learned-0"), left, work.path]) {
      await utimes(path, old, old);
    }
    await store.sweep();
    assert.deepEqual(await readdir(join(folder, "sessions")), [work.path.split("/").at(-1)]);
  });
});

Deno.test("SessionStore takes the newest state where a killed server has left an older one", async () => {
  await withStore(async (store, _, folder) => {
    const { id } = await store.begin(CONFIG);
    await learn(store, id);
    const path = join(folder, "sessions", id);
    await mkdir(join(path, "state-0"));
    await writeFile(
      join(path, "state-0", "record.json"),
      '{"scans":0,"lastUsedAt":0,"drift":null}',
    );
    assert.equal(await scansLearned(store, id), 1);
    await learn(store, id);
    assert.deepEqual((await readdir(path)).sort(), ["session.json", "state-2"]);
  });
});

Deno.test("a server that is killed at any moment leaves its session whole", async () => {
  const program = new URL("./learning_process.ts", import.meta.url).pathname;
  await withFolder(async (folder) => {
    const store = await SessionStore.open(folder, LIMITS);
    const { id } = await store.begin(CONFIG);
    let reached = 0;
    for (let kill = 0; kill < 4; kill++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", program, folder, id],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      // It prints the number of scans. Its last line may be lost, but no change that it has printed.
      let printed = 0;
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      for (let chunks = 0; chunks < 3 + 4 * kill; chunks++) {
        const { value = "" } = await reader.read();
        printed = Number(value.trim().split("\n").at(-1));
      }
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const { scans } = await store.get(id);
      assert.ok(scans >= printed && printed > reached, `${reached} ${printed} ${scans}`);
      assert.equal(await scansLearned(store, id), scans);
      reached = scans;
    }
    await learn(store, id);
    assert.equal(await scansLearned(store, id), reached + 1);
  });
});

Deno.test("sessionOptions() fills in the defaults of the method, and accepts its own result", () => {
  const options = sessionOptions({ anchor: 0.1 });
  assert.equal(options.method, "ttt-kd-online");
  assert.equal(options.anchor, 0.1);
  assert.deepEqual(sessionOptions(options), options);
});

Deno.test("SessionStore lives with a damaged session: others work, it can be removed, and it expires", async () => {
  await withFolder(async (folder) => {
    const store = await SessionStore.open(folder, LIMITS);
    const [removed, expired, other] = [
      (await store.begin(CONFIG)).id,
      (await store.begin(CONFIG)).id,
      (await store.begin(CONFIG)).id,
    ];
    await writeFile(join(folder, "sessions", removed, "session.json"), "");
    const damaged = join(folder, "sessions", expired);
    await rm(join(damaged, "state-0"), { recursive: true });
    for (const id of [removed, expired]) await assert.rejects(store.get(id), DamagedFileError);
    await store.remove(removed);
    await assert.rejects(store.remove(removed), SessionGoneError);
    assert.equal((await learn(store, other)).scans, 1);
    await store.sweep();
    assert.equal(await store.count(), 2);
    const longAgo = new Date(Date.now() - 25 * HOUR);
    for (const path of [join(damaged, "session.json"), damaged]) {
      await utimes(path, longAgo, longAgo);
    }
    await store.sweep();
    assert.equal(await store.count(), 1);
  });
});
