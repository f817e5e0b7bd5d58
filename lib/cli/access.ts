/**
 * The options that say who may use a server.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { addressSet, isLoopback, isToken, type ServerAccess } from "../serving/access.ts";
import { type CommandOption, UsageError } from "./args.ts";

/** The environment variable that may hold the token. */
export const TOKEN_VARIABLE = "TTTKD_TOKEN";

/** What several options are ways of saying. */
const WHO = "who may use the server";

/** Options that say who may use a server. */
export const ACCESS_OPTIONS = {
  "token-file": {
    type: "string",
    value: "FILE",
    about:
      "file with the bearer tokens that requests under /v1 have to carry, a line for each client",
    otherwise: `the token in ${TOKEN_VARIABLE}, or none is needed`,
    wayOf: WHO,
  },
  token: {
    type: "string",
    value: "TEXT",
    about: "the token itself, which every user of this machine can see; prefer --token-file",
    otherwise: `as --token-file`,
    variable: TOKEN_VARIABLE,
    wayOf: WHO,
  },
  "without-token": {
    type: "boolean",
    about: "let everyone who reaches the address use the server, beyond this machine too",
    wayOf: WHO,
  },
  origin: {
    type: "string",
    value: "URLS",
    about: "where clients reach the server by a name or through a proxy, such as " +
      "https://scans.example.org; several are separated by commas",
    otherwise: "by addresses alone",
  },
  "trust-proxy": {
    type: "string",
    value: "ADDRESSES",
    about: "proxies whose X-Forwarded-For says who the client is: addresses, or networks such as " +
      "10.0.0.0/8, separated by commas",
    otherwise: "none",
  },
} as const satisfies Record<string, CommandOption>;

/** The values of {@link ACCESS_OPTIONS}. */
export interface AccessValues {
  readonly "token-file": string | undefined;
  readonly token: string | undefined;
  readonly "without-token": boolean;
  readonly origin: string | undefined;
  readonly "trust-proxy": string | undefined;
}

/**
 * Reads who may use a server that is to listen on `host`.
 *
 * @param isHidden whether the token comes from {@link TOKEN_VARIABLE}, and not from the command line.
 * @param warn takes what is doubtful about the options.
 * @throws {UsageError} naming the option that is wrong, or where everyone could use the server by mistake.
 */
export async function accessOf(
  values: AccessValues,
  host: string,
  isHidden: boolean,
  warn: (text: string) => void,
): Promise<ServerAccess> {
  const given = Object.entries({
    "--token-file": values["token-file"],
    "--token": values.token,
    "--without-token": values["without-token"] ? "" : undefined,
  }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(" and ");
    throw new UsageError(`Cannot tell ${WHO}: ${names} are given; give one`);
  }
  if (values.token !== undefined && !isHidden) {
    warn(
      `every user of this machine can see --token; put the token into a file and give --token-file, or into ${TOKEN_VARIABLE}`,
    );
  }
  const tokens = values["token-file"] !== undefined
    ? await tokensIn(values["token-file"])
    : tokensOf(values.token === undefined ? [] : [values.token], "--token");
  if (tokens.length === 0 && !values["without-token"] && !isLoopback(host)) {
    throw new UsageError(
      `Cannot listen on ${host} without a token, because everyone who reaches it could use the server: give --token-file, or --without-token if that is wanted`,
    );
  }
  return {
    tokens,
    origins: listOf(values.origin).map(originOf),
    proxies: proxiesOf(listOf(values["trust-proxy"])),
  };
}

/** Reads tokens from a file, one a line. */
async function tokensIn(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new UsageError(`Cannot read --token-file ${path}: ${error.message}`);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length === 0) {
    throw new UsageError(
      `Cannot use --token-file ${path}: it is empty; write a token into it, such as \`openssl rand -hex 32\` prints`,
    );
  }
  return tokensOf(lines, `--token-file ${path}`);
}

/** @throws {UsageError} where no request could carry one of the tokens; the message does not show it. */
function tokensOf(tokens: string[], source: string): string[] {
  if (tokens.every(isToken)) return tokens;
  throw new UsageError(
    `Cannot use the token of ${source}: no request could carry it; use letters, digits and -._~+/ alone, such as \`openssl rand -hex 32\` prints`,
  );
}

function originOf(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new UsageError(
    `Cannot set --origin to '${text}': it is not a scheme, a name and a port as in https://scans.example.org`,
  );
}

function proxiesOf(entries: string[]): string[] {
  try {
    addressSet(entries);
    return entries;
  } catch (error) {
    throw new UsageError(`Cannot set --trust-proxy: ${(error as Error).message}`);
  }
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(",").map((entry) => entry.trim());
}
