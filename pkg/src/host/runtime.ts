/**
 * Carries out what the engine asks for: stores the new life and the jobs first, then acts, then
 * reports what it saw. It decides nothing: whether and when to try again is the engine's.
 */
import type {
  FlowPolicy,
  Outcome,
  SaleOrderHostCommand,
  SaleOrderInput,
} from '../../types/engine.js';
import type { Engine } from '../engine.js';
import { EngineError } from '../error.js';
import { advanceStoredSaleOrder } from '../lives.js';
import type { Clock } from './clock.js';
import { causeCode, sendOnce, type HttpOutcome, type HttpRequest } from './http.js';
import {
  appendEvent,
  closeJob,
  closeWakes,
  ConflictError,
  finishJob,
  insertCustomerOrder,
  insertJob,
  insertNotice,
  insertSaleOrder,
  TakenError,
  updateLife,
  type Job,
  type SaleOrderRow,
  type Statement,
  type Store,
} from './store.js';

export type SendCommand = Extract<SaleOrderHostCommand, { type: 'send' }>;
type NeedToken = Extract<SaleOrderHostCommand, { type: 'need_token' }>;

/** How the system behind one sale order is spoken to. */
export interface Connection {
  policy: FlowPolicy;
  /** The call as a request; where it throws, the call counts as not sent. */
  request(command: SendCommand): HttpRequest;
  /** What came back, in the engine's words; where it throws, an answer counts as cut. */
  read(outcome: HttpOutcome): Outcome;
  /**
   * Fetches a token, another one than `refused`, and returns its generation; `request` finds the
   * token itself by it. Nobody waits for it any more once `signal` aborts. Left out where the
   * system asks for none.
   */
  authorize?(refused: number | undefined, signal: AbortSignal): Promise<number>;
}

/** What the runtime uses from outside. */
export interface RuntimeOptions {
  engine: Pick<Engine, 'advanceSaleOrderJson' | 'openSaleOrder' | 'viewSaleOrder'>;
  store: Store;
  clock: Clock;
  fetch: typeof fetch;
  connect(row: SaleOrderRow): Connection;
  /** How many sale orders are worked on at the same time. */
  concurrency?: number;
  /** How long after its deadline a call counts as lost with its process, and a token as denied. */
  leaseMs?: number;
  /** Told after every stored change. */
  onChange?(saleOrder: string): void;
}

/** A customer's order and the sale orders that it was split into. */
export interface Acceptance {
  customerOrder: { id: string; document: unknown };
  saleOrders: readonly {
    id: string;
    lines: readonly string[];
    document: unknown;
    payload: string;
  }[];
}

export class Runtime {
  readonly #options: Required<Omit<RuntimeOptions, 'onChange'>> & Pick<RuntimeOptions, 'onChange'>;
  readonly #calls = new Map<string, AbortController>();
  readonly #running = new Set<Promise<void>>();
  #wake = new AbortController();

  constructor(options: RuntimeOptions) {
    this.#options = { concurrency: 16, leaseMs: 30_000, ...options };
  }

  /**
   * Stores an order and its sale orders, to be submitted; one that is stored already is left alone.
   *
   * @throws {TakenError} when one of their names belongs to an order that reads otherwise
   */
  accept({ customerOrder, saleOrders }: Acceptance): void {
    const { engine, store, clock } = this.#options;
    const now = clock.now();
    const statements = saleOrders.flatMap(({ id, lines, document, payload }) => {
      const flow = engine.openSaleOrder(id, [...lines]);
      const { state, status } = engine.viewSaleOrder(flow);
      const row: SaleOrderRow = {
        id,
        customerOrder: customerOrder.id,
        document: JSON.stringify(document),
        life: JSON.stringify(flow),
        state,
        status,
        version: 1,
        updatedAt: now,
      };
      const body = JSON.stringify({ type: 'submit', payload } satisfies SaleOrderInput);
      const dedup = `${id}:submit`;
      return [
        insertSaleOrder(row),
        insertJob({ dedup, saleOrder: id, kind: 'submit', body, dueAt: now }),
      ];
    });
    const document = JSON.stringify(customerOrder.document);
    try {
      store.commit([insertCustomerOrder(customerOrder.id, document, now), ...statements]);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const names = [customerOrder, ...saleOrders].map(({ id }) => `\`${id}\``).join(', ');
      throw new TakenError(`expected new names or the stored orders themselves, got ${names}`, {
        cause: error,
      });
    }
    this.#wake.abort();
  }

  /**
   * Tells a sale order something from outside: a cancel, another submission, a person's finding, a
   * webhook.
   */
  tell(saleOrder: string, input: SaleOrderInput): void {
    for (const call of this.#advance(saleOrder, input, () => [])) {
      this.#track(this.#call(saleOrder, call));
    }
    this.#wake.abort();
  }

  /**
   * Works until `signal` aborts or, with `untilIdle`, until no job is left. Calls that are running
   * at the end are waited for, so that their outcome is stored.
   */
  async run({
    signal,
    untilIdle = false,
  }: {
    signal?: AbortSignal;
    untilIdle?: boolean;
  } = {}): Promise<void> {
    const { store, clock, concurrency, leaseMs } = this.#options;
    const stop = () => this.#wake.abort();
    signal?.addEventListener('abort', stop);
    try {
      while (!signal?.aborted) {
        this.#wake = new AbortController();
        const room = concurrency - this.#running.size;
        const due = store.nextDue();
        if (untilIdle && due === undefined && this.#running.size === 0) return;
        if (room > 0 && due !== undefined && due <= clock.now()) {
          for (const job of store.claim(clock.now(), leaseMs, room)) this.#track(this.#work(job));
        }
        // Another process may add jobs, so that an empty queue is looked at again after a while.
        const next = room > 0 ? store.nextDue() : undefined;
        const wait = Math.min((next ?? Infinity) - clock.now(), POLL_MS);
        await Promise.race([clock.sleep(Math.max(wait, 1), this.#wake.signal), ...this.#running]);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      await Promise.allSettled(this.#running);
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #work(job: Job): Promise<void> {
    try {
      const input = await this.#inputOf(job);
      const calls = this.#advance(job.saleOrder, input, (now) => [finishJob(job, now)]);
      await Promise.all(calls.map((call) => this.#call(job.saleOrder, call)));
    } catch (error) {
      // Somebody else took the job over when its lease was over, or made it needless.
      if (error instanceof ConflictError) return;
      if (!(error instanceof EngineError) || !REFUSALS.has(error.code)) throw error;
      this.#refuse(job, error);
    }
  }

  /** Keeps for the record that the order does not take what the job was to tell it. */
  #refuse(job: Job, { code, message }: EngineError): void {
    const now = this.#options.clock.now();
    const event = appendEvent(job.saleOrder, now, 'refused', JSON.stringify({ code, message }));
    this.#options.store.commit([finishJob(job, now), event]);
  }

  async #inputOf(job: Job): Promise<SaleOrderInput> {
    switch (job.kind) {
      case 'submit':
        return JSON.parse(job.body) as SaleOrderInput;
      case 'wake':
        return { type: 'woke' };
      case 'send':
        // Only a call whose process has vanished is handed out: whether it was made is unknown.
        return { type: 'recover' };
      case 'token': {
        const command = JSON.parse(job.body) as NeedToken;
        return this.#authorize(job.saleOrder, command);
      }
    }
  }

  async #authorize(
    saleOrder: string,
    { request_id, refused_generation }: NeedToken,
  ): Promise<SaleOrderInput> {
    const { clock, leaseMs } = this.#options;
    const connection = this.#options.connect(this.#row(saleOrder));
    const over = new AbortController();
    const failed = (message: string): SaleOrderInput => ({
      type: 'token_failed',
      request_id,
      message,
    });
    if (connection.authorize === undefined) return failed('this connection has no tokens');
    try {
      return await Promise.race([
        connection
          .authorize(refused_generation, over.signal)
          .then((generation): SaleOrderInput => ({ type: 'token_ready', request_id, generation })),
        // Afterwards the job would be handed out again, and this one keep its place for ever.
        clock.sleep(leaseMs, over.signal).then(() => failed('no token came in time')),
      ]);
    } catch (error) {
      // An error's own words may quote the request, and with it the secret.
      return failed(causeCode(error));
    } finally {
      over.abort();
    }
  }

  /** Makes a call that is stored as such, at most once, and reports how it ended. */
  async #call(saleOrder: string, command: SendCommand): Promise<void> {
    const { clock, fetch } = this.#options;
    const connection = this.#options.connect(this.#row(saleOrder));
    const key = callKey(saleOrder, command);
    const abort = new AbortController();
    this.#calls.set(key, abort);
    const now = clock.now();
    const deadlineMs = command.deadline_at - now;
    const request = formed(connection, command);
    let outcome: HttpOutcome;
    if ('kind' in request) outcome = request;
    else if (deadlineMs <= 0) outcome = { kind: 'not_sent', reason: 'the deadline had passed' };
    else outcome = await sendOnce(request, { fetch, deadlineMs, signal: abort.signal, now });
    this.#calls.delete(key);
    const calls = this.#report(saleOrder, command, outcome, connection);
    await Promise.all(calls.map((call) => this.#call(saleOrder, call)));
  }

  /** Tells the engine how a call ended, and closes its job. */
  #report(
    saleOrder: string,
    { request_id, attempt }: SendCommand,
    outcome: HttpOutcome,
    connection: Connection,
  ): SendCommand[] {
    const close = (at: number) => [closeJob(callKey(saleOrder, { request_id, attempt }), at)];
    const { reason } = outcome as { reason?: string };
    const tell = (read: Outcome) =>
      this.#advance(saleOrder, { type: 'outcome', request_id, attempt, outcome: read }, close, reason);
    let read: Outcome;
    try {
      read = connection.read(outcome);
    } catch {
      return tell(unread(outcome));
    }
    try {
      return tell(read);
    } catch (error) {
      // What was read is no outcome, such as a document's name with control characters in it.
      if (!(error instanceof EngineError) || error.code === 'internal') throw error;
      return tell(unread(outcome));
    }
  }

  /**
   * Takes one step: the new life, what happened and every job in one transaction. Returns the calls
   * to be made now.
   */
  #advance(
    saleOrder: string,
    input: SaleOrderInput,
    alongside: (now: number) => Statement[],
    reason?: string,
  ): SendCommand[] {
    const { engine, store, clock, connect, onChange } = this.#options;
    for (;;) {
      const row = this.#row(saleOrder);
      // A clock may be set back; for an order, time does not pass in the other direction.
      const now = Math.max(clock.now(), row.updatedAt);
      const { policy } = connect(row);
      const advanced = advanceStoredSaleOrder(engine, row.life, input, now, policy);
      const { life, commands } = advanced;
      const { state, status, wake_at } = advanced.view;
      const event = JSON.stringify({
        from: row.state,
        to: state,
        input: brief(input),
        ...(reason === undefined ? {} : { reason }),
        commands: commands.map(brief),
      });
      const calls = commands.filter((command) => command.type === 'send');
      try {
        store.commit([
          ...alongside(now),
          updateLife(row, { life, state, status, updatedAt: now }),
          appendEvent(saleOrder, now, input.type, event),
          ...commands.flatMap((command) => this.#store(row, command, now)),
          // A wake that nobody waits for would do no harm, but keep the runtime from being idle.
          ...(wake_at === undefined ? [closeWakes(saleOrder, now)] : []),
        ]);
      } catch (error) {
        // Another process changed the order meanwhile: the step is taken anew from what it wrote.
        const moved = this.#row(saleOrder).version !== row.version;
        if (error instanceof ConflictError && moved) continue;
        throw error;
      }
      for (const command of commands) {
        if (command.type === 'abort') this.#calls.get(callKey(saleOrder, command))?.abort();
      }
      onChange?.(saleOrder);
      return calls;
    }
  }

  /** What is written for a command, so that it is not forgotten. */
  #store(row: SaleOrderRow, command: SaleOrderHostCommand, now: number): Statement[] {
    const saleOrder = row.id;
    const body = JSON.stringify(command);
    switch (command.type) {
      case 'send': {
        const dueAt = Math.max(command.deadline_at, now) + this.#options.leaseMs;
        const dedup = callKey(saleOrder, command);
        return [insertJob({ dedup, saleOrder, kind: 'send', body, dueAt, held: true })];
      }
      case 'wake': {
        const dedup = `${saleOrder}:wake:${row.version}`;
        return [
          closeWakes(saleOrder, now),
          insertJob({ dedup, saleOrder, kind: 'wake', body, dueAt: command.at }),
        ];
      }
      case 'need_token': {
        const dedup = `${saleOrder}:token:${command.request_id}:${row.version}`;
        return [insertJob({ dedup, saleOrder, kind: 'token', body, dueAt: now })];
      }
      case 'notify': {
        const notice = { saleOrder, at: now, name: command.notice, detail: command.detail };
        return [insertNotice(command.key, notice)];
      }
      case 'abort':
        // The engine has given the call up. Were its job left until its lease is over, the recovery
        // would give up whatever call of this order is running by then.
        return [closeJob(callKey(saleOrder, command), now)];
      case 'audit': // The event of this step holds it.
      case 'parent': // The parent's status is recomputed whenever it is read.
        return [];
    }
  }

  #row(saleOrder: string): SaleOrderRow {
    const row = this.#options.store.saleOrder(saleOrder);
    if (row === undefined) throw new RangeError(`no sale order \`${saleOrder}\` is stored`);
    return row;
  }
}

/** How long an empty queue is left alone. */
const POLL_MS = 1000;

/** What an order answers to what it does not take; any other error is a mistake of the caller's. */
const REFUSALS: ReadonlySet<string> = new Set([
  'attempt_unknown',
  'documents_incomplete',
  'invalid_transition',
  'payload_frozen',
  'payload_missing',
  'payload_unchanged',
  'request_unknown',
]);

/** The request, or what becomes of a call that cannot be written as one. */
function formed(connection: Connection, command: SendCommand): HttpRequest | HttpOutcome {
  try {
    return connection.request(command);
  } catch (error) {
    return { kind: 'not_sent', reason: causeCode(error) };
  }
}

/** What is known where an answer cannot be read: that there was one, and its status. */
function unread(outcome: HttpOutcome): Outcome {
  return outcome.kind === 'answer' || outcome.kind === 'body_cut'
    ? { type: 'body_cut', status: outcome.status }
    : { type: outcome.kind };
}

function callKey(saleOrder: string, call: { request_id: number; attempt: number }): string {
  return `${saleOrder}:call:${call.request_id}:${call.attempt}`;
}

/** A command or an input for the record, without the bytes of the order. */
function brief(value: SaleOrderInput | SaleOrderHostCommand): object {
  const { payload: _, ...rest } = value as { payload?: string };
  return rest;
}
