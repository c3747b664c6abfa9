/** `replenish plan`: what to buy and from whom, from the user's own files. */
import type { Plan, PlanOptions, ProductPlan } from '../../types/engine.js';
import { loadEngine } from '../load-node.js';
import { reportPage } from '../report/page.js';
import { purchaseOrdersCsv, quantitiesCsv } from './csv.js';
import { CheckFailed, UsageError } from './failure.js';
import { readInput, refuseOverlaps, writeOutputs } from './files.js';
import {
  helpText,
  numberOption,
  PERIODS,
  readOptions,
  wordOption,
  type Given,
  type Usage,
} from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage:
    'replenish plan --demand FILE --stock FILE [--pipeline FILE] [--lots FILE] [--offers FILE [--terms FILE] [--exchange-rates FILE]] [--today DAY] [--quantities FILE] [--out FILE] [--csv FILE] [--json FILE]',
  about:
    'Says what to buy today and, where offers are given, from whom, from your own CSV files.',
  options: {
    demand: { value: 'FILE', help: 'What was wanted: sku,date,quantity', required: true },
    stock: { value: 'FILE', help: 'What there is and what it costs: sku,on_hand,...', required: true },
    pipeline: { value: 'FILE', help: 'What is on order: sku,due,quantity' },
    lots: { value: 'FILE', help: 'What expires when: sku,quantity,expires' },
    offers: { value: 'FILE', help: 'What suppliers offer: offer,supplier,sku,...' },
    terms: { value: 'FILE', help: 'What suppliers ask of whole orders: supplier,...' },
    'exchange-rates': { value: 'FILE', help: 'What other currencies are worth: from,to,rate,date' },
    today: { value: 'DAY', help: 'The day to plan for, such as 2026-11-21; today if left out' },
    time: { value: 'TIME', help: "The suppliers' time of that day, such as 10:30, for cut-offs" },
    period: { value: 'NAME', help: 'day, week, month, ...: what the dates of the demand say if left out' },
    review: { value: 'DAYS', help: 'Days from one order to the next; 1, or a period, if left out' },
    'service-level': { value: 'P', help: 'Of products that state no target; 0.95 if left out' },
    model: { value: 'NAME', help: 'One forecast model for all; the automatic choice if left out' },
    quantities: { value: 'FILE', help: 'Write what to order of each product as CSV' },
    out: { value: 'FILE', help: 'Write a report as one HTML file (with offers)' },
    csv: { value: 'FILE', help: 'Write the purchase orders as CSV (with offers)' },
    json: { value: 'FILE', help: 'Write everything as JSON' },
  },
};

export async function plan(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const { demand, stock, pipeline, lots, offers, terms, out, csv, json, quantities } = given.values;
  for (const name of ['terms', 'exchange-rates', 'out', 'csv']) {
    if (offers === undefined && given.values[name] !== undefined) {
      throw new UsageError(`expected --offers beside --${name}`);
    }
  }
  const exchange_rates = given.values['exchange-rates'];
  const names = { demand, stock, pipeline, lots, offers, terms, exchange_rates };
  const inputs = Object.entries(names).filter(([, path]) => path !== undefined);
  await refuseOverlaps(
    inputs.map(([, path]) => String(path)),
    [out, csv, json, quantities],
  );
  const read = async ([name, path]: [string, string | undefined]) =>
    [name, await readInput(String(path))] as const;
  const files = Object.fromEntries(await Promise.all(inputs.map(read)));
  const { demand: demandFile, stock: stockFile, offers: offersFile, ...further } = files;
  if (demandFile === undefined || stockFile === undefined) throw new UsageError(USAGE.usage);
  const products = { ...further, demand: demandFile, stock: stockFile };
  print.progress('planning');
  const engine = await loadEngine();
  const options = planOptions(engine.planOptions(given.values['today'] ?? localDay(new Date())), given);
  const outputs = [];
  const result =
    offersFile === undefined
      ? engine.requirementsFromTables(products, options)
      : engine.planFromTables({ ...products, offers: offersFile }, options);
  if ('allocation' in result) {
    const title = `What to buy on ${result.today}`;
    if (out !== undefined) outputs.push({ path: out, content: reportPage({ title, plan: result }) });
    if (csv !== undefined) outputs.push({ path: csv, content: purchaseOrdersCsv(result) });
  }
  if (quantities !== undefined) {
    outputs.push({ path: quantities, content: quantitiesCsv(result.products) });
  }
  if (json !== undefined) outputs.push({ path: json, content: JSON.stringify(result, null, 2) });
  await writeOutputs(outputs);
  if ('allocation' in result) printPlan(result, print);
  else printRequirements(result.products, result.notes, print);
  for (const { path } of outputs) print.line(`written: ${path}`);
  const refused = result.products.filter(({ problem }) => problem !== null).length;
  if (!('allocation' in result) && refused > 0) {
    throw new CheckFailed(`${refused} of ${result.products.length} products could not be planned`);
  }
}

/** The usual options, with what was given. */
function planOptions(options: PlanOptions, given: Given): PlanOptions {
  const { time, model } = given.values;
  const period = wordOption(given, 'period', PERIODS);
  const { review_period_days: review, service_level: level } = options;
  return {
    ...options,
    ...(time === undefined ? {} : { time }),
    ...(period === undefined ? {} : { period }),
    review_period_days: numberOption(given, 'review', review, { least: 1, most: 10_000, whole: true }),
    service_level: numberOption(given, 'service-level', level, { least: 0, most: 1, whole: false }),
    forecast: model === undefined ? options.forecast : { ...options.forecast, model },
  };
}

/** How many products are shown; the files hold all. */
const SHOWN = 20;

/** What to order, the most pressing first, in a few lines. */
function printRequirements(products: ProductPlan[], notes: string[], print: Printer): void {
  const needs = products.flatMap(({ replenishment }) =>
    replenishment?.requirement
      ? [{ ...replenishment.requirement, order_by: replenishment.order_by, urgency: replenishment.urgency }]
      : [],
  );
  const unplanned = products.filter(({ problem }) => problem !== null);
  const unknown = unplanned.length === 0 ? '' : `, ${unplanned.length} could not be planned`;
  print.line(`${needs.length} of ${products.length} products must be ordered${unknown}`);
  const pressing = needs.toSorted((a, b) => ((a.order_by ?? '') < (b.order_by ?? '') ? -1 : 1));
  const width = Math.max(0, ...pressing.slice(0, SHOWN).map(({ sku }) => sku.length));
  for (const { sku, quantity, urgency, need_by } of pressing.slice(0, SHOWN)) {
    const words = urgency.replaceAll('_', ' ');
    print.line(`  ${sku.padEnd(width)}  ${quantity.padStart(12)}  by ${need_by}  ${words}`);
  }
  if (needs.length > SHOWN) print.line(`  and ${needs.length - SHOWN} more`);
  for (const { sku, problem } of unplanned) print.problem(`${sku}: ${problem?.message}`);
  for (const note of notes) print.problem(note);
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
  for (const { supplier, number, lines, total, tax, expected_arrival } of purchase_orders) {
    const count = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
    print.line(
      `  ${(names.get(supplier) ?? supplier).padEnd(width)}  ${count.padStart(9)}  ${total.padStart(13)}  there on ${expected_arrival}${
        /[1-9]/.test(tax) ? `, with tax ${tax}` : ''
      }${number ? `  ${number}` : ''}`,
    );
  }
  print.line(
    `total ${print.strong(allocation.total)}; no choice of offers could cost less${
      allocation.status === 'gap' ? ` than ${allocation.lower_bound}` : ''
    }`,
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
  for (const { words, total } of allocation.conflict?.relaxations ?? []) {
    print.problem(`  would help: ${words}, at ${total} altogether`);
  }
  for (const { sku, problem } of products) if (problem) print.problem(`${sku}: ${problem.message}`);
  for (const note of notes) print.problem(note);
}

function localDay(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
