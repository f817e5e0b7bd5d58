/**
 * Listens at a host and a port, connects to itself as a server does that watches whether it accepts, and prints what that showed.
 *
 * @module
 */
import { createServer } from "node:http";
import { acceptorOf } from "../../routes/accepting.ts";

const [host, port] = Deno.args as [string, string];
const server = createServer();
await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
console.log(await acceptorOf(server, 3000).probe().catch((error: Error) => error.message));
server.close();
