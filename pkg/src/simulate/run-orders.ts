/** Sends every order of the sample company to simulated order systems that fail on purpose. */
import type {
  Capabilities,
  CustomerOrder,
  FlowPolicy,
  SaleOrder,
  SaleOrderState,
} from '../../types/engine.js';
import {
  cancelRequest,
  createRequest,
  erpPayload,
  lookupRequest,
  readOutcome,
} from '../connect/erp.js';
import type { Engine } from '../engine.js';
import { systemClock } from '../host/clock.js';
import { Runtime, type Connection, type SendCommand } from '../host/runtime.js';
import type { EventRow, NoticeRow, SaleOrderRow, Store } from '../host/store.js';
import { ErpSimulator, type ErpBook } from './erp.js';
import type { FaultPlan, Flavour } from './faults.js';
import { compareWithBooks, type Proof } from './proof.js';
import type { Company } from './sample.js';

export interface OrderRun {
  customerOrders: number;
  rows: SaleOrderRow[];
  /** What happened to each sale order. */
  events: Map<string, EventRow[]>;
  books: ErpBook[];
  notices: NoticeRow[];
  /** Parts of discounts that no line of their order could take. */
  unapplied: string[];
  /** The customer order that was cancelled on its way. */
  cancelled: string;
  proof: Proof;
  elapsedMs: number;
}

/** How long a call may take, and how much later than that a simulated system may still act. */
const DEADLINE_MS = 400;
const ANSWER_LATE_MS = 550;
const COMMIT_LATE_MS = 480;
/**
 * When this is over after the deadline, nothing of the request may happen any more. On a busy
 * machine a request may reach its system late, and its late commit counts from there.
 */
const SETTLE_MS = 1200;
/** Few enough at the same time that a busy machine still answers itself before the deadline. */
const CONCURRENCY = 8;

/** A demonstration cannot wait minutes: the same decisions as ever, at short intervals. */
const PATIENCE: Partial<FlowPolicy> = {
  attempt_deadline_ms: DEADLINE_MS,
  backoff_base_ms: 40,
  backoff_cap_ms: 400,
  retry_after_cap_ms: 1000,
  total_deadline_ms: 15_000,
};

const CAPABILITIES: Record<Flavour, Capabilities> = {
  deduplicates: { deduplicates_by_key: { retention_ms: 3_600_000 } },
  lookup: { lookup_by_reference: { settle_window_ms: SETTLE_MS } },
  none: {},
};

export interface OrderRunOptions {
  engine: Engine;
  store: Store;
  company: Company;
  orders: readonly CustomerOrder[];
  faults: FaultPlan;
  onProgress(settled: number, all: number): void;
}

export async function runOrders(options: OrderRunOptions): Promise<OrderRun> {
  const { engine, store, orders, faults } = options;
  const started = systemClock.now();
  const systems = await startSystems(faults);
  try {
    const flavourOf = vendorFlavours(options.company);
    const connect = (row: SaleOrderRow): Connection => {
      const order = JSON.parse(row.document) as SaleOrder;
      const flavour = flavourOf(order.vendor ?? null);
      return connection(systems[flavour].url, flavour, order, faults.seed);
    };
    const settled = new Set<string>();
    const unapplied: string[] = [];
    let all = 0;
    const cancelled = orderToCancel(orders);
    const runtime = new Runtime({
      engine,
      store,
      clock: systemClock,
      fetch,
      connect,
      concurrency: CONCURRENCY,
      onChange: (id) => {
        const row = store.saleOrder(id);
        if (row === undefined) return;
        if (RESTING.has(row.state)) settled.add(id);
        else settled.delete(id);
        options.onProgress(settled.size, all);
        if (row.customerOrder === cancelled && row.state === 'sent') cancelOnce();
      },
    });
    let asked = false;
    /** The customer calls when the first part is with its vendor and the others may be on their way. */
    const cancelOnce = () => {
      if (asked) return;
      asked = true;
      setImmediate(() => {
        for (const row of store.saleOrders().filter((row) => row.customerOrder === cancelled)) {
          runtime.tell(row.id, { type: 'cancel_requested' });
        }
      });
    };
    for (const order of orders) {
      const { sale_orders: parts, unapplied: rest } = engine.split(order, {});
      all += parts.length;
      unapplied.push(...rest.map(({ id, amount }) => `${order.id} ${id} ${amount}`));
      runtime.accept({
        customerOrder: { id: order.id, document: order },
        saleOrders: parts.map((part) => ({
          id: part.id,
          lines: part.lines.map(({ id }) => id),
          document: part,
          payload: erpPayload(part.id, part.lines, options.company.today),
        })),
      });
    }
    await runtime.run({ untilIdle: true });
    const rows = store.saleOrders();
    const books = Object.values(systems).flatMap((system) => system.books());
    const believed = rows.map((row) => ({
      id: row.id,
      state: row.state as SaleOrderState,
      materials: (JSON.parse(row.document) as SaleOrder).lines.map(({ sku }) => sku),
    }));
    return {
      customerOrders: orders.length,
      rows,
      books,
      events: new Map(rows.map(({ id }) => [id, store.events(id)])),
      notices: store.notices(),
      unapplied,
      cancelled,
      proof: compareWithBooks(believed, books),
      elapsedMs: systemClock.now() - started,
    };
  } finally {
    await Promise.all(Object.values(systems).map((system) => system.stop()));
  }
}

const RESTING: ReadonlySet<string> = new Set(['sent', 'rejected', 'failed', 'nullified', 'review']);

async function startSystems(faults: FaultPlan): Promise<Record<Flavour, ErpSimulator>> {
  const start = (flavour: Flavour) =>
    ErpSimulator.start({
      flavour,
      faults,
      answerLateMs: ANSWER_LATE_MS,
      commitLateMs: COMMIT_LATE_MS,
    });
  return {
    deduplicates: await start('deduplicates'),
    lookup: await start('lookup'),
    none: await start('none'),
  };
}

/** Which flavour the vendor's system has; the sample names every vendor of its orders. */
function vendorFlavours(company: Company): (vendor: string | null) => Flavour {
  const flavours = new Map(company.vendors.map(({ vendor, erp }) => [vendor, erp]));
  return (vendor) => {
    const flavour = flavours.get(vendor);
    if (flavour === undefined) throw new RangeError(`vendor \`${vendor}\` has no order system`);
    return flavour;
  };
}

function connection(base: string, flavour: Flavour, order: SaleOrder, seed: number): Connection {
  return {
    policy: { ...PATIENCE, jitter_seed: seed, capabilities: CAPABILITIES[flavour] },
    request: (command) => requestOf(base, command),
    read: (outcome) => readOutcome(outcome, order.lines),
  };
}

function requestOf(base: string, command: SendCommand) {
  const { operation, reference, idempotency_key: key, payload = '' } = command;
  switch (operation.type) {
    case 'create':
      return createRequest(base, key, payload);
    case 'lookup':
      return lookupRequest(base, reference);
    case 'cancel':
      return cancelRequest(base, key, operation.document);
    case 'price':
    case 'read':
    case 'accept':
      throw new RangeError(`\`${operation.type}\` is asked for purchase orders alone`);
  }
}

/** The customer order with the most vendors, so that the cancel meets several states at once. */
function orderToCancel(orders: readonly CustomerOrder[]): string {
  const vendors = (order: CustomerOrder) => new Set(order.lines.map(({ vendor }) => vendor)).size;
  return [...orders].sort((a, b) => vendors(b) - vendors(a) || (a.id < b.id ? -1 : 1))[0]?.id ?? '';
}
