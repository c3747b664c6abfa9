/** The sample company, built into the page. */
import type { TableFile } from 'replenish';
import company from '../../examples/fresh-food/company.json';

export const SAMPLE_NAME = company.name;
export const SAMPLE_TODAY = company.today;

const PLACES = {
  demand: new URL('../../examples/fresh-food/demand.csv', import.meta.url),
  stock: new URL('../../examples/fresh-food/stock.csv', import.meta.url),
  offers: new URL('../../examples/fresh-food/offers.csv', import.meta.url),
  terms: new URL('../../examples/fresh-food/terms.csv', import.meta.url),
};

export async function readSample() {
  const [demand, stock, offers, terms] = await Promise.all([
    read('demand.csv', PLACES.demand),
    read('stock.csv', PLACES.stock),
    read('offers.csv', PLACES.offers),
    read('terms.csv', PLACES.terms),
  ]);
  return { demand, stock, offers, terms };
}

async function read(name: string, place: URL): Promise<TableFile> {
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(`${name}: expected status 200, got ${answer.status}`);
  return { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
}
