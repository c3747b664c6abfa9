/** One product: what to do, what is expected, the arithmetic, and why this supplier. */
import { useEffect, useRef } from 'preact/hooks';
import { type Plan, shortModel } from 'replenish';
import { FanChart } from './chart';
import { grouped, named, percent, supplierNames } from './format';
import { type Situation, Urgency } from './products';
import { Sourcing } from './sourcing';
import { productAddress } from './state';

export function ProductView(given: { situation: Situation; plan: Plan; opened: boolean }) {
  const { situation, plan, opened } = given;
  const { product, line, unmet, comparison } = situation;
  const { forecast, replenishment, problem } = product;
  const names = supplierNames(plan);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // On a narrow screen the product takes the list's place, and the focus with it, and back.
    if (!opened || !matchMedia('(max-width: 899px)').matches) return;
    title.current?.focus();
    scrollTo({ top: 0 });
    return () => {
      const row = `.rows a[href="${CSS.escape(productAddress(product.sku))}"]`;
      document.querySelector<HTMLElement>(row)?.focus();
    };
  }, [product.sku, opened]);
  return (
    <article class="product" aria-labelledby="product">
      <section class="card">
        <a class="back" href="#/">
          ← All products
        </a>
        <header>
          <div>
            <h2 id="product" ref={title} tabIndex={-1}>
              {product.description || product.sku}
            </h2>
            <code>{product.sku}</code>
          </div>
          <Urgency situation={situation} today={plan.today} />
        </header>
        {problem && <p class="bad-text">Not planned: {problem.message}.</p>}
        {line && (
          <p class="decision">
            Buy <b>{line.purchase.quantity}</b> from <b>{named(line.supplier, names)}</b> for{' '}
            <b>{grouped(line.purchase.goods)}</b>, there on <time>{line.arrival}</time>; needed by{' '}
            <time>{line.requirement.need_by}</time>.
            {line.arrival > line.requirement.need_by && <b class="warn-text"> That is too late.</b>}
          </p>
        )}
        {unmet && (
          <p class="decision bad-text">
            {unmet.requirement.quantity} needed by <time>{unmet.requirement.need_by}</time>, and nobody can
            deliver: {unmet.reason}.
          </p>
        )}
        {replenishment && !replenishment.requirement && (
          <p class="decision">Nothing to buy: the stock will do until the next review.</p>
        )}
      </section>
      {forecast && (
        <section class="card" aria-labelledby="forecast">
          <h3 id="forecast">How much will be wanted</h3>
          <p class="soft">
            <span title={forecast.model}>{shortModel(forecast.model)}</span>, {forecast.pattern.class.replaceAll('_', ' ')} demand
          </p>
          <FanChart
            name={product.description || product.sku}
            today={plan.today}
            history={product.history}
            forecast={forecast}
          />
          <p class="note">{[`Why: ${forecast.reason}`, ...forecast.notes].join('. ')}.</p>
        </section>
      )}
      <div class="pair">
        {replenishment && (
          <section class="card" aria-labelledby="quantity">
            <h3 id="quantity">Why this quantity</h3>
            <table>
              <tbody>
                {replenishment.terms.map(({ name, value }) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td class="value">{value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p class="note">
              Level and expected demand are of lead time and review period together, as a
              distribution, so the daily forecast times the days need not give them. Without an
              order more will be wanted than there is with {percent(replenishment.stock_out_risk)}{' '}
              probability.
              {replenishment.runs_out &&
                ` From ${replenishment.runs_out} on the stock no longer gives the wanted service level.`}
              {replenishment.order_by &&
                (replenishment.order_by < plan.today
                  ? ` Order now: due since ${replenishment.order_by}.`
                  : ` The latest day to order: ${replenishment.order_by}.`)}
            </p>
          </section>
        )}
        {comparison && <Sourcing comparison={comparison} line={line} names={names} />}
      </div>
    </article>
  );
}
