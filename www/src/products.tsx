/** All products, the most urgent first. */
import { useComputed, useSignal } from '@preact/signals';
import type { AllocatedLine, Comparison, Plan, ProductPlan, Unmet } from 'replenish';
import { count, daysBetween, percent } from './format';
import { More, useFirst } from './more';
import { productAddress } from './state';

/** Everything the plan says about one product. */
export interface Situation {
  product: ProductPlan;
  line: AllocatedLine | undefined;
  unmet: Unmet | undefined;
  comparison: Comparison | undefined;
}

/** One for each product, sorted by urgency. */
export function situations(plan: Plan): Situation[] {
  const lines = new Map(plan.allocation.lines.map((line) => [line.requirement.sku, line]));
  const unmet = new Map(plan.allocation.unmet.map((found) => [found.requirement.sku, found]));
  const compared = new Map(plan.allocation.comparisons?.map((found) => [found.sku, found]));
  return plan.products
    .map((product) => ({
      product,
      line: lines.get(product.sku),
      unmet: unmet.get(product.sku),
      comparison: compared.get(product.sku),
    }))
    .sort((a, b) => byUrgency(a.product, b.product));
}

/** What should have been ordered first; then what is needed first; then what is likelier to run out. */
function byUrgency(a: ProductPlan, b: ProductPlan): number {
  const key = ({ replenishment, sku }: ProductPlan) =>
    [
      replenishment?.requirement ? (replenishment.order_by ?? LATEST) : LATEST,
      replenishment?.requirement?.need_by ?? LATEST,
      1 - (replenishment?.stock_out_risk ?? 0),
      sku,
    ] as const;
  const [left, right] = [key(a), key(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  if (at < 0) return 0;
  return (left[at] ?? 0) < (right[at] ?? 0) ? -1 : 1;
}

const LATEST = '9999-12-31';

const FILTERS = {
  'to buy': ({ product }: Situation) => Boolean(product.replenishment?.requirement),
  all: () => true,
  'nobody delivers': ({ unmet }: Situation) => unmet !== undefined,
  'not planned': ({ product }: Situation) => product.problem !== null,
};
type Filter = keyof typeof FILTERS;

export function ProductList(given: {
  all: readonly Situation[];
  plan: Plan;
  shown: string | undefined;
}) {
  const { all, plan, shown } = given;
  const any = all.some(FILTERS['to buy']);
  const filter = useSignal<Filter>(any ? 'to buy' : 'all');
  const words = useSignal('');
  const matches = useComputed(() => {
    const wanted = words.value.trim().toLowerCase();
    return all.filter(
      (situation) =>
        FILTERS[filter.value](situation) &&
        `${situation.product.sku} ${situation.product.description}`.toLowerCase().includes(wanted),
    );
  });
  const first = useFirst(matches.value);
  const counted = (Object.keys(FILTERS) as Filter[])
    .map((name) => ({ name, number: all.filter(FILTERS[name]).length }))
    .filter(({ name, number }) => number > 0 || name === 'to buy' || name === 'all');
  return (
    <section class="card list" aria-labelledby="products">
      <h2 id="products" class="hidden">
        Products by urgency
      </h2>
      <div class="chips" role="group" aria-label="Which products">
        {counted.map(({ name, number }) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={filter.value === name}
            onClick={() => (filter.value = name)}
          >
            {name} <span class="number">{number}</span>
          </button>
        ))}
      </div>
      <input
        type="search"
        aria-label="Search products"
        placeholder="Search products"
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
      />
      {matches.value.length === 0 && (
        <p class="soft" role="status">
          {words.value !== '' ? (
            <>
              No product matches.{' '}
              <button type="button" onClick={() => (words.value = '')}>
                Clear search
              </button>
            </>
          ) : (
            'Nothing: the stock will do until the next review.'
          )}
        </p>
      )}
      <ul class="rows">
        {first.items.map((situation) => (
          <Row
            key={situation.product.sku}
            situation={situation}
            today={plan.today}
            current={situation.product.sku === shown}
          />
        ))}
      </ul>
      <More {...first} />
    </section>
  );
}

function Row(given: { situation: Situation; today: string; current: boolean }) {
  const { situation, today, current } = given;
  const { sku, description, replenishment } = situation.product;
  const risk = replenishment?.stock_out_risk;
  return (
    <li>
      <a href={productAddress(sku)} aria-current={current ? 'true' : undefined}>
        <span class="what">{description || sku}</span>
        <span class="number">{replenishment?.requirement?.quantity}</span>
        <Urgency situation={situation} today={today} />
        {risk !== undefined && (
          <span class="risk" title="How likely the stock runs out if nothing is ordered">
            <span class="meter" aria-hidden="true">
              <i style={{ width: `${risk * 100}%` }} />
            </span>
            <span class="hidden">stock-out risk </span>
            {percent(risk)}
          </span>
        )}
      </a>
    </li>
  );
}

export function Urgency({ situation, today }: { situation: Situation; today: string }) {
  const { product, unmet } = situation;
  if (product.problem) return <span class="tag bad">not planned</span>;
  if (!product.replenishment?.requirement) return <span class="tag">enough in stock</span>;
  if (unmet) return <span class="tag bad">nobody delivers</span>;
  const { order_by: latest } = product.replenishment;
  if (latest === null) return <span class="tag warn">order today</span>;
  const days = daysBetween(today, latest);
  if (days < 0) return <span class="tag bad">{count(-days, 'day')} late</span>;
  if (days === 0) return <span class="tag warn">order today</span>;
  return <span class="tag good">order by {latest}</span>;
}
