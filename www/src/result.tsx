/** The plan: its headline, then products or purchase orders. */
import { useMemo } from 'preact/hooks';
import type { Plan } from 'replenish';
import { amount, count, grouped, percent } from './format';
import { OrdersView } from './orders';
import { ProductView } from './product';
import { ProductList, situations } from './products';
import { route } from './state';

export function ResultView({ plan, milliseconds }: { plan: Plan; milliseconds: number }) {
  const all = useMemo(() => situations(plan), [plan]);
  const { view } = route.value;
  const opened = route.value.view === 'products' ? route.value.sku : undefined;
  const shown = all.find(({ product }) => product.sku === opened) ?? all[0];
  return (
    <>
      <h1 class="result">What to buy on {plan.today}</h1>
      <p class="soft">
        {count(plan.products.length, 'product')} planned in {Math.round(milliseconds)} ms, in this
        browser
      </p>
      <Tiles plan={plan} />
      <Notices plan={plan} />
      <nav class="views" aria-label="Views of the plan">
        <a href="#/" aria-current={view === 'products' ? 'page' : undefined}>
          Products
        </a>
        <a href="#/orders" aria-current={view === 'orders' ? 'page' : undefined}>
          Purchase orders <span class="number">{plan.purchase_orders.length}</span>
        </a>
      </nav>
      {view === 'orders' ? (
        <OrdersView plan={plan} />
      ) : (
        <div class={opened === undefined ? 'split' : 'split opened'}>
          <ProductList all={all} plan={plan} shown={shown?.product.sku} />
          {shown && <ProductView situation={shown} plan={plan} opened={opened !== undefined} />}
        </div>
      )}
    </>
  );
}

function Tiles({ plan: { allocation, products, purchase_orders: orders } }: { plan: Plan }) {
  const short = products.filter(({ replenishment }) => replenishment?.requirement).length;
  const usual = allocation.baselines.find(({ policy }) => policy === 'default_supplier');
  return (
    <dl class="tiles">
      <div>
        <dt>To buy</dt>
        <dd>
          <b>{short}</b> of {count(products.length, 'product')}
        </dd>
      </div>
      <div>
        <dt>Total, goods and freight</dt>
        <dd>
          <b>{grouped(allocation.total)}</b> in {count(orders.length, 'order')}
        </dd>
      </div>
      {usual && usual.fallback_lines < allocation.lines.length && (
        <div class={amount(usual.saving) >= 0 ? 'good' : 'bad'}>
          <dt>{amount(usual.saving) >= 0 ? 'Saved' : 'Dearer'} against default suppliers</dt>
          <dd>
            <b>{grouped(usual.saving.replace('-', ''))}</b>{' '}
            {percent(Math.abs(usual.saving_share))} of {grouped(usual.cost)}
            {usual.fallback_lines > 0 && (
              <>; {count(usual.fallback_lines, 'line')} that they do not offer at the cheapest</>
            )}
            {amount(usual.below_minimum) > 0 && (
              <>; their orders would be {grouped(usual.below_minimum)} below minimum values</>
            )}
          </dd>
        </div>
      )}
      {allocation.status === 'proved' ? (
        <div class="good">
          <dt>Proved</dt>
          <dd>nothing costs less</dd>
        </div>
      ) : (
        <div>
          <dt>Proven gap</dt>
          <dd>
            <b>≤ {percent(allocation.gap)}</b> less is possible: nothing costs less than{' '}
            {grouped(allocation.lower_bound)}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** What the plan leaves open, in words. */
function Notices({ plan: { allocation, products, notes } }: { plan: Plan }) {
  const problems = products.filter(({ problem }) => problem !== null);
  const lines = [
    ...allocation.unmet.map(
      ({ requirement: { sku, quantity, need_by }, reason }) =>
        `${sku}: ${quantity} by ${need_by} not bought, or not wholly: ${reason}`,
    ),
    ...(allocation.conflict?.relaxations ?? []).map(
      ({ words, total }) => `What would help: ${words}, at ${total} altogether`,
    ),
    ...problems.map(({ sku, problem }) => `${sku}: not planned: ${problem?.message}`),
    ...notes,
  ];
  if (lines.length === 0) return null;
  return (
    <details class="card notices" open={allocation.unmet.length + problems.length > 0}>
      <summary>{count(lines.length, 'remark')} on the input and the plan</summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
