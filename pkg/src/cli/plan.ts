/** `replenish plan`: what to buy and from whom, from the user's own files. */
import type { Plan } from '../../types/engine.js';
import { loadEngine } from '../load-node.js';
import { reportPage } from '../report/page.js';
import { purchaseOrdersCsv } from './csv.js';
import { readInput, refuseOverlaps, writeOutputs } from './files.js';
import { helpText, readOptions, type Usage } from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage:
    'replenish plan --demand FILE --stock FILE --offers FILE [--terms FILE] [--today DAY] [--out FILE] [--csv FILE] [--json FILE]',
  about: 'Says what to buy today and from whom, from your own CSV files.',
  options: {
    demand: { value: 'FILE', help: 'What was wanted: sku,date,quantity', required: true },
    stock: { value: 'FILE', help: 'What there is: sku,on_hand,...', required: true },
    offers: { value: 'FILE', help: 'What suppliers offer: offer,supplier,sku,...', required: true },
    terms: { value: 'FILE', help: 'What suppliers ask of whole orders: supplier,...' },
    today: { value: 'DAY', help: 'The day to plan for, such as 2026-11-21; today if left out' },
    out: { value: 'FILE', help: 'Write a report as one HTML file' },
    csv: { value: 'FILE', help: 'Write the purchase orders as CSV' },
    json: { value: 'FILE', help: 'Write the whole plan as JSON' },
  },
};

export async function plan(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const { demand, stock, offers, terms, out, csv, json } = given.values;
  const today = given.values['today'] ?? localDay(new Date());
  const inputs = [demand, stock, offers, terms].filter((path) => path !== undefined);
  await refuseOverlaps(inputs, [out, csv, json]);
  const [demandFile, stockFile, offersFile, termsFile] = await Promise.all([
    readInput(String(demand)),
    readInput(String(stock)),
    readInput(String(offers)),
    terms === undefined ? undefined : readInput(terms),
  ]);
  print.progress('planning');
  const engine = await loadEngine();
  const tables = { demand: demandFile, stock: stockFile, offers: offersFile };
  const options = engine.planOptions(today);
  const result = engine.planFromTables(
    termsFile ? { ...tables, terms: termsFile } : tables,
    options,
  );
  const files = [];
  if (out !== undefined) {
    const title = `What to buy on ${today}`;
    files.push({ path: out, content: reportPage({ title, plan: result }) });
  }
  if (csv !== undefined) files.push({ path: csv, content: purchaseOrdersCsv(result) });
  if (json !== undefined) files.push({ path: json, content: JSON.stringify(result, null, 2) });
  await writeOutputs(files);
  printPlan(result, print);
  for (const { path } of files) print.line(`written: ${path}`);
}

/** The plan in a few lines. */
export function printPlan(
  { allocation, products, purchase_orders, notes }: Plan,
  print: Printer,
): void {
  const short = products.filter(({ replenishment }) => replenishment?.requirement).length;
  const unplanned = products.filter(({ problem }) => problem !== null).length;
  const unknown = unplanned === 0 ? '' : `, ${unplanned} could not be planned`;
  print.line(`${short} of ${products.length} products must be bought${unknown}`);
  const names = new Map(allocation.orders.map(({ supplier, name }) => [supplier, name ?? supplier]));
  const width = Math.max(0, ...[...names.values()].map((name) => name.length));
  for (const { supplier, lines, total, expected_arrival } of purchase_orders) {
    const count = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
    print.line(
      `  ${(names.get(supplier) ?? supplier).padEnd(width)}  ${count.padStart(9)}  ${total.padStart(13)}  there on ${expected_arrival}`,
    );
  }
  print.line(
    `total ${print.strong(allocation.total)}; no choice of offers could cost less than ${allocation.lower_bound}`,
  );
  const saving = allocation.baselines.find(({ policy }) => policy === 'default_supplier');
  // Where no line has a default supplier's offer there is nothing to compare with.
  if (saving && saving.fallback_lines < allocation.lines.length) {
    const share = `(${Math.abs(saving.saving_share * 100).toFixed(1)} %)`;
    print.line(
      saving.saving.startsWith('-')
        ? `costs ${saving.saving.slice(1)} ${share} more than the default suppliers`
        : `saves ${print.good(saving.saving)} ${share} against the default suppliers`,
    );
    if (!/^0(\.0+)? /.test(saving.below_minimum)) {
      print.line(`  (whose orders would miss their minimum values by ${saving.below_minimum})`);
    }
  }
  for (const { requirement, reason } of allocation.unmet) {
    print.problem(
      `${requirement.sku}: ${requirement.quantity} by ${requirement.need_by}: ${reason}`,
    );
  }
  for (const { sku, problem } of products) if (problem) print.problem(`${sku}: ${problem.message}`);
  for (const note of notes) print.problem(note);
}

function localDay(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
