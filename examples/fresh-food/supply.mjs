// Makes up the supply side: suppliers' terms, offers and stock.
//
// Real are the manufacturers, the articles each of them sold, and the median sale price every cost
// is derived from. All other figures are drawn from seeded streams (see random.mjs).

import { compare } from "./articles.mjs";
import { stream } from "./random.mjs";
import { addDays } from "./source.mjs";

const SUPPLIER_COUNT = 8;
const REVIEW_DAYS = 7;
const RECENT_DAYS = 84;

/** The manufacturers that sold the most of the articles, best first, with their made-up terms. */
export function chooseSuppliers(articles) {
  const totals = new Map();
  for (const { makers } of articles) {
    for (const [maker, units] of makers) {
      const total = totals.get(maker) ?? { maker, articles: 0, units: 0 };
      totals.set(maker, { maker, articles: total.articles + 1, units: total.units + units });
    }
  }
  return [...totals.values()]
    .sort((a, b) => b.articles - a.articles || b.units - a.units || compare(a.maker, b.maker))
    .slice(0, SUPPLIER_COUNT)
    .map((total, rank) => ({ ...total, supplier: `supplier-${total.maker}`, ...TERMS[rank] }));
}

/** Who offers each article: those who really sold it, filled up to a drawn number. */
export function assignSuppliers(articles, suppliers) {
  const departments = new Map(
    suppliers.map(({ maker }) => [maker, departmentsOf(maker, articles)]),
  );
  return new Map(
    articles.map((article) => {
      const draw = stream("offered-by", article.sku);
      const wanted = draw.chance(0.05) ? 1 : draw.pick([2, 2, 2, 3, 3, 3, 4]);
      const real = suppliers.filter(({ maker }) => article.makers.has(maker));
      // Those who sell something else of the same department come before the rest.
      const others = draw.shuffle(suppliers.filter(({ maker }) => !article.makers.has(maker)));
      const near = others.filter(({ maker }) => departments.get(maker).has(article.department));
      const far = others.filter(({ maker }) => !departments.get(maker).has(article.department));
      const offering = [...real, ...near, ...far].slice(0, Math.max(wanted, real.length));
      return [article.sku, offering.sort((a, b) => compare(a.supplier, b.supplier))];
    }),
  );
}

function departmentsOf(maker, articles) {
  return new Set(
    articles.filter(({ makers }) => makers.has(maker)).map(({ department }) => department),
  );
}

/** The supplier that sold most of the article; the first one offering it where none of them did. */
export function defaultSupplier(article, offering) {
  const units = ({ maker }) => article.makers.get(maker) ?? 0;
  return offering.reduce((best, next) => (units(next) > units(best) ? next : best));
}

/** One offer per article and supplier, in that order; each with its price breaks. */
export function makeOffers(articles, assigned, today) {
  const offers = [];
  for (const article of articles) {
    const offering = assigned.get(article.sku);
    // At most one offer of an article is unusable, and only where others remain.
    const draw = stream("unusable", article.sku);
    const unusable = offering.length > 1 && draw.chance(0.16) ? draw.pick(offering) : undefined;
    for (const supplier of offering) {
      const id = `o-${String(offers.length + 1).padStart(4, "0")}`;
      offers.push(makeOffer(id, article, supplier, supplier === unusable, today));
    }
  }
  return offers;
}

function makeOffer(id, article, supplier, unusable, today) {
  const draw = stream("offer", article.sku, supplier.supplier);
  const weekly = (article.units / 364) * 7;
  const pack_size = draw.pick(PACK_SIZES.filter((size) => size <= Math.max(2, 2 * weekly)));
  const offer = {
    offer: id,
    supplier: supplier.supplier,
    sku: article.sku,
    breaks: priceBreaks(article, supplier, pack_size),
    pack_size,
    minimum_order_quantity: pack_size * draw.pick([1, 1, 1, 1, 2, 3]),
    lead_time_days: supplier.lead_time_days + draw.pick([0, 0, 0, 1, 2]),
    available: draw.chance(0.09) ? pack_size * draw.whole(1, 4) : "",
    valid_from: addDays(today, -draw.whole(14, 91)),
    valid_until: addDays(today, draw.whole(30, 180)),
  };
  if (!unusable) return offer;
  const reason = draw.pick(["expired", "expired", "not yet valid", "sold out"]);
  if (reason === "expired")
    return { ...offer, ...period(today, -draw.whole(100, 180), -draw.whole(1, 40)) };
  if (reason === "not yet valid")
    return { ...offer, ...period(today, draw.whole(5, 21), draw.whole(90, 180)) };
  return { ...offer, available: 0 };
}

const period = (today, from, until) => ({
  valid_from: addDays(today, from),
  valid_until: addDays(today, until),
});

/**
 * Price per unit by quantity, in hundredths of a cent. The cost is the median sale price less the
 * department's margin, give or take 2 points for the article and 7 % for the supplier.
 */
function priceBreaks(article, supplier, pack_size) {
  const margin = MARGINS[article.department] + stream("margin", article.sku).between(-0.02, 0.02);
  const draw = stream("price", article.sku, supplier.supplier);
  const unit_price = Math.round(
    article.price_cents * 100 * (1 - margin) * draw.between(0.93, 1.07),
  );
  const breaks = [{ min_quantity: 1, unit_price }];
  if (draw.chance(0.3)) {
    breaks.push({
      min_quantity: pack_size * draw.pick([2, 3, 4]) + (pack_size === 1 ? 2 : 0),
      unit_price: Math.round(unit_price * draw.between(0.93, 0.97)),
    });
    if (draw.chance(0.4)) {
      breaks.push({
        min_quantity: breaks[1].min_quantity * draw.pick([2, 3]),
        unit_price: Math.round(unit_price * draw.between(0.87, 0.92)),
      });
    }
  }
  return breaks;
}

/**
 * The stock of every article on the morning of `today`. About half the articles are drawn clearly
 * below, the others above, what they need until the next delivery (`needs`, in units, by sku).
 */
export function makeStock(articles, assigned, reserved, today) {
  const ranked = [...articles].sort((a, b) => b.units - a.units || compare(a.sku, b.sku));
  const rank = new Map(ranked.map(({ sku }, at) => [sku, at / articles.length]));
  const needs = new Map();
  const stock = articles.map((article) => {
    const draw = stream("stock", article.sku);
    const supplier = defaultSupplier(article, assigned.get(article.sku));
    const service_level =
      rank.get(article.sku) < 0.2 ? "0.98" : rank.get(article.sku) < 0.75 ? "0.95" : "0.90";
    const daily = recentUnits(article, today) / RECENT_DAYS;
    const protected_days = supplier.lead_time_days + REVIEW_DAYS;
    const need =
      daily * protected_days + SAFETY_FACTOR[service_level] * Math.sqrt(daily * protected_days);
    needs.set(article.sku, need);
    const on_order = draw.chance(0.15) ? Math.max(1, Math.round(need * draw.between(0.1, 0.4))) : 0;
    const on_hand = draw.chance(0.5)
      ? Math.floor(need * draw.between(0, 0.6))
      : Math.ceil(need * draw.between(1.3, 2.2));
    return {
      sku: article.sku,
      description: article.description,
      unit: "each",
      on_hand,
      reserved: reserved.get(article.sku) ?? 0,
      on_order,
      on_order_due: on_order ? addDays(today, draw.whole(1, supplier.lead_time_days)) : "",
      default_supplier: supplier.supplier,
      service_level,
    };
  });
  return { stock, needs };
}

function recentUnits(article, today) {
  const from = addDays(today, -RECENT_DAYS);
  let units = 0;
  for (const [date, quantity] of article.days) if (date >= from) units += quantity;
  return units;
}

// Share of the sale price that is not cost.
const MARGINS = {
  DELI: 0.36,
  GROCERY: 0.24,
  MEAT: 0.26,
  "MEAT-PCKGD": 0.25,
  PASTRY: 0.4,
  PRODUCE: 0.32,
  "SALAD BAR": 0.42,
  SEAFOOD: 0.3,
  "SEAFOOD-PCKGD": 0.28,
};

const PACK_SIZES = [1, 2, 4, 6, 8, 10, 12, 20, 24];

// Standard normal quantiles.
const SAFETY_FACTOR = { "0.90": 1.282, 0.95: 1.645, 0.98: 2.054 };

// By rank of the supplier; amounts in cents. A weekly basket is some hundred dollars for the first
// supplier and some ten for the last, so the thresholds shrink alike.
const TERMS = [
  {
    name: "Northfield Provisions",
    minimum_order_value: 15000,
    freight: 2500,
    free_freight_from: 40000,
    lead_time_days: 2,
  },
  {
    name: "Old Orchard Growers",
    minimum_order_value: 10000,
    freight: 1800,
    free_freight_from: 30000,
    lead_time_days: 1,
  },
  {
    name: "Midway General Foods",
    minimum_order_value: 7500,
    freight: 1500,
    free_freight_from: 20000,
    lead_time_days: 4,
  },
  {
    name: "Sunny Slope Produce",
    minimum_order_value: 5000,
    freight: 1200,
    free_freight_from: 15000,
    lead_time_days: 2,
  },
  {
    name: "Clover Valley Creamery",
    minimum_order_value: 5000,
    freight: 900,
    free_freight_from: 12000,
    lead_time_days: 3,
  },
  {
    name: "Stonebridge Meats",
    minimum_order_value: 6000,
    freight: 1400,
    free_freight_from: 18000,
    lead_time_days: 3,
  },
  {
    name: "Harbor Street Packing",
    minimum_order_value: "",
    freight: 1000,
    free_freight_from: "",
    lead_time_days: 5,
  },
  {
    name: "Maple Row Kitchens",
    minimum_order_value: "",
    freight: "",
    free_freight_from: "",
    lead_time_days: 6,
  },
];
