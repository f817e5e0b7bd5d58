import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { permissionsOf } from "../../lib/cli/confine.ts";
import { type Acceptor, acceptorOf, keepAccepting, type Probe } from "../../routes/accepting.ts";
import { until } from "../serving/queue/support.ts";

/** An acceptor that gives probes in their order, the last one again and again. */
function scripted(probes: Probe[]) {
  const seen = { repairs: 0 };
  const acceptor: Acceptor = {
    probe: () => Promise.resolve(probes.length > 1 ? probes.shift()! : probes[0]!),
    listenAgain: () => Promise.resolve(void seen.repairs++),
  };
  return { acceptor, seen };
}

Deno.test("keepAccepting() listens anew after two silent probes, and says so", async () => {
  const { acceptor, seen } = scripted(["silent", "accepted", "silent", "silent", "accepted"]);
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  await using _watch = keepAccepting(acceptor, { milliseconds: 1, say });
  await until(() => said.length === 2);
  assert.equal(seen.repairs, 1);
  assert.match(said.join("\n"), /ulimit -n.*listens anew\n.*accepts connections again$/);
});

Deno.test("keepAccepting() gives up once listening anew does not help, and does nothing without descriptors", async () => {
  const reasons: string[] = [];
  const onDeaf = (reason: string) => void reasons.push(reason);
  const options = { milliseconds: 1, say: () => {}, onDeaf };
  const unable = scripted(["unable"]);
  await using _unable = keepAccepting(unable.acceptor, options);
  const silent = scripted(["silent"]);
  await using _silent = keepAccepting(silent.acceptor, options);
  await until(() => reasons.length === 1);
  assert.match(reasons[0]!, /listening anew does not help/);
  assert.deepEqual([silent.seen.repairs, unable.seen.repairs], [3, 0]);
});

Deno.test("acceptorOf() tells a server that accepts from one that does not, and makes it listen again", async () => {
  const server = createServer((_request, response) => void response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const acceptor = acceptorOf(server, 300);
  const { port } = server.address() as { port: number };
  assert.equal(await acceptor.probe(), "accepted");
  // Another process may have the port for a moment, as that from which it connects to somewhere.
  await until(() => acceptor.listenAgain().then(() => true, () => false));
  assert.equal(await acceptor.probe(), "accepted");
  assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), "here");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await acceptor.probe(), "silent");
});

Deno.test("keepAccepting() says at once that it may not connect, and looks no further", async () => {
  const reasons: string[] = [];
  const acceptor: Acceptor = {
    probe: () => Promise.reject(new Error("it may not connect to itself")),
    listenAgain: () => Promise.reject(new Error("nobody knows that it is deaf")),
  };
  const onDeaf = (reason: string) => void reasons.push(reason);
  await using _watch = keepAccepting(acceptor, { milliseconds: 1, onDeaf });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(reasons, ["it may not connect to itself"]);
});

/** Listens at a host in a process with some permissions, and tells what its connection to itself showed. */
async function probeItself(host: string, port: number, permissions: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--cached-only", ...permissions]
      .concat(fileURLToPath(new URL("probe_itself.ts", import.meta.url)), host, `${port}`),
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

Deno.test("a confined server may connect to itself, at whatever address it listens", async () => {
  const hosts = ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "127.0.0.1", "::1", "localhost"];
  for (const host of hosts) {
    const port = await freePort();
    const server = { host, port, data: ".ttt-kd", models: [], files: [] };
    assert.equal(await probeItself(host, port, permissionsOf(server)), "accepted", host);
  }
  const port = await freePort();
  assert.match(
    await probeItself("0.0.0.0", port, [`--allow-net=0.0.0.0:${port}`]),
    /^it may not connect to itself at 127\.0\.0\.1 port \d+, .* allow that by --allow-net$/,
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "::", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
