/** The command line as users see it: exit codes, and errors of one line. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DRIVER_PACKAGES, installPlan, thisMachine } from "../../lib/cli/driver.ts";
import { type Ended, runAll, ttt, withFolder } from "./support.ts";

Deno.test("main without a command, or with --help, lists the commands", async () => {
  for (const { code, stdout } of await runAll([[], ["--help"]])) {
    assert.equal(code, 0);
    for (
      const name of "serve segment train eval worlds real demo doctor setup compile".split(" ")
    ) {
      assert.match(stdout, new RegExp(`^  ${name} +[A-Z]`, "m"));
    }
  }
});

Deno.test("main COMMAND --help lists options with their defaults", async () => {
  const { code, stdout } = await ttt(["serve", "--help"]);
  assert.equal(code, 0);
  assert.match(stdout, /--port N .*\(default: 8080\)/);
});

Deno.test("segment --help explains the methods, and refuses one that only studies can run", async () => {
  const [help, refused] = await runAll([
    ["segment", "--help"],
    ["segment", "a.ply", "--method", "oracle"],
  ]) as [Ended, Ended];
  assert.match(help.stdout, /^methods:$/m);
  assert.match(help.stdout, /^ {2}tent +\S/m);
  assert.doesNotMatch(help.stdout, /oracle/);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /"oracle": it is one of source, /);
});

Deno.test("main finds files in the folder of its caller, not in that of the task", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "mine.json"), '{ "id": 3 }');
    const { stderr } = await ttt(["train", "mine.json"], { INIT_CWD: folder });
    assert.match(stderr, /Cannot read mine\.json: id is 3/);
  });
});

Deno.test("main exits with 2 for a wrong command line, and names the mistake", async () => {
  const cases: [string[], RegExp][] = [
    [["bogus"], /Unknown command 'bogus': there are serve/],
    [["segment"], /Missing argument SCAN/],
    [["segment", "a.ply", "--stepz", "3"], /--stepz/],
    [["segment", "a.ply", "--steps", "many"], /steps.*"many".*1 to 1000/],
    [["segment", "a.ply", "--method", "ttt-kd"], /no photographs/],
    [["segment", "a.ply", "--images", "."], /--cameras/],
    [["serve", "--port", "99999"], /--port.*0 to 65535/],
    [["eval", "--methods", "magic"], /'magic': there are source, joint, bn/],
    [["demo", "extra"], /Unexpected argument 'extra'/],
    [["doctor", "--kernels", "fast"], /--kernels to 'fast': give auto, hardware, software/],
  ];
  const ended = await runAll(cases.map(([args]) => args));
  for (const [i, { code, stderr }] of ended.entries()) {
    const [, message] = cases[i]!;
    assert.equal(code, 2, stderr);
    const lines = stderr.trimEnd().split("\n");
    assert.match(lines[0]!, message);
    assert.match(lines[1]!, /--help/);
    assert.equal(lines.length, 2, stderr);
  }
});

Deno.test("segment takes --out for a folder by its slash or by any ending that no scan has", async () => {
  await withFolder(async (folder) => {
    // An option of one scan tells a campaign from one scan before any work.
    const segment = (...outs: string[]) =>
      runAll(outs.map((out) => ["segment", folder, "--out", join(folder, out), "--report", "r"]));
    const campaigns = ["answers", "answers.2024", "v1.2.3", "answers.2024/", "answers.las/"];
    for (const [i, { code, stderr }] of (await segment(...campaigns)).entries()) {
      assert.equal(code, 2, campaigns[i]);
      assert.match(stderr, /Cannot use --report with --out .*: that labels all scans below/);
    }
    for (const { stderr } of await segment("labels.txt", "a.LAS", "a.laz", "a.e57")) {
      assert.doesNotMatch(stderr, /that labels all scans/);
    }
  });
});

Deno.test("serve lets the command line come first, also where a variable says the same in another way", async () => {
  await withFolder(async (folder) => {
    const none = join(folder, "none");
    const refused = async (args: string[], env: Record<string, string>) =>
      (await ttt(["serve", "--unconfined", "--data", folder, ...args], env)).stderr;
    const tokenFile = ["--token-file", none];
    for (const env of [{ TTTKD_TOKEN: "" }, { TTTKD_SERVE_WITHOUT_TOKEN: "true" }]) {
      assert.match(await refused(tokenFile, env), /Cannot read --token-file .*none/);
    }
    assert.match(
      await refused([], { TTTKD_TOKEN: "T", TTTKD_SERVE_TOKEN_FILE: none }),
      /--token-file and --token are given; give one \(.*TTTKD_TOKEN sets --token\)/,
    );
    assert.match(
      await refused(["--no-without-token", "--host", "0.0.0.0"], {
        TTTKD_SERVE_WITHOUT_TOKEN: "true",
      }),
      /Cannot listen on 0\.0\.0\.0 without a token/,
    );
    assert.match(await refused([], { TTTKD_SERVE_TOKEN: "T" }), /TTTKD_TOKEN takes its place/);
  });
});

Deno.test("serve names the models that there are, before it confines itself", async () => {
  await withFolder(async (folder) => {
    const cases: [string[], RegExp][] = [
      [["--student", "rooms,street"], /^ttt-kd: Cannot find student street: .* aerial-joint/],
      [["--student", join(folder, "own.safetensors")], /Cannot find student .*own\.safetensors/],
      [["--teacher", "tiny"], /^ttt-kd: Cannot find teacher tiny: .* names /],
      [["--teacher", join(folder, "own.json")], /Cannot find teacher .*own\.json/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await ttt(["serve", "--data", folder, "--port", "0", ...args]);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /read access|serve runs with/);
    }
  });
});

Deno.test("the process of main ends with its exit code", async () => {
  const { code, stdout, stderr } = await ttt(["bogus"]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^ttt-kd: Unknown command 'bogus'.*\ntry ttt-kd --help\n$/);
});

Deno.test("serve ends with the exit code of its confined process, by which supervisors tell a failure", async () => {
  await withFolder(async (folder) => {
    // Only the confined process reads this option.
    const args = ["--data", folder, "--port", "0", "--memory", "1"];
    const { code, stderr } = await ttt(["serve", ...args]);
    assert.match(stderr, /^serve runs with /);
    assert.match(stderr, /^ttt-kd: Cannot set --memory to '1'/m);
    assert.equal(code, 2);
  });
});

Deno.test("main exits with 1 for a wrong file, and names it in one line", async () => {
  await withFolder(async (folder) => {
    const scan = join(folder, "scan.ply");
    const checkpoint = join(folder, "student.safetensors");
    await writeFile(scan, "ply\nformat ascii 1.0\nend_header\n");
    await writeFile(checkpoint, "no checkpoint");
    const cases: [string[], RegExp][] = [
      [["segment", join(folder, "none.ply")], /none\.ply/],
      [["segment", scan], /scan\.ply/],
      [["demo", "--student", checkpoint], /student\.safetensors|checkpoint/],
      [["train", scan], /scan\.ply.*JSON/],
    ];
    const ended = await runAll(cases.map(([args]) => args));
    for (const [i, { code, stderr }] of ended.entries()) {
      const [, message] = cases[i]!;
      assert.equal(code, 1, stderr);
      const lines = stderr.trimEnd().split("\n").filter((line) => line.startsWith("ttt-kd: "));
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0]!, message);
    }
  });
});

Deno.test("doctor names the GPU and both models", async () => {
  const { code, stdout, stderr } = await ttt(["doctor"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ *GPU +\S/m);
  assert.match(stdout, /^ *kernels +(software|hardware-\d+x\d+), self-check passed/m);
  assert.match(stdout, /^ *student +.*13 classes/m);
  assert.match(stdout, /^ *teacher +.*width/m);
});

// The Vulkan loader finds no driver where the list of drivers does not exist.
const NO_DRIVER = { VK_ICD_FILENAMES: "/nonexistent", VK_DRIVER_FILES: "/nonexistent" };

Deno.test("doctor names the command that mends a missing GPU driver", async () => {
  const { code, stdout } = await ttt(["doctor"], NO_DRIVER);
  assert.equal(code, 1);
  assert.match(stdout, /^ *GPU +missing; mend: npx -y deno@[\d.]+ task setup$/m);
});

Deno.test("setup --check installs nothing, and names the command to run", async () => {
  const { code, stderr } = await ttt(["setup", "--check"], NO_DRIVER);
  assert.equal(code, 1);
  assert.match(stderr, /no Vulkan driver answers; run `npx -y deno@[\d.]+ task setup`/);
  assert.equal((await ttt(["setup", "--check"])).code, 0);
});

Deno.test("setup installs the driver with apt-get, and checks again in a new process", async () => {
  await withFolder(async (folder) => {
    const log = join(folder, "log");
    const stubs = {
      "apt-get": `#!/bin/sh\necho "$@" >> ${log}\n`,
      // It is only called without root; `sudo -n true` tells whether it works.
      sudo: '#!/bin/sh\n[ "$1" = -n ] && exit 0\nexec "$@"\n',
    };
    for (const [name, script] of Object.entries(stubs)) {
      await writeFile(join(folder, name), script, { mode: 0o755 });
    }
    const path = `${folder}:${Deno.env.get("PATH")}`;
    const { code, stderr } = await ttt(["setup"], { ...NO_DRIVER, PATH: path });
    // The stub installs nothing, so the new process finds no driver either.
    assert.equal(code, 1);
    if ("obstacle" in installPlan({ ...await thisMachine(), sudo: true })) {
      assert.match(stderr, /none can be installed here/);
      return;
    }
    assert.match(stderr, /Cannot find a GPU.*\n.*Cannot use the driver that was installed/);
    const calls = (await readFile(log, "utf8")).trim().split("\n");
    assert.match(calls[0]!, /^update/);
    assert.match(calls[1]!, new RegExp(`^install .*${DRIVER_PACKAGES.join(" ")}$`));
  });
});
