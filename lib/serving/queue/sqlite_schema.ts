/**
 * The schema of the database of jobs, and its versions.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
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

/** In version 1 one column numbered starts and attempts. The folders of results keep its numbers. */
const MIGRATION_FROM_1 = `
  ALTER TABLE jobs RENAME COLUMN turn TO startNumber;
  ALTER TABLE jobs ADD COLUMN attempt INTEGER;
  UPDATE jobs SET attempt = startNumber;
  PRAGMA user_version = ${VERSION};
`;

/**
 * Makes the tables of a new database, or brings those of an older version up to date.
 *
 * @param folder where the database is, for the error.
 * @throws {QueuePlaceError} where a later version of the program made the database.
 */
export function prepareSchema(database: DatabaseSync, folder: string): void {
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
