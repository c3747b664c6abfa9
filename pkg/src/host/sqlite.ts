import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** What a cell may hold: whole numbers, texts and nothing, the same in every SQL database. */
export type Cell = string | number | null;

/** The part of the `node:sqlite` interface that the store uses. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...cells: Cell[]): { changes: number | bigint };
    all(...cells: Cell[]): unknown[];
  };
  close(): void;
}

type Driver = { DatabaseSync: new (path: string) => Database };

/** The name under which SQLite keeps a database in memory alone. */
export const IN_MEMORY = ':memory:';

/** Opens a database; a new file is readable by its owner alone. */
export function openDatabase(path: string): Database {
  if (path !== IN_MEMORY) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite itself would create the file readable by everyone; its side files take over the mode.
    closeSync(openSync(path, 'a', 0o600));
  }
  const database = new (driver().DatabaseSync)(path);
  database.exec('pragma busy_timeout = 5000');
  return database;
}

/** A committed transaction outlives a killed process: write-ahead log, one `fsync` a commit. */
export const DURABLE = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma trusted_schema = off;
`;

/** SQLite as Node brings it from 22.13 on, else as the package of the same interface brings it. */
function driver(): Driver {
  const require = createRequire(import.meta.url);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const builtIn = major > 22 || (major === 22 && minor >= 13);
  return require(builtIn ? 'node:sqlite' : '@photostructure/sqlite') as Driver;
}
