/**
 * A server that adapts a session to scan after scan until it is killed: `FOLDER SESSION`. Prints the number of scans
 * after each.
 *
 * @module
 */
import { SessionStore } from "../../../lib/serving/sessions/store.ts";
import { learn } from "./support.ts";

const [folder, id] = Deno.args;
const store = await SessionStore.open(folder!);
while (true) {
  const { scans } = await learn(store, id!);
  await Deno.stdout.write(new TextEncoder().encode(`${scans}\n`));
}
