/**
 * What the host remembers: a transactional outbox in one SQLite database.
 *
 * The engine's new life, the events behind it and the jobs it asks for are written in one
 * transaction, before anything is sent. A process killed between any two steps therefore loses
 * nothing: a job whose worker vanished is handed out again when its lease is over.
 */
import { DURABLE, openDatabase, type Cell, type Database } from './sqlite.js';

/** One SQL statement and, where it matters, how many rows it must change. */
export interface Statement {
  sql: string;
  cells: Cell[];
  changes?: number;
}

/** Another process changed a row first; nothing of the batch was written. */
export class ConflictError extends Error {
  readonly code = 'store_conflict';
  override readonly name = 'ConflictError';
}

/** An order comes under the name of another one; nothing was written. */
export class TakenError extends Error {
  readonly code = 'store_taken';
  override readonly name = 'TakenError';
}

/** A database written by another version of the store. */
export class SchemaError extends Error {
  readonly code = 'store_schema';
  override readonly name = 'SchemaError';
}

/**
 * What a job asks the host to do for one sale order: submit it, wake its flow, fetch a token, or
 * make a call. A call is handed out only when the process that made it has vanished.
 */
export type JobKind = 'submit' | 'wake' | 'token' | 'send';

/** A job that this process holds until its lease is over. */
export interface Job {
  id: number;
  saleOrder: string;
  kind: JobKind;
  body: string;
  /** How often it was handed out, this time included. */
  attempts: number;
  leaseToken: number;
}

/** A job to be written; a second one with the same `dedup` is left out. */
export interface NewJob {
  dedup: string;
  saleOrder: string;
  kind: JobKind;
  body: string;
  /** When it is handed out; for a job that its writer does at once, when it counts as lost. */
  dueAt: number;
  /** Whether its writer does it at once, so that handing it out is the second attempt. */
  held?: boolean;
}

/** A sale order as it is stored; `document` and `life` are the engine's values as JSON. */
export interface SaleOrderRow {
  id: string;
  customerOrder: string;
  document: string;
  life: string;
  state: string;
  status: string;
  /** Grows by one with every change; a writer names the one it read. */
  version: number;
  updatedAt: number;
}

/** What a person was told about a sale order. */
export interface NoticeRow {
  saleOrder: string;
  at: number;
  name: string;
  detail: string;
}

/** What happened to a sale order, in the order of `seq`. */
export interface EventRow {
  seq: number;
  at: number;
  name: string;
  body: string;
}

const SCHEMA_VERSION = 1;

const SCHEMA = `
  create table if not exists schema_version (version bigint not null);
  create table if not exists customer_order (
    id text primary key, document text not null, created_at bigint not null
  );
  create table if not exists sale_order (
    id text primary key, customer_order text not null references customer_order (id),
    document text not null, life text not null, state text not null, status text not null,
    version bigint not null, updated_at bigint not null
  );
  create table if not exists event (
    sale_order text not null references sale_order (id), seq bigint not null,
    at bigint not null, name text not null, body text not null,
    primary key (sale_order, seq)
  );
  create table if not exists notice (
    dedup text primary key, sale_order text not null references sale_order (id),
    at bigint not null, name text not null, detail text not null
  );
  create table if not exists job (
    id integer primary key, dedup text not null unique,
    sale_order text not null references sale_order (id), kind text not null, body text not null,
    due_at bigint not null, attempts bigint not null, lease_token bigint not null default 0,
    done_at bigint
  );
  create index if not exists job_due on job (due_at) where done_at is null;
`;

export class Store {
  readonly #database: Database;
  /** Every statement is compiled once: their texts are constants. */
  readonly #compiled = new Map<string, ReturnType<Database['prepare']>>();

  private constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Opens a database; a new or empty one is filled with our tables. `:memory:` keeps it in memory
   * alone.
   *
   * @throws {SchemaError} when somebody else or another version of the store wrote it; it is left
   * as it was
   */
  static open(path: string): Store {
    const database = openDatabase(path);
    const store = new Store(database);
    try {
      store.#checkOwner();
      database.exec(DURABLE);
      database.exec(`begin immediate; ${SCHEMA} commit;`);
      const sql = `insert into schema_version (version) select ?
        where not exists (select 1 from schema_version)`;
      store.commit([{ sql, cells: [SCHEMA_VERSION] }]);
    } catch (error) {
      database.close();
      throw error;
    }
    return store;
  }

  /**
   * Writes all statements or none. It is one synchronous call, so that no other query of this
   * process can slip into the transaction.
   *
   * @throws {ConflictError} when a statement changed another number of rows than it must
   */
  commit(statements: readonly Statement[]): void {
    this.#database.exec('begin immediate');
    try {
      for (const { sql, cells, changes } of statements) {
        const changed = Number(this.#prepare(sql).run(...cells).changes);
        if (changes !== undefined && changed !== changes) {
          throw new ConflictError(`expected ${changes} changed rows, got ${changed}`);
        }
      }
      this.#database.exec('commit');
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  query<Row>(sql: string, ...cells: Cell[]): Row[] {
    return this.#prepare(sql).all(...cells) as Row[];
  }

  /**
   * Hands out up to `limit` jobs that are due, the longest due first, until `now + leaseMs`. Each
   * carries a token that the next holder of the job does not share.
   */
  claim(now: number, leaseMs: number, limit: number): Job[] {
    const sql = `
      update job set attempts = attempts + 1, due_at = ?, lease_token = lease_token + 1
      where id in (
        select id from job where done_at is null and due_at <= ? order by due_at, id limit ?
      )
      returning id, sale_order as saleOrder, kind, body, attempts, lease_token as leaseToken`;
    return this.query<Job>(sql, now + leaseMs, now, limit).sort((a, b) => a.id - b.id);
  }

  /** When the next job is due or its lease ends; nothing where no job is open. */
  nextDue(): number | undefined {
    const sql = 'select min(due_at) as due from job where done_at is null';
    return this.query<{ due: number | null }>(sql)[0]?.due ?? undefined;
  }

  saleOrder(id: string): SaleOrderRow | undefined {
    return this.query<SaleOrderRow>(`${SELECT_SALE_ORDER} where id = ?`, id)[0];
  }

  saleOrders(): SaleOrderRow[] {
    return this.query<SaleOrderRow>(`${SELECT_SALE_ORDER} order by id`);
  }

  events(saleOrder: string): EventRow[] {
    const sql = 'select seq, at, name, body from event where sale_order = ? order by seq';
    return this.query<EventRow>(sql, saleOrder);
  }

  notices(): NoticeRow[] {
    const sql = 'select sale_order as saleOrder, at, name, detail from notice order by at, dedup';
    return this.query<NoticeRow>(sql);
  }

  close(): void {
    this.#database.close();
  }

  /** Whether the database is empty or ours; nothing is written to find out. */
  #checkOwner(): void {
    const tables = this.query<{ name: string }>(
      "select name from sqlite_master where type = 'table'",
    );
    if (tables.length === 0) return;
    const ours = tables.some(({ name }) => name === 'schema_version');
    const [row] = ours ? this.query<{ version: number }>('select version from schema_version') : [];
    // The version is written last, so that it is missing while another process creates the tables.
    if (row?.version === SCHEMA_VERSION || (ours && row === undefined)) return;
    const got = ours
      ? `version ${row?.version}`
      : `the tables ${tables.map(({ name }) => name).join(', ')}`;
    throw new SchemaError(`expected our tables of version ${SCHEMA_VERSION}, got ${got}`);
  }

  #prepare(sql: string): ReturnType<Database['prepare']> {
    let statement = this.#compiled.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#compiled.set(sql, statement);
    }
    return statement;
  }

  #rollBack(): void {
    try {
      this.#database.exec('rollback');
    } catch {
      // SQLite has rolled back by itself already, as it does when the disk is full; the caller
      // learns the first error, not this one.
    }
  }
}

const SELECT_SALE_ORDER = `
  select id, customer_order as customerOrder, document, life, state, status, version,
    updated_at as updatedAt
  from sale_order`;

/** Stores a customer order, once; a conflict where another one has its name. */
export function insertCustomerOrder(id: string, document: string, now: number): Statement {
  const sql = `insert into customer_order (id, document, created_at) values (?, ?, ?)
    on conflict (id) do update set id = excluded.id where document = excluded.document`;
  return { sql, cells: [id, document, now], changes: 1 };
}

/** Stores a new sale order, once; a conflict where another one has its name. */
export function insertSaleOrder(row: SaleOrderRow): Statement {
  const sql = `insert into sale_order
      (id, customer_order, document, life, state, status, version, updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set id = excluded.id
      where customer_order = excluded.customer_order and document = excluded.document`;
  const { id, customerOrder, document, life, state, status, version, updatedAt } = row;
  const cells = [id, customerOrder, document, life, state, status, version, updatedAt];
  return { sql, cells, changes: 1 };
}

/** Stores a sale order's next life, unless somebody else changed it since `row` was read. */
export function updateLife(
  row: SaleOrderRow,
  next: Pick<SaleOrderRow, 'life' | 'state' | 'status' | 'updatedAt'>,
): Statement {
  const sql = `update sale_order set life = ?, state = ?, status = ?, updated_at = ?,
    version = version + 1 where id = ? and version = ?`;
  const cells = [next.life, next.state, next.status, next.updatedAt, row.id, row.version];
  return { sql, cells, changes: 1 };
}

/** Appends to what happened to a sale order. */
export function appendEvent(saleOrder: string, at: number, name: string, body: string): Statement {
  const sql = `insert into event (sale_order, seq, at, name, body)
    select ?, coalesce(max(seq), 0) + 1, ?, ?, ? from event where sale_order = ?`;
  return { sql, cells: [saleOrder, at, name, body, saleOrder], changes: 1 };
}

/** Stores what a person is told, once for each `dedup`. */
export function insertNotice(dedup: string, notice: NoticeRow): Statement {
  const sql = `insert into notice (dedup, sale_order, at, name, detail) values (?, ?, ?, ?, ?)
    on conflict (dedup) do nothing`;
  return { sql, cells: [dedup, notice.saleOrder, notice.at, notice.name, notice.detail] };
}

/** Stores a job, unless one with its `dedup` was ever stored. */
export function insertJob({ dedup, saleOrder, kind, body, dueAt, held }: NewJob): Statement {
  const sql = `insert into job (dedup, sale_order, kind, body, due_at, attempts)
    values (?, ?, ?, ?, ?, ?) on conflict (dedup) do nothing`;
  return { sql, cells: [dedup, saleOrder, kind, body, dueAt, held ? 1 : 0] };
}

/** Closes a job that this process holds; a conflict where somebody else holds or closed it. */
export function finishJob(job: Job, now: number): Statement {
  const sql = 'update job set done_at = ? where id = ? and lease_token = ? and done_at is null';
  return { sql, cells: [now, job.id, job.leaseToken], changes: 1 };
}

/** Closes a job, whoever holds it, if it is still open. */
export function closeJob(dedup: string, now: number): Statement {
  return {
    sql: 'update job set done_at = ? where dedup = ? and done_at is null',
    cells: [now, dedup],
  };
}

/** Closes what was to wake a sale order. */
export function closeWakes(saleOrder: string, now: number): Statement {
  const sql = `update job set done_at = ?
    where sale_order = ? and kind = 'wake' and done_at is null`;
  return { sql, cells: [now, saleOrder] };
}
