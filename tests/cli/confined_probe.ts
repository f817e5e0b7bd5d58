/**
 * Tries what a confined server may and may not do, in a process with its permissions, and prints what was allowed.
 *
 * @module
 */
import { connect } from "node:net";

const [allowed, data, secret, port, otherPort] = Deno.args as [
  string,
  string,
  string,
  string,
  string,
];

const attempts: Record<string, () => unknown> = {
  readModels: () => Deno.readDir(allowed)[Symbol.asyncIterator]().next(),
  writeData: () => Deno.writeTextFile(`${data}/probe`, "x"),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close(),
  readSecret: () => Deno.readTextFile(secret),
  readThroughLink: async () => {
    await Deno.symlink(secret, `${data}/link`);
    return await Deno.readTextFile(`${data}/link`);
  },
  writeSecret: () => Deno.writeTextFile(secret, "x"),
  connectElsewhere: async () =>
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(otherPort) })).close(),
  connectAsNode: () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(otherPort), "127.0.0.1");
      socket.on("error", reject);
      socket.on("connect", () => {
        socket.destroy();
        resolve();
      });
    }),
  fetchElsewhere: async () => await (await fetch(`http://127.0.0.1:${otherPort}/`)).body?.cancel(),
  runProgram: () => new Deno.Command("true").output(),
  readEnvironment: () => Deno.env.get("PATH"),
  importFile: () => import(`file://${secret}`),
  importPackage: () => import(`npm:${"left"}-pad@1.3.0`),
};

const done: string[] = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    done.push(name);
  } catch {
    // It is not allowed.
  }
}
console.log(JSON.stringify(done));
