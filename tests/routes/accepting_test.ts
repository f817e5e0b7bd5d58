import assert from "node:assert/strict";
import { createServer } from "node:http";
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
  let deaf = 0;
  const options = { milliseconds: 1, say: () => {}, onDeaf: () => void deaf++ };
  const unable = scripted(["unable"]);
  await using _unable = keepAccepting(unable.acceptor, options);
  const silent = scripted(["silent"]);
  await using _silent = keepAccepting(silent.acceptor, options);
  await until(() => deaf === 1);
  assert.deepEqual([silent.seen.repairs, unable.seen.repairs], [3, 0]);
});

Deno.test("acceptorOf() tells a server that accepts from one that does not, and makes it listen again", async () => {
  const server = createServer((_request, response) => void response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const acceptor = acceptorOf(server, 300);
  const { port } = server.address() as { port: number };
  assert.equal(await acceptor.probe(), "accepted");
  await acceptor.listenAgain();
  assert.equal(await acceptor.probe(), "accepted");
  assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), "here");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await acceptor.probe(), "silent");
});
