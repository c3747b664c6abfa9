/** `replenish split`: a customer's order as sale orders, every money column, and the proof. */
import type {
  CustomerOrder,
  ProvedColumn,
  Proof,
  SaleOrder,
  SaleOrderLine,
  Split,
  SplitRules,
} from '../../types/engine.js';
import type { Engine } from '../engine.js';
import { EngineError } from '../error.js';
import { loadEngine } from '../load-node.js';
import { aligned } from './columns.js';
import { readPlain } from './document.js';
import { CheckFailed, describe, UsageError } from './failure.js';
import { helpText, readOptions, type Usage } from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage: 'replenish split ORDER [--rules FILE] [--json]',
  about:
    'Splits a customer order by vendor, and by what the rules name, into sale orders that hold every\n' +
    'minor unit of it, and proves that every column adds up. ORDER is a JSON document: one order, or a\n' +
    'list of them. An order that cannot be split is told, the others are; the exit code is then 1.\n' +
    'Files whose names end in .yaml are read as YAML, and all may be compressed by gzip.',
  options: {
    rules: { value: 'FILE', help: 'By what else to split, and what must not share: SplitRules' },
    json: { help: 'Print one JSON document an order: { split, proof }' },
  },
  words: 1,
};

export async function split(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const [path] = given.words;
  const { rules: rulesPath, json } = given.values;
  if (path === undefined) throw new UsageError(`expected ORDER\nUsage: ${USAGE.usage}`);
  const document = await readPlain(path);
  const rules = (rulesPath === undefined ? {} : await readPlain(rulesPath)) as SplitRules;
  const engine = await loadEngine();
  const many = Array.isArray(document);
  const orders = (many ? document : [document]) as CustomerOrder[];
  if (orders.length === 0) throw new UsageError(`${path}: expected at least one order, got none`);
  let [refused, broken] = [0, 0];
  for (const [index, order] of orders.entries()) {
    if (many) print.progress(`splitting: ${index + 1} of ${orders.length} orders`);
    const answer = answered(engine, order, rules);
    if (answer instanceof EngineError) {
      const files = { order: path, rules: rulesPath ?? '' };
      for (const line of told(answer, files, many ? `[${index}]` : '')) print.problem(line);
      refused += 1;
      continue;
    }
    if (!answer.proof.conserved) broken += 1;
    if (json !== undefined) print.line(JSON.stringify(answer));
    else printSplit(order, answer, print);
  }
  if (refused === orders.length) {
    throw new UsageError(many ? 'expected an order that can be split: see above' : REFUSED);
  }
  if (refused > 0) throw new CheckFailed(`${refused} of ${orders.length} orders are not split: see above`);
  if (broken > 0) throw new CheckFailed(`${broken} of ${orders.length} splits do not add up: see above`);
}

const REFUSED = 'the order is not split: see above';

interface Answer {
  split: Split;
  proof: Proof;
}

/** The sale orders and their proof, or what the engine refused. */
function answered(engine: Engine, order: CustomerOrder, rules: SplitRules): Answer | EngineError {
  try {
    const split = engine.split(order, rules);
    return { split, proof: engine.proveSplit(order, split) };
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'internal') return error;
    throw error;
  }
}

/** The mistakes of an order or of the rules, each with its file and its place there. */
function told(error: EngineError, files: { order: string; rules: string }, at: string): string[] {
  if (error.problems.length === 0) return [`${files.order}: ${at === '' ? '' : `${at}: `}${error.message}`];
  return error.problems.map((problem) => {
    const [, document, inner = ''] = /^(order|rules)\b\.?(.*)$/.exec(problem.path) ?? [];
    if (document === 'rules') return `${files.rules}: ${describe({ ...problem, path: inner })}`;
    const within = document === undefined ? problem.path : inner;
    const place = at === '' || within === '' || within.startsWith('[') ? at + within : `${at}.${within}`;
    return `${files.order}: ${describe({ ...problem, path: place })}`;
  });
}

function printSplit(order: CustomerOrder, { split, proof }: Answer, print: Printer): void {
  const { sale_orders: parts, unapplied, coupons = [] } = split;
  const total = proof.columns.find(({ column }) => column === 'total')?.parts ?? '';
  const count = `${parts.length} sale ${parts.length === 1 ? 'order' : 'orders'}`;
  print.line(`${print.strong(`order ${order.id}, revision ${order.revision}`)}: ${total} in ${count}`);
  for (const part of parts) {
    print.line();
    printPart(part, print);
  }
  print.line();
  for (const { id, amount } of unapplied) {
    print.line(`${print.bad('not applied')}: ${amount} of ${id}, which no line could take`);
  }
  if (coupons.length > 0) print.line(`used once for the whole order: ${coupons.join(', ')}`);
  printProof(proof, print);
}

/** A sale order: one row a line, one column for each kind of money that it has. */
function printPart(part: SaleOrder, print: Printer): void {
  const keys = (part.keys ?? []).map(({ by, value }) => {
    const name = typeof by === 'string' ? by.replaceAll('_', ' ') : by.attribute;
    return `${name} ${value?.replaceAll('_', ' ') ?? 'not said'}`;
  });
  const parcel = typeof part.parcel === 'number' ? [`parcel ${part.parcel}`] : [];
  const about = [part.vendor ?? 'nobody in particular', ...keys, ...parcel].join(', ');
  print.line(`${print.strong(part.id)}  ${about}  ${print.strong(part.total)}`);
  if (part.over_capacity) print.line(`  ${print.bad('!')} a single unit beyond what a parcel can take`);
  const columns = moneyColumns(part);
  const heads = ['line', 'sku', 'quantity', ...columns.map(({ head }) => head)];
  const lines = part.lines.map((line) => [
    line.id,
    line.sku,
    line.returned ? `-${line.quantity}` : line.quantity,
    ...columns.map(({ of }) => amount(of(line))),
  ]);
  const sums = ['', '', '', ...columns.map(({ of }) => amount(of(part)))];
  const [first = '', ...rows] = aligned([heads, ...lines, sums], 2);
  print.line(`  ${print.faint(first)}`);
  for (const row of rows) print.line(`  ${row}`);
  for (const { id, vendor_before: before } of part.lines) {
    if (!before) continue;
    print.line(`  ${print.bad('!')} line ${id} was to come from ${before.vendor ?? 'nobody in particular'}`);
  }
}

/** What a line and the sale order as a whole have in common: all their money. */
type Money = Pick<SaleOrderLine, 'adjustments' | 'total' | 'payments' | 'offset' | 'commissions'>;

interface Column {
  head: string;
  of: (row: SaleOrder | SaleOrderLine) => string | null | undefined;
}

/** Goods and what is added to them, their total, what that contains, who pays, and what is kept. */
function moneyColumns(part: SaleOrder): Column[] {
  const rows: Money[] = [part, ...part.lines];
  const adjustments = named(rows.flatMap((row) => row.adjustments));
  const adjustment = (head: string, id: string): Column => ({
    head,
    of: (row) => row.adjustments.find((share) => share.id === id)?.amount,
  });
  const columns: Column[] = [
    { head: 'goods', of: (row) => ('goods' in row ? row.goods : row.amount) },
    ...adjustments.filter(({ included }) => !included).map(({ id }) => adjustment(id, id)),
    { head: 'total', of: (row) => row.total },
    ...adjustments.filter(({ included }) => included).map(({ id }) => adjustment(`of it ${id}`, id)),
  ];
  for (const { id } of named(rows.flatMap((row) => row.payments ?? []))) {
    columns.push({ head: id, of: (row) => row.payments?.find((share) => share.id === id)?.amount });
  }
  if (rows.some(({ offset }) => offset)) columns.push({ head: 'offset', of: (row) => row.offset });
  const commissions = rows.flatMap((row) => row.commissions ?? []);
  for (const { id } of named(commissions)) {
    const share = (row: Money) => row.commissions?.find((share) => share.id === id);
    columns.push({ head: id, of: (row) => share(row)?.amount });
    if (commissions.some((found) => found.id === id && found.tax)) {
      columns.push({ head: 'its tax', of: (row) => share(row)?.tax });
    }
  }
  return columns;
}

/** Each once, the first of its name. */
function named<T extends { id: string }>(shares: T[]): T[] {
  return [...new Map(shares.toReversed().map((share) => [share.id, share])).values()].toReversed();
}

/** The number alone: the currency stands in the sale order's head. */
function amount(money: string | null | undefined): string {
  return money?.split(' ')[0] ?? '';
}

function printProof({ columns, conserved, breaches }: Proof, print: Printer): void {
  const unapplied = columns.some(({ unapplied }) => !isZero(unapplied));
  const rows = columns.map((column) => [
    [column.column.replaceAll('_', ' '), column.id ?? ''].join(' ').trimEnd(),
    amount(column.order),
    amount(column.parts),
    ...(unapplied ? [amount(column.unapplied)] : []),
    addsUp(column) ? 'adds up' : 'DOES NOT ADD UP',
  ]);
  const heads = ['column', 'order', 'sum of parts', ...(unapplied ? ['not applied'] : []), ''];
  const [first = '', ...others] = aligned([heads, ...rows], 1);
  print.line(print.faint(first));
  for (const row of others) print.line(row);
  for (const { path, expected, got } of breaches) {
    print.problem(`${path}: expected ${expected}, got ${got}`);
  }
  const every = `every one of ${columns.length} columns adds up to the order, to the minor unit`;
  print.line(conserved ? print.good(every) : print.bad('the parts do not add up to the order'));
}

function addsUp({ order, parts, unapplied }: ProvedColumn): boolean {
  return minor(order) === minor(parts) + minor(unapplied);
}

function isZero(money: string): boolean {
  return minor(money) === 0n;
}

/** An amount without its point; amounts of one order have one number of decimals. */
function minor(money: string): bigint {
  return BigInt(amount(money).replace('.', ''));
}
