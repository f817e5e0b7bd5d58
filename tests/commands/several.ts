/**
 * Runs the program once for each command line of the JSON in its first argument. What a run writes ends with a record
 * separator on both streams, before which stdout has the exit code.
 */
import { run } from "../../main.ts";
import { END } from "./support.ts";

const commandLines: string[][] = JSON.parse(Deno.args[0]!);
for (const args of commandLines) {
  const code = await run(args);
  console.log(code + END);
  console.error(END);
}
Deno.exit();
