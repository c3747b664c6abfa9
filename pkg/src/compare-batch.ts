/** Offers of many products at once: objects of whole numbers in, the cheapest of each product out. */
import type { OfferColumns } from '../types/engine.js';
import type { Engine } from './engine.js';
import { EngineError } from './error.js';

/** How much of a product is needed. Quantities are whole units of what it is counted in. */
export interface BatchRequirement {
  sku: string;
  /** How many units; 1 or more. */
  quantity: number;
  /** In how many days it must be there; absent where any day will do. */
  need_in_days?: number | undefined;
}

/** What a supplier offers for a product. Amounts are whole minor units, such as cents, of one currency. */
export interface BatchOffer {
  sku: string;
  supplier: string;
  /** Units in a pack; absent for 1. */
  pack_content?: number | undefined;
  /** The fewest packs that are sold; absent for 1. */
  minimum_packs?: number | undefined;
  /** How many packs there are; absent where nobody says. */
  available_packs?: number | undefined;
  /** Days until the goods are there; absent for none. */
  lead_time_days?: number | undefined;
  /** Prices by number of packs, the fewest first. */
  prices: readonly BatchPrice[];
}

/** What a pack costs from some number of packs on. */
export interface BatchPrice {
  /** From how many packs on it holds for all of them; below the first one nothing is sold. */
  from_packs: number;
  /** Minor units for one pack; 1 or more, and no more than the price for fewer packs. */
  pack_price: number;
}

/** What a supplier asks of an order; what is absent it does not ask. */
export interface BatchSupplier {
  supplier: string;
  freight?: number | undefined;
  /** From which value of goods on freight is free; absent for never. */
  free_freight_from?: number | undefined;
  /** The value of goods that an order must reach. */
  minimum_order_value?: number | undefined;
  /** What placing an order costs. */
  order_cost?: number | undefined;
  /** Value of the goods that go into the same order anyway. */
  goods_so_far?: number | undefined;
}

/** The cheapest offer of each requirement; offers are named by their place in the list. */
export interface BatchComparison {
  /** Of each requirement, the offer with the lowest landed cost; -1 for none. */
  best: Int32Array;
  /** Of each requirement, how many packs to buy; 0 without an offer. */
  packs: Uint32Array;
  /** Of each requirement, what that adds to the bill, in minor units; 0 without an offer. */
  landed_costs: Float64Array;
  /** Of each requirement, the next best offer; -1 for none. */
  runners_up: Int32Array;
  /** Of each requirement, how much more the next best adds to the bill; 0 where there is none. */
  differences: Float64Array;
  /** Of each offer, whether it was compared, or why not: a place in {@link OFFER_STANDINGS}. */
  standings: Uint8Array;
}

/** What the numbers in {@link BatchComparison.standings} say. */
export const OFFER_STANDINGS = [
  'compared',
  'not_enough',
  'too_late',
  'numbers_invalid',
  'prices_invalid',
  'amount_too_large',
  'not_required',
] as const;

const NOT_REQUIRED = OFFER_STANDINGS.indexOf('not_required');

/**
 * Compares the offers of many products by landed cost, a million and more a second.
 *
 * The rules are those of `engine.compare`: buying up to a price or to free freight where that is
 * cheaper, freight and minimum order value as the line changes them. An offer that cannot serve, or
 * contradicts itself, is passed over and its standing says why.
 *
 * ```ts
 * const answer = compareBatch(
 *   engine,
 *   [{ sku: 'apple', quantity: 9 }],
 *   [
 *     { sku: 'apple', supplier: 'farm', prices: [{ from_packs: 1, pack_price: 100 }, { from_packs: 10, pack_price: 80 }] },
 *     { sku: 'apple', supplier: 'mill', prices: [{ from_packs: 1, pack_price: 90 }] },
 *   ],
 * );
 * answer.best[0]; // 0: ten packs at 80 rather than nine at 90
 * ```
 *
 * @throws EngineError when a product or a supplier comes twice, or what a requirement or a supplier
 * says is no whole number.
 */
export function compareBatch(
  engine: Engine,
  requirements: readonly BatchRequirement[],
  offers: readonly BatchOffer[],
  suppliers: readonly BatchSupplier[] = [],
): BatchComparison {
  const { columns, order } = packOffers(requirements, offers, suppliers);
  const answer = engine.compareColumns(columns);
  const standings = new Uint8Array(offers.length).fill(NOT_REQUIRED);
  order.forEach((place, at) => (standings[place] = answer.standings[at] ?? 0));
  return {
    ...answer,
    best: answer.best.map((at) => order[at] ?? -1),
    runners_up: answer.runners_up.map((at) => order[at] ?? -1),
    standings,
  };
}

/** Columns of offers, and the place in the list of each offer in them. */
function packOffers(
  requirements: readonly BatchRequirement[],
  offers: readonly BatchOffer[],
  suppliers: readonly BatchSupplier[],
): { columns: OfferColumns; order: Uint32Array } {
  const product_of = numbered(requirements, 'sku', 'requirements');
  const supplier_of = numbered(suppliers, 'supplier', 'suppliers');
  const { order, offsets } = byProduct(offers, product_of, requirements.length);
  const count = order.length;
  const pack_contents = new Float64Array(count);
  const minimum_packs = new Float64Array(count);
  const available_packs = new Float64Array(count);
  const lead_times = new Float64Array(count);
  const supplier = new Uint32Array(count);
  const prices = new Uint32Array(count + 1);
  // The last supplier asks nothing: it stands for those that are not in the list.
  const unknown = suppliers.length;
  let end = 0;
  order.forEach((place, at) => {
    const offer = offers[place];
    if (offer === undefined) return;
    pack_contents[at] = offer.pack_content ?? 1;
    minimum_packs[at] = offer.minimum_packs ?? 1;
    available_packs[at] = offer.available_packs ?? Infinity;
    lead_times[at] = offer.lead_time_days ?? 0;
    supplier[at] = supplier_of.get(offer.supplier) ?? unknown;
    end += offer.prices.length;
    prices[at + 1] = end;
  });
  const from_packs = new Float64Array(end);
  const pack_prices = new Float64Array(end);
  let next = 0;
  for (const place of order) {
    for (const { from_packs: from, pack_price } of offers[place]?.prices ?? []) {
      from_packs[next] = from;
      pack_prices[next] = pack_price;
      next++;
    }
  }
  const ofSuppliers = (value: (supplier: BatchSupplier) => number | undefined, absent: number) => {
    const column = new Float64Array(unknown + 1).fill(absent);
    suppliers.forEach((supplier, at) => (column[at] = value(supplier) ?? absent));
    return column;
  };
  const columns = {
    quantities: Float64Array.from(requirements, ({ quantity }) => quantity),
    need_in_days: Float64Array.from(requirements, ({ need_in_days }) => need_in_days ?? Infinity),
    offers: offsets,
    suppliers: supplier,
    pack_contents,
    minimum_packs,
    available_packs,
    lead_times,
    prices,
    from_packs,
    pack_prices,
    freights: ofSuppliers(({ freight }) => freight, 0),
    free_freight_from: ofSuppliers(({ free_freight_from }) => free_freight_from, Infinity),
    minimum_order_values: ofSuppliers(({ minimum_order_value }) => minimum_order_value, 0),
    order_costs: ofSuppliers(({ order_cost }) => order_cost, 0),
    goods_so_far: ofSuppliers(({ goods_so_far }) => goods_so_far, 0),
  };
  return { columns, order };
}

/** The offers that somebody requires, product by product, each product's in the order of the list. */
function byProduct(
  offers: readonly BatchOffer[],
  product_of: ReadonlyMap<string, number>,
  products: number,
): { order: Uint32Array; offsets: Uint32Array } {
  const product = new Int32Array(offers.length);
  // Counted one place later, summed up, each count is where its product begins.
  const offsets = new Uint32Array(products + 1);
  offers.forEach(({ sku }, place) => {
    const found = product_of.get(sku) ?? -1;
    product[place] = found;
    if (found >= 0) offsets[found + 1] = (offsets[found + 1] ?? 0) + 1;
  });
  for (let at = 0; at < products; at++) offsets[at + 1] = (offsets[at + 1] ?? 0) + (offsets[at] ?? 0);
  const next = offsets.slice();
  const order = new Uint32Array(offsets[products] ?? 0);
  product.forEach((found, place) => {
    if (found < 0) return;
    const at = next[found] ?? 0;
    order[at] = place;
    next[found] = at + 1;
  });
  return { order, offsets };
}

/** The place of each name in a list. */
function numbered<K extends string>(
  list: readonly Record<K, string>[],
  field: K,
  path: string,
): Map<string, number> {
  const places = new Map<string, number>();
  list.forEach((entry, at) => {
    const name = entry[field];
    if (places.has(name)) {
      const problem = {
        code: `${field}_twice`,
        path: `${path}[${at}].${field}`,
        expected: `each ${field} once`,
        got: name,
      };
      const message = `\`${problem.path}\`: expected ${problem.expected}, got \`${name}\``;
      throw new EngineError(problem.code, message, [problem]);
    }
    places.set(name, at);
  });
  return places;
}
