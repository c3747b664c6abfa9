/** The purchase-order drafts, one for each supplier. */
import { deliveryWords, type Plan, type PurchaseOrder, type PurchaseOrderLine, REASON_WORDS, sumWords } from 'replenish';
import { count, grouped, named, supplierNames } from './format';
import { productAddress } from './state';

export function OrdersView({ plan }: { plan: Plan }) {
  const names = new Map(plan.products.map(({ sku, description }) => [sku, description]));
  const suppliers = supplierNames(plan);
  if (plan.purchase_orders.length === 0) {
    return <p class="card">No orders: nothing must be bought, or nobody can deliver it.</p>;
  }
  return (
    <>
      {plan.purchase_orders.map((order) => (
        <Order
          key={order.id}
          order={order}
          supplier={order.supplier_name ?? named(order.supplier, suppliers)}
          names={names}
        />
      ))}
    </>
  );
}

function Order(given: {
  order: PurchaseOrder;
  supplier: string;
  names: ReadonlyMap<string, string>;
}) {
  const { order, supplier, names } = given;
  return (
    <section class="card order" aria-labelledby={order.id}>
      <header>
        <div>
          <h2 id={order.id}>{supplier}</h2>
          <span class="soft">
            draft {order.number && <b>{order.number} </b>}
            <code>{order.id}</code> · {count(order.lines.length, 'line')} · {deliveryWords(order)} · complete
            on {order.expected_arrival}
          </span>
        </div>
        <span class="sum">
          <b>{grouped(order.total)}</b>
          <span class="soft">{sumWords(order, grouped)}</span>
        </span>
      </header>
      {order.notes?.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" class="number">
              Quantity
            </th>
            <th scope="col" class="number">
              Unit price
            </th>
            <th scope="col" class="number">
              Amount
            </th>
            <th scope="col">Need by</th>
            <th scope="col">There on</th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                <a href={productAddress(line.sku)}>{names.get(line.sku) || line.sku}</a>
                <Why line={line} />
              </th>
              <td class="number">{line.quantity}</td>
              <td class="number">
                <span class="narrow">at </span>
                {line.unit_price}
              </td>
              <td class="number">{grouped(line.amount)}</td>
              <td>
                <span class="narrow">need by </span>
                {line.need_by}
              </td>
              <td class={line.arrival > line.need_by ? 'warn-text' : ''}>
                <span class="narrow">there on </span>
                {line.arrival > order.requested_delivery ? line.arrival : order.requested_delivery}
                {line.arrival > line.need_by && <span class="hidden"> late</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the line is called elsewhere, and how it came to be, from the forecast on. */
function Why({ line }: { line: PurchaseOrderLine }) {
  const { buyer_code: ours, supplier_code: theirs, reasons = [] } = line;
  return (
    <>
      {(ours || theirs) && (
        <span class="soft">
          {' '}
          {ours && <code>{ours}</code>} {theirs && <code>{theirs}</code>}
        </span>
      )}
      {reasons.length > 0 && (
        <details class="reasons">
          <summary>why</summary>
          <ol>
            {reasons.map(({ step, text }) => (
              <li key={text}>
                <b>{REASON_WORDS[step]}</b>: {text}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
