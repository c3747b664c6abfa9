/** Every offer for one product: what it would cost to serve from it, or why it cannot. */
import { costWords, exclusionWords, type AllocatedLine, type Comparison, type RankedOffer } from 'replenish';
import { amount, grouped, named, type Names } from './format';

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
