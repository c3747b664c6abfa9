/**
 * An order system to try the host against: a real HTTP server on the loopback interface, with the
 * contract and the quirks of the Cenabast interface as they were recorded in 2024, and faults.
 *
 * Its books ({@link ErpSimulator.books}) are the truth against which a run is judged.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultFor, type Fault, type FaultPlan, type Flavour, type Operation } from './faults.js';

/** What a simulated order system is told at its start. */
export interface ErpSimulatorOptions {
  flavour: Flavour;
  faults: FaultPlan;
  /** How long after the request a late answer comes; longer than the caller waits. */
  answerLateMs: number;
  /** How long after the request a late commit happens; longer than the caller waits. */
  commitLateMs: number;
}

/** An order as the simulated system holds it. */
export interface ErpDocument {
  id: number;
  reference: string;
  materials: string[];
  live: boolean;
}

/** What the simulated system knows about one reference: its documents and what went wrong. */
export interface ErpBook {
  reference: string;
  documents: ErpDocument[];
  requests: Record<Operation, number>;
  faults: Fault[];
}

/** An order line as it is sent. Material codes are texts here, whole numbers in the recordings. */
interface Line {
  CodigoOcChilecompra: string;
  CodigoMaterial: string;
}

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** The largest request that is read. */
const MAX_BODY_BYTES = 1 << 20;

export class ErpSimulator {
  readonly url: string;
  readonly #server: Server;
  readonly #options: ErpSimulatorOptions;
  readonly #documents = new Map<number, ErpDocument>();
  readonly #books = new Map<string, ErpBook>();
  readonly #answered = new Map<string, { body: string; reply: Reply }>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #nextId = 55_005_002;

  private constructor(server: Server, options: ErpSimulatorOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      // A request that its sender aborted while we read it has nobody to answer to.
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** Starts a server on a free port of the loopback interface. */
  static async start(options: ErpSimulatorOptions): Promise<ErpSimulator> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new ErpSimulator(server, options);
  }

  /** Stops at once; commits that were still to come do not happen. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What it holds about every reference it was ever asked about, in the order of the first request. */
  books(): ErpBook[] {
    return [...this.#books.values()];
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const body = await readBody(request);
    const cancelled = /^\/pedido\/CancelarPedido\/(\d+)$/.exec(url.pathname)?.[1];
    if (request.method === 'POST' && url.pathname === '/pedido') {
      this.#create(body, request.headers['idempotency-key'], response);
    } else if (request.method === 'PATCH' && cancelled !== undefined) {
      this.#cancel(Number(cancelled), response);
    } else if (request.method === 'GET' && url.pathname === '/pedido' && this.#offersLookup()) {
      this.#lookup(url.searchParams.get('reference') ?? '', response);
    } else {
      send(response, refusal(404, 404, ''));
    }
  }

  #offersLookup(): boolean {
    return this.#options.flavour === 'lookup';
  }

  #create(body: string, key: string | string[] | undefined, response: ServerResponse): void {
    const lines = readLines(body);
    if (lines === undefined) return send(response, invalidOrder());
    const reference = lines[0]?.CodigoOcChilecompra ?? '';
    const commit = (): Reply => {
      if (this.#options.flavour !== 'deduplicates' || typeof key !== 'string') {
        return this.#enter(reference, lines);
      }
      const before = this.#answered.get(key);
      if (before === undefined) {
        const reply = this.#enter(reference, lines);
        this.#answered.set(key, { body, reply });
        return reply;
      }
      return before.body === body
        ? { ...before.reply, headers: { 'idempotent-replayed': 'true' } }
        : refusal(422, 422, 'idempotency key used with another body');
    };
    this.#act('create', reference, response, commit);
  }

  /** Enters the order and answers with one entry a line, all of them naming its one document. */
  #enter(reference: string, lines: Line[]): Reply {
    const materials = lines.map((line) => line.CodigoMaterial);
    const document = { id: this.#nextId++, reference, materials, live: true };
    this.#documents.set(document.id, document);
    this.#book(reference).documents.push(document);
    return accepted(this.#entries(document));
  }

  /** The number's name changed between two recordings, so both names are spoken. */
  #entries({ id, materials }: ErpDocument): object[] {
    const name = this.#options.flavour === 'lookup' ? 'pedidoVentaId' : 'pedidoVentaSapId';
    return materials.map((zcen) => ({ fechaCreacion: '2024-04-10T16:26:51', zcen, [name]: id }));
  }

  #cancel(id: number, response: ServerResponse): void {
    const document = this.#documents.get(id);
    if (document === undefined) {
      return send(response, refusal(404, 400, 'Ha ocurrido un error al anular el pedido'));
    }
    this.#act('cancel', document.reference, response, () => {
      document.live = false;
      return accepted(true);
    });
  }

  #lookup(reference: string, response: ServerResponse): void {
    this.#act('lookup', reference, response, () => {
      const live = this.#book(reference).documents.filter((document) => document.live);
      return accepted(live.flatMap((document) => this.#entries(document)));
    });
  }

  /** Carries out `commit` and answers, or does what goes wrong with this request instead. */
  #act(
    operation: Operation,
    reference: string,
    response: ServerResponse,
    commit: () => Reply,
  ): void {
    const book = this.#book(reference);
    const nth = ++book.requests[operation];
    const fault = faultFor(this.#options.faults, operation, reference, nth);
    if (fault !== undefined) book.faults.push(fault);
    switch (fault) {
      case undefined:
        return send(response, commit());
      case 'drop_before_commit':
        return drop(response);
      case 'drop_after_commit':
        commit();
        return drop(response);
      case 'cut_after_commit':
        return sendHalf(response, commit());
      case 'answer_late': {
        const reply = commit();
        return this.#later(this.#options.answerLateMs, () => send(response, reply));
      }
      case 'commit_late':
        return this.#later(this.#options.commitLateMs, () => send(response, commit()));
      case 'unavailable_before_commit':
        return send(response, unavailable());
      case 'unavailable_after_commit':
        commit();
        return send(response, unavailable());
      case 'throttled':
        return send(response, { ...refusal(429, 429, ''), headers: { 'retry-after': '1' } });
      case 'success_without_id':
        commit();
        return send(response, accepted([]));
      case 'business_false':
        return send(response, refusal(200, 400, 'Material sin contrato vigente'));
    }
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #book(reference: string): ErpBook {
    let book = this.#books.get(reference);
    if (book === undefined) {
      const requests = { create: 0, cancel: 0, lookup: 0 };
      book = { reference, documents: [], requests, faults: [] };
      this.#books.set(reference, book);
    }
    return book;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The order's lines, or nothing where the body is no order. */
function readLines(body: string): Line[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const lines = (parsed as { DetalleProductos?: unknown } | null)?.DetalleProductos;
  if (!Array.isArray(lines) || lines.length === 0) return undefined;
  const complete = lines.every(
    (line: Partial<Line> | null) =>
      typeof line?.CodigoOcChilecompra === 'string' && typeof line.CodigoMaterial === 'string',
  );
  return complete ? (lines as Line[]) : undefined;
}

function accepted(content: unknown): Reply {
  return { status: 200, body: JSON.stringify({ code: 200, isSuccessStatusCode: true, content }) };
}

/** A refusal whose HTTP status and inner code may differ, as recorded. */
function refusal(status: number, code: number, content: string): Reply {
  return { status, body: JSON.stringify({ code, isSuccessStatusCode: false, content }) };
}

function unavailable(): Reply {
  return refusal(503, 503, 'Se ha producido un error en el servidor. Vuelva a intentarlo.');
}

/** A validation error comes as a problem document, without the envelope. */
function invalidOrder(): Reply {
  const errors = { DetalleProductos: ['The DetalleProductos field is required.'] };
  const title = 'One or more validation errors occurred.';
  const body = JSON.stringify({ title, status: 400, errors });
  return { status: 400, body, headers: { 'content-type': 'application/problem+json' } };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(reply.body);
}

/** Announces the whole answer, sends half of it and hangs up. */
function sendHalf(response: ServerResponse, reply: Reply): void {
  const length = Buffer.byteLength(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': length,
  });
  response.write(reply.body.slice(0, Math.floor(reply.body.length / 2)), () => drop(response));
}

function drop(response: ServerResponse): void {
  response.socket?.destroy();
}
