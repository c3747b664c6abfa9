/** The sample company that comes with the package. */
import { readFile } from 'node:fs/promises';
import type { CustomerOrder, TableFile } from '../../types/engine.js';
import type { Flavour } from './faults.js';

export interface Company {
  name: string;
  /** The day on which the sample stands still. */
  today: string;
  currency: string;
  /** Who fulfils the lines; `vendor` is null for the own warehouse. */
  vendors: { vendor: string | null; name: string; erp: Flavour }[];
}

export interface Sample {
  company: Company;
  demand: TableFile;
  stock: TableFile;
  offers: TableFile;
  terms: TableFile;
  orders: CustomerOrder[];
}

export async function readSample(): Promise<Sample> {
  const [demand, stock, offers, terms] = await Promise.all(
    ['demand.csv', 'stock.csv', 'offers.csv', 'terms.csv'].map(async (name) => ({
      name,
      bytes: await readFile(place(name)),
    })),
  );
  return {
    company: JSON.parse(await readFile(place('company.json'), 'utf8')) as Company,
    orders: JSON.parse(await readFile(place('orders.json'), 'utf8')) as CustomerOrder[],
    demand: demand as TableFile,
    stock: stock as TableFile,
    offers: offers as TableFile,
    terms: terms as TableFile,
  };
}

function place(name: string): URL {
  return new URL(`../sample/${name}`, import.meta.url);
}
