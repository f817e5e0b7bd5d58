/**
 * A server that teaches a session scan after scan until it is killed: `FOLDER SESSION`. Says after each how many
 * there were.
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
