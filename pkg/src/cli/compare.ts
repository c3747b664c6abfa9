/** `replenish compare`: every offer for a product, what it really costs, and why others are out. */
import type { Comparison, ComparisonPolicy, RankedOffer, SourcingRequest } from '../../types/engine.js';
import { loadEngine } from '../load-node.js';
import { CheckFailed, UsageError } from './failure.js';
import { helpText, readOptions, wordOption, type Given, type Usage } from './options.js';
import type { Printer } from './print.js';
import { asRequest, ignoredNotes, namesTables, readDocument, readTables, REQUEST_OPTIONS } from './request.js';

const POLICIES = [
  'cheapest_landed',
  'cheapest_sticker',
  'first_in_list',
  'first_in_time',
  'odoo_first_vendor',
  'odoo_cheapest_vendor',
  'tryton_first_in_time',
  'tryton_best_quotation',
  'idempiere_current_vendor',
  'erpnext_default_supplier',
  'ofbiz_main_supplier',
] as const;

const USAGE: Usage = {
  usage:
    'replenish compare FILE | --needs FILE --offers FILE [--terms FILE] [--exchange-rates FILE] [--sku SKU] [--policy NAME] [--options FILE] [--today DAY] [--json]',
  about:
    'Ranks the offers for each requirement at landed cost: goods at the break that is best, freight,\n' +
    'duty, tax, rebates, payment terms and what else was stated. Offers that cannot serve are listed\n' +
    'with what would help. FILE is one JSON document: needs, offers, terms and options, or a basket\n' +
    'of whole numbers as for `replenish allocate`.',
  options: {
    ...REQUEST_OPTIONS,
    sku: { value: 'SKU', help: 'Only this product' },
    policy: { value: 'NAME', help: `By what to rank: ${POLICIES.join(', ')}` },
    json: { help: 'Print one JSON document a requirement' },
  },
  words: 1,
};

export async function compare(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const engine = await loadEngine();
  const request = await requestOf(given, engine);
  const { needs, offers, terms } = request;
  const policy = wordOption(given, 'policy', POLICIES);
  const options =
    policy === undefined
      ? request.options
      : { ...request.options, policy: { type: policy } satisfies ComparisonPolicy };
  const { sku, json } = given.values;
  const asked = sku === undefined ? needs : needs.filter((need) => need.sku === sku);
  if (asked.length === 0) throw new UsageError(`expected a product that is needed, got \`${sku}\``);
  let chosen = 0;
  for (const need of asked) {
    const result = engine.compare(need, offers, terms, [], options);
    if (result.chosen !== null && result.chosen !== undefined) chosen += 1;
    if (json === undefined) printComparison(result, print);
    else print.line(JSON.stringify(result));
  }
  for (const note of ignoredNotes(request)) print.problem(note);
  const without = asked.length - chosen;
  if (without > 0) throw new CheckFailed(`${without} of ${asked.length} products have no offer to choose`);
}

async function requestOf(
  given: Given,
  engine: Awaited<ReturnType<typeof loadEngine>>,
): Promise<SourcingRequest> {
  const [path] = given.words;
  const tables = namesTables(given);
  if (tables === (path !== undefined)) {
    throw new UsageError(`expected FILE, or --needs FILE and --offers FILE\nUsage: ${USAGE.usage}`);
  }
  if (path === undefined) return readTables(engine, given);
  return asRequest(engine, await readDocument(path), given);
}

/** The ranked offers below one another, then the others. */
function printComparison(comparison: Comparison, print: Printer): void {
  const { sku, required, ranked, excluded, policy_cost: policyCost } = comparison;
  print.line(print.strong(`${sku}: ${required}`));
  const columns = ranked.map((offer) => [
    offer.offer,
    offer.supplier,
    offer.purchase.quantity,
    offer.landed_cost,
    offer.landed_cost_per_required_unit,
    offer.arrival,
  ]);
  const heads = ['offer', 'supplier', 'quantity', 'landed cost', 'per unit', 'there on'];
  const width = (column: number) =>
    Math.max(heads[column]?.length ?? 0, ...columns.map((row) => row[column]?.length ?? 0));
  const row = (cells: string[]) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(width(column)) : cell.padStart(width(column))))
      .join('  ');
  if (ranked.length > 0) print.line(`  ${print.faint(row(heads))}`);
  for (const [index, offer] of ranked.entries()) {
    const mark = offer.offer === comparison.chosen ? print.good('*') : ' ';
    print.line(`${mark} ${row(columns[index] ?? [])}`);
    print.line(`    ${print.faint(costWords(offer))}`);
  }
  for (const { offer, supplier, remedy } of excluded) {
    print.line(`  ${print.bad('out')}  ${offer} of ${supplier}; what would help: ${remedy}`);
  }
  if (policyCost !== null && policyCost !== undefined) {
    print.line(`  ${print.bad('!')} ${policyCost.note}`);
  }
}

/** The components of a landed cost, the goods first. */
function costWords({ costs }: RankedOffer): string {
  return costs.map(({ kind, amount }) => `${kind.replaceAll('_', ' ')} ${amount}`).join(', ');
}
