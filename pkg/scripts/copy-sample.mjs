/** Puts the sample company beside the compiled code, so that the published package can show it. */
import { cpSync } from 'node:fs';

const FILES = [
  'company.json',
  'demand.csv',
  'offers.csv',
  'orders.json',
  'README.md',
  'stock.csv',
  'terms.csv',
];

for (const file of FILES) {
  cpSync(
    new URL(`../../examples/fresh-food/${file}`, import.meta.url),
    new URL(`../dist/sample/${file}`, import.meta.url),
  );
}
