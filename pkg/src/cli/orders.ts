/** `replenish orders`: what a database holds, without changing it. */
import { stat } from 'node:fs/promises';
import type { Engine } from '../engine.js';
import { SchemaError, Store, type SaleOrderRow } from '../host/store.js';
import { loadEngine } from '../load-node.js';
import { UsageError } from './failure.js';
import { refuseOverlaps, words, writeOutputs } from './files.js';
import { helpText, readOptions, type Usage } from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage: 'replenish orders --db FILE [list | show ID] [--json FILE]',
  about: 'Lists the sale orders that a database holds, or shows one with all that happened to it.',
  options: {
    db: { value: 'FILE', help: 'The database', required: true },
    json: { value: 'FILE', help: 'Also write what is printed as JSON' },
  },
  words: 2,
};

export async function orders(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const [word = 'list', id, ...none] = given.words;
  const asked = word === 'show' ? id !== undefined : word === 'list' && id === undefined;
  if (!asked || none.length > 0) {
    throw new UsageError(`expected \`list\` or \`show ID\`, got \`${given.words.join(' ')}\``);
  }
  const db = String(given.values['db']);
  await refuseOverlaps([db], [given.values['json']]);
  const engine = await loadEngine();
  const store = await openExisting(db);
  try {
    const shown = id === undefined ? list(engine, store, print) : show(engine, store, id, print);
    const { json } = given.values;
    if (json !== undefined)
      await writeOutputs([{ path: json, content: JSON.stringify(shown, null, 2) }]);
  } finally {
    store.close();
  }
}

/** A sale order as both forms of the command tell it. */
function summary(engine: Engine, row: SaleOrderRow) {
  const { attempts, documents, in_doubt } = engine.viewSaleOrder(JSON.parse(row.life));
  const live = documents.filter(({ ended_at }) => ended_at === undefined);
  return {
    id: row.id,
    customerOrder: row.customerOrder,
    state: row.state,
    status: row.status,
    inDoubt: in_doubt,
    attempts,
    documents: [...new Set(live.map(({ document }) => document))],
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

function list(engine: Engine, store: Store, print: Printer) {
  const orders = store.saleOrders().map((row) => summary(engine, row));
  const rows = orders.map((order) => [
    order.id,
    order.state,
    order.status,
    String(order.attempts),
    order.documents.join(' ') || '-',
    order.updatedAt,
  ]);
  table(['sale order', 'state', 'status', 'attempts', 'documents', 'changed'], rows, print);
  return orders;
}

function show(engine: Engine, store: Store, id: string, print: Printer) {
  const row = store.saleOrder(id);
  if (row === undefined)
    throw new UsageError(`expected the name of a stored sale order, got \`${id}\``);
  const order = summary(engine, row);
  const timeline = store.events(id).map(({ seq, at, name, body }) => ({
    seq,
    at: new Date(at).toISOString(),
    name,
    ...(JSON.parse(body) as { from?: string; to?: string }),
  }));
  for (const [name, value] of Object.entries(order)) {
    print.line(`${name.padEnd(14)} ${Array.isArray(value) ? value.join(' ') || '-' : value}`);
  }
  print.line();
  const rows = timeline.map(({ seq, at, name, from, to }) => [
    String(seq),
    at,
    name,
    from === undefined ? '' : from === to ? String(to) : `${from} -> ${to}`,
  ]);
  table(['', 'when', 'what came', 'state'], rows, print);
  return { ...order, timeline };
}

function table(head: string[], rows: string[][], print: Printer): void {
  const width = head.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => cell.padEnd(width[at] ?? 0))
      .join('  ')
      .trimEnd();
  print.line(print.strong(line(head)));
  for (const row of rows) print.line(line(row));
}

/** Opens a database that is there; asking for one that is not must not make one. */
async function openExisting(path: string): Promise<Store> {
  try {
    if ((await stat(path)).size === 0) throw new SchemaError('an empty file');
    return Store.open(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const got =
      error instanceof SchemaError
        ? message
        : code === 'ENOENT' || code === 'EISDIR'
          ? words(error)
          : `no database (${message})`;
    throw new UsageError(`${path}: expected a database that replenish wrote, got ${got}`);
  }
}
