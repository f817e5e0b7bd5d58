/**
 * The database of jobs as a file: how it is opened, the schema and its versions, and what may be wrong with it.
 *
 * @module
 */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { QueuePlaceError } from "./queue.ts";

/** SQLite's `user_version` of the schema below. */
const VERSION = 2;

const SCHEMA = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    state TEXT NOT NULL,
    scan TEXT NOT NULL,
    method TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Numbers the attempts of this job, released ones included, which the column attempts does not count.
    attempt INTEGER,
    -- Numbers the starts of all jobs: the client whose last start has the lowest number is next.
    startNumber INTEGER,
    worker TEXT,
    leaseUntil INTEGER,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    finishedAt INTEGER,
    progress TEXT,
    problem TEXT
  ) STRICT;
  CREATE INDEX jobsByState ON jobs (state, client);
  CREATE INDEX jobsByClient ON jobs (client, startNumber);
  PRAGMA user_version = ${VERSION};
`;

/**
 * Version 1 had the same columns in the same order, except that one column numbered both starts and attempts. The
 * folders of results are named by its numbers, so attempts keep them.
 */
const MIGRATION_FROM_1 = `
  ALTER TABLE jobs RENAME TO jobsOfVersion1;
  DROP INDEX jobsByState;
  DROP INDEX jobsByClient;
  ${SCHEMA}
  INSERT INTO jobs (
    number, id, client, state, scan, method, attempts, attempt, worker, leaseUntil,
    createdAt, startedAt, finishedAt, progress, problem
  ) SELECT * FROM jobsOfVersion1;
  UPDATE jobs SET startNumber = attempt;
  DROP TABLE jobsOfVersion1;
`;

/** Opens the database, and makes its tables. */
export function openDatabase(path: string, folder: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      // FULL syncs each commit, so that an accepted job survives a power failure.
      "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    );
    prepareSchema(database, folder);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Tells which file a path leads to at present; null where there is none. */
export function inodeOf(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

/** Reads the database as another program would. @returns what is wrong with it; null for nothing. */
export function damageOf(path: string): string | null {
  let found: string;
  try {
    // By SQLite alone: to open and close the file in another way would end the locks of this process on it.
    using database = new DatabaseSync(path, { readOnly: true });
    found = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {}).join();
  } catch (error) {
    found = (error as Error).message;
  }
  if (found === "ok") return null;
  return `Cannot take jobs: their database jobs.sqlite is damaged (${found}); stop the server, move the file away, and start it again: its jobs are found by their folders`;
}

/** Says what to do where a folder cannot be opened. */
export function placeErrorOf(error: unknown, folder: string, path: string): unknown {
  if (error instanceof QueuePlaceError || !(error instanceof Error)) return error;
  const isDamaged = /not a database|malformed/.test(error.message);
  const mend = isDamaged
    ? "move the file away (with its -wal and -shm), and start again: its jobs are found by their folders"
    : "make room and give the right to write there, or give --data another folder";
  const place = isDamaged ? path : folder;
  return new QueuePlaceError(`Cannot keep jobs in ${place}: ${error.message}; ${mend}`, {
    cause: error,
  });
}

/**
 * Makes the tables of a new database, or brings those of an older version up to date.
 *
 * @param folder where the database is, for the error.
 * @throws {QueuePlaceError} where a later version of the program made the database.
 */
function prepareSchema(database: DatabaseSync, folder: string): void {
  // IMMEDIATE: two processes that start together must not both change the tables.
  database.exec("BEGIN IMMEDIATE");
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
    user_version: number;
  };
  if (version === 0) database.exec(SCHEMA);
  if (version === 1) database.exec(MIGRATION_FROM_1);
  database.exec("COMMIT");
  if (version <= VERSION) return;
  throw new QueuePlaceError(
    `Cannot use the jobs in ${folder}: they are of version ${version}, this program knows ${VERSION}; update the program, or give --data another folder`,
  );
}
