/**
 * Watches whether a server still accepts connections. When a process has no file descriptor left, the loop of Deno
 * (2.9.6) that accepts them ends for good, without a word, and the server would be deaf although all else works.
 *
 * @module
 */
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { ownAddress } from "../lib/serving/access.ts";

/** What a connection of the server to itself shows: `unable` is one that cannot be made now, perhaps later. */
export type Probe = "accepted" | "silent" | "unable";

/** What is watched. */
export interface Acceptor {
  /** Tries a connection. @throws {Error} where the process may not make any. */
  probe(): Promise<Probe>;
  /** Listens anew at the same address. */
  listenAgain(): Promise<void>;
}

/** How a server is watched. */
export interface AcceptingOptions {
  milliseconds?: number;
  /** Takes a line when the server is found deaf, and when it hears again. */
  say?: (line: string) => void;
  /** Called once, with the reason, when listening anew does not help, or nothing would ever be noticed. */
  onDeaf?: (reason: string) => void;
}

const MILLISECONDS = 5000;
/** A busy thread may miss one probe. */
const SILENT_PROBES = 2;
/** How often to listen anew before it is given up. */
const MOST_REPAIRS = 3;
/** The codes of a connection that nobody listens for; others are troubles of the one who connects. */
const SILENT_CODES: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ECONNRESET"]);

/** Watches until disposed of: listens anew where nothing is accepted. */
export function keepAccepting(
  acceptor: Acceptor,
  { milliseconds = MILLISECONDS, say = (line) => console.error(line), onDeaf = () => {} }:
    AcceptingOptions = {},
): AsyncDisposable {
  let silent = 0;
  let repairs = 0;
  let looking: Promise<void> | null = null;
  const giveUp = (reason: string) => {
    clearInterval(timer);
    onDeaf(reason);
  };
  const look = async () => {
    const probe = await acceptor.probe().catch((error: Error) => giveUp(error.message));
    if (probe === undefined || probe === "unable") return;
    if (probe === "accepted") {
      if (repairs > 0) say("the server accepts connections again");
      silent = repairs = 0;
      return;
    }
    if (++silent < SILENT_PROBES) return;
    silent = 0;
    if (repairs++ === MOST_REPAIRS) {
      return giveUp("it accepts no connections any more, and listening anew does not help");
    }
    say(
      "the server accepted no connections, perhaps for want of file descriptors (`ulimit -n`); it listens anew",
    );
    await acceptor.listenAgain().catch((error) => say(`it cannot listen: ${error.message}`));
  };
  const timer = setInterval(() => looking ??= look().finally(() => looking = null), milliseconds);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** Returns the acceptor of a server that listens. @param milliseconds for which a probe waits. */
export function acceptorOf(server: Server, milliseconds: number = MILLISECONDS): Acceptor {
  const { address, port } = server.address() as AddressInfo;
  const host = ownAddress(address);
  return {
    probe: () => probe(server, host, port, milliseconds),
    async listenAgain() {
      // Connections that are open go on.
      server.close();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, address, () => {
          server.off("error", reject);
          resolve();
        });
      });
    },
  };
}

/** Connects, and waits until the server has the connection. @throws {Error} where the process may not connect. */
async function probe(
  server: Server,
  host: string,
  port: number,
  milliseconds: number,
): Promise<Probe> {
  const { promise, resolve, reject } = Promise.withResolvers<Probe>();
  /** The ports from which connections came. */
  const heard = new Set<number | undefined>();
  const socket = connect({ host, port });
  const check = () => heard.has(socket.localPort) && resolve("accepted");
  const onConnection = ({ remotePort }: Socket) => {
    heard.add(remotePort);
    check();
  };
  server.on("connection", onConnection);
  socket.once("connect", check);
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (error instanceof Deno.errors.NotCapable) {
      reject(
        new Error(
          `it may not connect to itself at ${host} port ${port}, and would not notice if it accepted no connections any more; allow that by --allow-net`,
        ),
      );
    }
    resolve(SILENT_CODES.has(error.code) ? "silent" : "unable");
  });
  const timer = setTimeout(() => resolve("silent"), milliseconds);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    server.off("connection", onConnection);
    socket.destroy();
  }
}
