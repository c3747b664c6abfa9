/** `replenish savings`: what other ways of choosing suppliers would have paid for past purchases. */
import type { LadderFiles, LadderStep, SavingsReport } from '../../types/engine.js';
import { loadEngine } from '../load-node.js';
import { leftOutCounts, RUNG_NAMES, savingsPage, savingWords } from '../report/savings.js';
import { CheckFailed, describe } from './failure.js';
import { readInput, refuseOverlaps, unpack, writeOutputs } from './files.js';
import { helpText, numberOption, readOptions, type Usage } from './options.js';
import type { Printer } from './print.js';

const USAGE: Usage = {
  usage:
    'replenish savings --history FILE --offers FILE [--terms FILE] [--exchange-rates FILE] [--group-days N] [--within-days N] [--out FILE] [--json]',
  about:
    'Says what your own past purchases would have cost from default suppliers, at the lowest price,\n' +
    'at the lowest landed cost of each line, and with every basket allocated as a whole, at the\n' +
    'offers that held on the day of each order. A purchase that one of these cannot serve is in none.',
  options: {
    history: {
      value: 'FILE',
      help: 'What was bought: order,date,sku,quantity,supplier,unit_price,currency,freight',
      required: true,
    },
    offers: { value: 'FILE', help: 'What was offered and when: offer,supplier,sku,...', required: true },
    terms: { value: 'FILE', help: 'What suppliers ask of whole orders: supplier,...' },
    'exchange-rates': {
      value: 'FILE',
      help: 'What other currencies were worth when: from,to,rate,date',
    },
    'group-days': { value: 'N', help: 'Days whose purchases count as one basket (1)' },
    'within-days': {
      value: 'N',
      help: 'Days within which goods must come; no later than they did if left out',
    },
    out: { value: 'FILE', help: 'Write a report as one HTML file' },
    json: { help: 'Print everything as JSON instead' },
  },
};

export async function savings(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const { history = '', offers = '', terms, 'exchange-rates': rates, out, json } = given.values;
  const inputs = [history, offers, terms, rates].filter((path) => path !== undefined);
  await refuseOverlaps(inputs, [out]);
  const read = async (path: string) => unpack(await readInput(path));
  const files: LadderFiles = {
    history: await read(history),
    offers: await read(offers),
    ...(terms === undefined ? {} : { terms: await read(terms) }),
    ...(rates === undefined ? {} : { exchange_rates: await read(rates) }),
  };
  const days = { least: 1, most: 3650, whole: true };
  print.progress('comparing');
  const engine = await loadEngine();
  const report = engine.savingsLadderFromTables(files, {
    group_days: numberOption(given, 'group-days', 1, days),
    ...(given.values['within-days'] === undefined
      ? {}
      : { within_days: numberOption(given, 'within-days', 1, days) }),
  });
  const outputs = out === undefined ? [] : [{ path: out, content: savingsPage(report) }];
  await writeOutputs(outputs);
  if (json === undefined) printSavings(report, print);
  else print.line(JSON.stringify(report, null, 1));
  printProblems(report, print);
  if (json === undefined) for (const { path } of outputs) print.line(`written: ${path}`);
  if (report.ladder.total.purchases === 0) {
    throw new CheckFailed('no purchase can be compared: see above');
  }
}

/** How many bad rows are shown; the JSON holds all. */
const SHOWN = 20;

/** The ladder in a few lines. */
function printSavings({ ladder }: SavingsReport, print: Printer): void {
  const { total, months, baskets } = ladder;
  const [first, last] = [baskets[0], baskets.at(-1)];
  if (first === undefined || last === undefined) return;
  const purchases = `${total.purchases} ${total.purchases === 1 ? 'purchase' : 'purchases'}`;
  const count = `${total.baskets} ${total.baskets === 1 ? 'basket' : 'baskets'}`;
  print.line(`${purchases} in ${count}, ${first.day} to ${last.day}`);
  for (const line of table(total)) print.line(line);
  const joint = total.rungs.at(-1);
  if (joint === undefined) return;
  const words = savingWords(joint.saving, joint.saving_share);
  print.line(print.strong(`each basket as a whole ${words} what was done`));
  if (joint.cost !== total.lower_bound) {
    print.line(`  (not every basket is proved: no choice costs less than ${total.lower_bound})`);
  }
  if (months.length > 1) {
    print.line('by month, each basket as a whole against what was done:');
    for (const { month, total } of months) {
      const found = total.rungs.at(-1);
      if (found === undefined) continue;
      print.line(`  ${month}  ${found.saving.padStart(14)}  ${percent(found.saving_share)}`);
    }
  }
}

/** One line a rung. */
function table({ rungs }: LadderStep): string[] {
  const rows = [
    ['', 'cost', 'orders', 'step', '', 'in all', ''],
    ...rungs.map(({ rung, cost, orders, step, step_share, saving, saving_share }, at) =>
      at === 0
        ? [RUNG_NAMES[rung], cost, String(orders), '', '', '', '']
        : [
            RUNG_NAMES[rung],
            cost,
            String(orders),
            step,
            percent(step_share),
            saving,
            percent(saving_share),
          ],
    ),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths?.[at] ?? 0) : cell.padStart(widths?.[at] ?? 0)))
      .join('  ')}`.trimEnd(),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** What is in no figure, and why. */
function printProblems({ ladder, problems, refused_rows, ignored_columns }: SavingsReport, print: Printer) {
  for (const { words, count } of leftOutCounts(ladder.left_out)) {
    print.problem(`left out of every rung: ${count} ${count === 1 ? 'purchase' : 'purchases'}: ${words}`);
  }
  for (const problem of problems.slice(0, SHOWN)) {
    print.problem(describe({ ...problem, path: problem.column }));
  }
  if (refused_rows > SHOWN) print.problem(`and ${refused_rows - SHOWN} more rows`);
  for (const [file, columns] of Object.entries(ignored_columns)) {
    print.problem(`${file}: not read: ${columns.join(', ')}`);
  }
}
