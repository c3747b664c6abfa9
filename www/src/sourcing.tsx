/** Every offer for one product: what it would cost to serve from it, or why it cannot. */
import type { AllocatedLine, Comparison, CostKind, Exclusion, RankedOffer } from 'replenish';
import { amount, grouped, named, percent, type Names } from './format';

export function Sourcing(given: {
  comparison: Comparison;
  line: AllocatedLine | undefined;
  names: Names;
}) {
  const { comparison, line, names } = given;
  const dearest = Math.max(...comparison.ranked.map((offer) => amount(offer.landed_cost)), 0.01);
  return (
    <section class="card" aria-labelledby="supplier">
      <h3 id="supplier">Why this supplier</h3>
      {line && <p class="note">{line.reason}.</p>}
      {comparison.ranked.length > 0 && (
        <p class="note">What each offer adds to the bill while all other lines stay as they are:</p>
      )}
      <ol class="offers">
        {comparison.ranked.map((ranked) => (
          <Offer
            key={ranked.offer}
            ranked={ranked}
            supplier={named(ranked.supplier, names)}
            dearest={dearest}
            chosen={ranked.offer === line?.offer}
          />
        ))}
      </ol>
      {comparison.excluded.length > 0 && (
        <>
          <h4>Offers that cannot serve</h4>
          <ul class="offers">
            {comparison.excluded.map(({ offer, supplier, reason, remedy }) => (
              <li key={offer}>
                <div class="row wrap">
                  <span>
                    {named(supplier, names)} <code>{offer}</code>
                  </span>
                  <span class="tag">{exclusionWords(reason)}</span>
                </div>
                {remedy && <p class="note">What would help: {remedy}</p>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Offer(given: {
  ranked: RankedOffer;
  supplier: string;
  dearest: number;
  chosen: boolean;
}) {
  const { ranked, supplier, dearest, chosen } = given;
  const share = Math.max(amount(ranked.landed_cost), 0) / dearest;
  return (
    <li class={chosen ? 'chosen' : ''}>
      <div class="row">
        <span>
          <b>{supplier}</b> <code>{ranked.offer}</code>{' '}
          {chosen && <span class="tag good">chosen</span>}
        </span>
        <span class="number">{grouped(ranked.landed_cost)}</span>
      </div>
      <span class="meter" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <p class="note">
        {ranked.purchase.quantity} at {ranked.purchase.unit_price}: {costWords(ranked)}; there on{' '}
        {ranked.arrival}
      </p>
    </li>
  );
}

/** What a purchase adds to the bill, term by term; all other lines stay where they are. */
function costWords({ costs }: RankedOffer): string {
  const words = costs.map(({ kind, amount: money }) => {
    if (kind === 'goods') return `goods ${money}`;
    const [paid, saved] = COST_WORDS[kind];
    return amount(money) < 0 ? `less ${saved} ${money.slice(1)}` : `plus ${paid} ${money}`;
  });
  return words.join(', ');
}

/** What a cost is called, and what it is called where it makes the bill smaller. */
const COST_WORDS: Record<Exclude<CostKind, 'goods'>, readonly [string, string]> = {
  handling: ['handling of packs', 'handling of packs'],
  duty: ['duty', 'duty'],
  import_fee: ['import fee', 'import fee'],
  tax: ['tax', 'tax'],
  deposit: ['deposit that is lost', 'deposit'],
  rebate: ['rebate', 'rebate'],
  substitute_penalty: ['penalty for the substitute', 'penalty for the substitute'],
  failure_cost: ['cost of failed deliveries', 'cost of failed deliveries'],
  payment_terms: ['payment terms', 'worth of the payment terms'],
  freight: ['freight', 'freight saved'],
  order_handling: ['handling of the order', 'handling of the order saved'],
  order_cost: ['cost of ordering', 'cost of ordering saved'],
  below_minimum: ["for the supplier's minimum", "otherwise for the supplier's minimum"],
  yearly_rebate: ['yearly rebate lost', 'yearly rebate'],
};

function exclusionWords(reason: Exclusion): string {
  switch (reason.type) {
    case 'invalid':
      return `${reason.problem.path}: expected ${reason.problem.expected}, got ${reason.problem.got}`;
    case 'exchange_rate_missing':
      return `priced in ${reason.currency}, for which there is no exchange rate`;
    case 'exchange_rate_too_old':
      return `priced in ${reason.currency}, whose exchange rate is of ${reason.date}`;
    case 'not_yet_valid':
      return `holds from ${reason.valid_from}`;
    case 'expired':
      return `held until ${reason.valid_until}`;
    case 'not_enough':
      return `only ${reason.available} there`;
    case 'availability_too_old':
      return `last said on ${reason.as_of} what is there`;
    case 'maximum_exceeded':
      return `the smallest purchase is above ${reason.maximum}`;
    case 'too_late':
      return `there on ${reason.arrival}, latest ${reason.latest}`;
    case 'shelf_life_too_short':
      return `keeps for ${reason.days} days only`;
    case 'blocked':
    case 'supplier_blocked':
      return `blocked: ${reason.reason}`;
    case 'supplier_forbidden':
      return 'supplier forbidden';
    case 'supplier_not_allowed':
      return 'supplier not allowed for the product';
    case 'on_time_too_low':
      return `in time in ${percent(reason.share)} only`;
    case 'quality_too_low':
      return `as ordered in ${percent(reason.share)} only`;
  }
}
