/**
 * Baskets for tests: made up from a seed, what a choice of one costs, and the textbook's mixed-integer
 * program. Nothing here knows how the engine states or solves a basket.
 */

/** Random numbers from 0 to 1 that a seed repeats (a linear congruential generator of 48 bits). */
export function random(seed) {
  let state = BigInt(seed) * 2654435761n + 1n;
  return () => {
    state = (state * 25214903917n + 11n) % (1n << 48n);
    return Number(state >> 16n) / 2 ** 32;
  };
}

/** How large minimum orders, free-freight values and freight are, as shares of a supplier's fair part. */
export const FAMILIES = {
  loose: { minimum: [0, 0.3], free: [0.2, 0.6], freight: [0.01, 0.04] },
  mixed: { minimum: [0.2, 0.9], free: [0.5, 1.4], freight: [0.02, 0.08] },
  tight: { minimum: [0.5, 1.8], free: [1.2, 2.5], freight: [0.06, 0.12] },
};

/** A basket in the engine's format; with shortages and packs that do not fit, as life has it. */
export function madeUp(seed, suppliers, skus, family) {
  const draw = random(seed);
  const between = (low, high) => low + (high - low) * draw();
  const whole = (low, high) => Math.floor(between(low, high + 1));
  const chance = (probability) => draw() < probability;
  const among = (list) => list[Math.floor(draw() * list.length)];
  const offers = [];
  let worth = 0;
  const rows = Array.from({ length: skus }, (_, k) => {
    const demand = Math.max(1, Math.round(Math.exp(between(0.5, 4.5))));
    const price = Math.round(Math.exp(between(4, 7.5)));
    worth += demand * price;
    const perishes = chance(0.4);
    const max_units = demand + Math.floor(demand * between(0, perishes ? 0.3 : 1));
    const sellers = new Set([whole(0, suppliers - 1)]);
    for (let s = 0; s < suppliers; s += 1) if (chance(0.55)) sellers.add(s);
    for (const s of [...sellers].sort((a, b) => a - b)) {
      const pack = Math.max(1, Math.round(demand / among([1, 2, 3, 5, 8, 20])));
      const each = pack * price * between(0.9, 1.1);
      const breaks = [[1, Math.round(each)]];
      for (let n = whole(0, 3); n > 0; n -= 1) {
        const [from, last] = breaks.at(-1);
        breaks.push([from + whole(1, 4), Math.max(0, Math.round(last * between(0.93, 1)))]);
      }
      offers.push({
        s,
        k,
        pack,
        moq: chance(0.2) ? whole(2, 4) : 1,
        avail: chance(0.1) ? whole(0, 2) : whole(3, 40),
        type: chance(0.25) ? 'incremental' : 'all_units',
        breaks,
      });
    }
    return {
      id: `K${k}`,
      demand,
      max_units,
      max_sources: chance(0.4) ? 2 : 1,
      short_penalty: Math.round(price * between(1.2, 8)),
      excess_credit: perishes ? 0 : Math.round(price * between(0.1, 0.7)),
    };
  });
  const fair = worth / suppliers;
  const { minimum, free, freight } = FAMILIES[family];
  const terms = Array.from({ length: suppliers }, (_, s) => {
    const fixed = chance(0.2) ? 0 : Math.round(fair * between(...freight));
    return {
      id: `S${s}`,
      min_order_value: chance(0.2) ? 0 : Math.round(fair * between(...minimum)),
      freight_fixed: fixed,
      free_freight_from: fixed === 0 || chance(0.2) ? 0 : Math.round(fair * between(...free)),
      po_cost: Math.round(fair * between(0.005, 0.03)),
    };
  });
  return { id: `${suppliers}x${skus}-${family}-${seed}`, suppliers: terms, skus: rows, offers };
}

/** What so many packs of an offer cost. */
export function price({ type, breaks }, packs) {
  const at = (pack) => breaks.findLast(([from]) => from <= pack)[1];
  if (type === 'all_units') return packs * at(packs);
  let sum = 0;
  for (let pack = 1; pack <= packs; pack += 1) sum += at(pack);
  return sum;
}

/** What a choice of `[offer, packs]` costs; throws where it is not allowed. */
export function cost({ suppliers, skus, offers }, solution) {
  const check = (holds, what) => {
    if (!holds) throw new Error(what);
  };
  const [values, units, sources] = [suppliers, skus, skus].map(({ length }) => Array(length).fill(0));
  const seen = new Set();
  let sum = 0;
  for (const [index, packs] of solution) {
    const offer = offers[index];
    check(!seen.has(index), `offer ${index} twice`);
    seen.add(index);
    check(packs >= offer.moq && packs <= offer.avail, `offer ${index} sells no ${packs} packs`);
    const paid = price(offer, packs);
    sum += paid;
    values[offer.s] += paid;
    units[offer.k] += packs * offer.pack;
    sources[offer.k] += 1;
  }
  skus.forEach(({ demand, max_units, max_sources, short_penalty, excess_credit }, k) => {
    check(units[k] <= max_units, `too much of SKU ${k}`);
    check(sources[k] <= max_sources, `too many sources of SKU ${k}`);
    sum += Math.max(demand - units[k], 0) * short_penalty;
    sum -= Math.max(units[k] - demand, 0) * excess_credit;
  });
  const used = new Set(solution.map(([index]) => offers[index].s));
  for (const s of used) {
    const { min_order_value, freight_fixed, free_freight_from, po_cost } = suppliers[s];
    check(values[s] >= min_order_value, `supplier ${s} takes no order of ${values[s]}`);
    const free = free_freight_from > 0 && values[s] >= free_freight_from;
    sum += po_cost + (free ? 0 : freight_fixed);
  }
  return sum;
}

/**
 * The textbook's program in CPLEX's format: packs `n` and a switch `b` for each tier of each offer,
 * `y` for each order, `f` for its freight, `u` what is short and `x` what is too much.
 */
export function program({ suppliers, skus, offers }) {
  const [goal, rows, bounds, general, binary] = [[], [], [], [], []];
  const terms = (list) => list.map(([factor, name]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${name}`).join(' ');
  const values = suppliers.map(() => []);
  const units = skus.map(() => []);
  const switches = skus.map(() => []);
  offers.forEach(({ s, k, pack, moq, avail, type, breaks }, o) => {
    const own = [];
    let offset = 0;
    breaks.forEach(([from, each], t) => {
      // What the packs of lower tiers cost more or less than at this tier's price.
      if (type === 'incremental' && t > 0) offset += (breaks[t - 1][1] - each) * (from - 1);
      const least = Math.max(from, moq);
      const next = breaks[t + 1]?.[0] ?? Infinity;
      const most = Math.min(next - 1, avail, Math.floor(skus[k].max_units / pack));
      if (most < least) return;
      const [n, b] = [`n${o}_${t}`, `b${o}_${t}`];
      general.push(n);
      binary.push(b);
      bounds.push(`0 <= ${n} <= ${most}`);
      rows.push(`${n} - ${least} ${b} >= 0`, `${n} - ${most} ${b} <= 0`);
      const money = offset === 0 ? [[each, n]] : [[each, n], [offset, b]];
      goal.push(...money);
      values[s].push(...money);
      units[k].push([pack, n]);
      switches[k].push([1, b]);
      own.push([1, b]);
    });
    if (own.length > 0) rows.push(`${terms(own)} - y${s} <= 0`);
  });
  skus.forEach(({ demand, max_units, max_sources, short_penalty, excess_credit }, k) => {
    goal.push([short_penalty, `u${k}`], [-excess_credit, `x${k}`]);
    rows.push(`${terms([...units[k], [1, `u${k}`], [-1, `x${k}`]])} = ${demand}`);
    bounds.push(`0 <= x${k} <= ${max_units - demand}`, `0 <= u${k} <= ${demand}`);
    if (switches[k].length > 0) rows.push(`${terms(switches[k])} <= ${max_sources}`);
  });
  suppliers.forEach(({ min_order_value, freight_fixed, free_freight_from, po_cost }, s) => {
    goal.push([po_cost, `y${s}`], [freight_fixed, `f${s}`]);
    binary.push(`y${s}`, `f${s}`);
    rows.push(`f${s} - y${s} <= 0`);
    if (values[s].length === 0) return;
    if (min_order_value > 0) rows.push(`${terms(values[s])} - ${min_order_value} y${s} >= 0`);
    if (freight_fixed > 0 && free_freight_from > 0) {
      const free = `- ${free_freight_from} y${s} + ${free_freight_from} f${s}`;
      rows.push(`${terms(values[s])} ${free} >= 0`);
    } else {
      rows.push(`f${s} - y${s} = 0`);
    }
  });
  const section = (name, lines) => `${name}\n ${lines.join('\n ')}\n`;
  return (
    section('Minimize', [`cost: ${terms(goal)}`]) +
    section('Subject To', rows.map((row, index) => `r${index}: ${row}`)) +
    section('Bounds', bounds) +
    section('General', general) +
    section('Binary', binary) +
    'End\n'
  );
}

/** The choice that the program's variables stand for. */
export function chosen({ offers }, value) {
  const packs = (offer, o) =>
    offer.breaks.reduce((sum, _, t) => sum + Math.round(value(`n${o}_${t}`) ?? 0), 0);
  return offers.map((offer, o) => [o, packs(offer, o)]).filter(([, n]) => n > 0);
}
