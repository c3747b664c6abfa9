/** `replenish demo`: the sample company, from its history to the last answer of its vendors. */
import { access } from 'node:fs/promises';
import type { Plan } from '../../types/engine.js';
import { IN_MEMORY } from '../host/sqlite.js';
import { Store } from '../host/store.js';
import { loadEngine } from '../load-node.js';
import { reportPage } from '../report/page.js';
import { CheckFailed, EnvironmentError, UsageError } from './failure.js';
import { refuseOverlaps, writeOutputs } from './files.js';
import { helpText, numberOption, readOptions, type Usage } from './options.js';
import { printPlan } from './plan.js';
import type { Printer } from './print.js';
import { runOrders, type OrderRun } from '../simulate/run-orders.js';
import type { FaultPlan } from '../simulate/faults.js';
import { readSample } from '../simulate/sample.js';

const USAGE: Usage = {
  usage: 'replenish demo [--out FILE] [--db FILE] [--json FILE] [--seed N] [--fault-rate SHARE]',
  about:
    "Plans the purchases of a sample company, then sends its customers' orders to order systems\n" +
    'that fail on purpose, and proves from their books that nothing was lost or doubled.',
  options: {
    out: { value: 'FILE', help: 'Where the report goes (report.html)' },
    db: { value: 'FILE', help: 'Keep the orders in a new database (in memory if left out)' },
    json: { value: 'FILE', help: 'Also write what is printed as JSON' },
    seed: { value: 'N', help: 'Which faults happen (1)' },
    'fault-rate': { value: 'SHARE', help: 'How often something fails, from 0 to 1 (0.2)' },
  },
};

export async function demo(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const seed = numberOption(given, 'seed', 1, { least: 0, most: 2 ** 31, whole: true });
  const rate = numberOption(given, 'fault-rate', 0.2, { least: 0, most: 1, whole: false });
  const { out = 'report.html', db, json } = given.values;

  await refuseOverlaps([], [out, db, json]);
  const store = await openNew(db);
  try {
    print.progress('planning');
    const [engine, sample] = await Promise.all([loadEngine(), readSample()]);
    const { company, orders, ...tables } = sample;
    const plan = engine.planFromTables(tables, engine.planOptions(company.today));
    print.line(print.strong(`${company.name}, ${company.today}`));
    printPlan({ ...plan, notes: [] }, print);

    const faults = { seed, rate };
    const run = await runOrders({
      engine,
      store,
      company,
      orders,
      faults,
      onProgress: (settled, all) => print.progress(`sending orders: ${settled} of ${all}`),
    });
    printRun(run, print);
    const report = reportPage({ title: company.name, plan, orders: { run, company } });
    const files = [{ path: out, content: report }];
    if (json !== undefined) files.push({ path: json, content: summary(plan, run, faults) });
    await writeOutputs(files);
    for (const { path } of files) print.line(`written: ${path}`);
    if (!run.proof.holds)
      throw new CheckFailed("the order systems' books do not agree; see the proof");
  } finally {
    store.close();
  }
}

function printRun(run: OrderRun, print: Printer): void {
  const { proof, rows, customerOrders, elapsedMs, books } = run;
  const count = (...states: string[]) => rows.filter(({ state }) => states.includes(state)).length;
  const faults = books.reduce((sum, book) => sum + book.faults.length, 0);
  const seconds = (elapsedMs / 1000).toFixed(1);
  print.line();
  print.line(
    `${customerOrders} customer orders, ${rows.length} sale orders, ${faults} faults, ${seconds} s`,
  );
  print.line(`  ${count('sent')} sent`);
  print.line(
    `  ${count('review')} in review (${proof.inReview.alive} are there, ${proof.inReview.absent} are not)`,
  );
  print.line(`  ${count('nullified')} nullified`);
  print.line(`  ${count('rejected')} rejected`);
  print.line(`  ${count('failed')} failed`);
  for (const part of run.unapplied) print.problem(`discount that no line could take: ${part}`);
  const verdict = proof.holds ? print.good('nothing lost, nothing doubled') : print.bad('VIOLATED');
  print.line(
    `${verdict}: ${proof.liveDocuments} living documents for ${count('sent')} sent and ${proof.inReview.alive} in review`,
  );
  for (const [name, list] of Object.entries(proof)) {
    if (Array.isArray(list) && list.length > 0) print.problem(`${name}: ${list.join(', ')}`);
  }
}

function summary(plan: Plan, run: OrderRun, faultPlan: FaultPlan): string {
  const { proof, rows, customerOrders, elapsedMs, books } = run;
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  const faults = books.reduce((sum, book) => sum + book.faults.length, 0);
  const { total, lower_bound, baselines } = plan.allocation;
  const purchase = { orders: plan.purchase_orders.length, total, lower_bound, baselines };
  const result = { faultPlan, purchase, customerOrders, states, faults, proof, elapsedMs };
  return JSON.stringify(result, null, 2);
}

/** A database for this run alone: orders of an earlier one would be nobody's. */
async function openNew(path: string | undefined): Promise<Store> {
  if (path === undefined) return Store.open(IN_MEMORY);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there)
    throw new UsageError(
      `${path}: expected no file, got one: the demo starts with an empty database`,
    );
  try {
    return Store.open(path);
  } catch (error) {
    throw new EnvironmentError(
      `${path}: cannot be opened: ${error instanceof Error ? error.message : error}`,
    );
  }
}
