/** An allocation as people read it: who gets what, why, and how sure that is. */
import type { Allocation } from '../../types/engine.js';
import type { Printer } from './print.js';

/** Orders with their lines, what cannot be had, and the certificate. */
export function printAllocation(allocation: Allocation, print: Printer): void {
  const { orders, lines, unmet, total, lower_bound, status, gap, conflict } = allocation;
  for (const order of orders) {
    const { supplier, name, delivery, goods } = order;
    const on = delivery === null || delivery === undefined ? '' : `, delivered on ${delivery}`;
    print.line(
      `${print.strong(name ?? supplier)}${on}: ${order.total}, of it goods ${goods}, freight ${order.freight}`,
    );
    for (const line of lines) {
      if (line.supplier !== supplier || (line.delivery ?? '') !== (delivery ?? '')) continue;
      const { requirement, offer, purchase, reason } = line;
      print.line(`  ${requirement.sku}: ${purchase.quantity} of ${offer} for ${line.landed_cost}`);
      print.line(`    ${print.faint(reason)}`);
    }
  }
  for (const { requirement, missing, reason } of unmet) {
    print.line(`${print.bad('not bought')}: ${missing} of ${requirement.sku}: ${reason}`);
  }
  for (const { words, total: then } of conflict?.relaxations ?? []) {
    print.line(`${print.bad('conflict')}: ${words}: ${then}`);
  }
  const sure = {
    proved: 'proved: nothing costs less',
    gap: `nothing costs less than ${lower_bound} (${(gap * 100).toFixed(4)} % less)`,
    infeasible: 'not everything can be had together: see above',
  }[status];
  print.line(`total ${print.strong(total)}; ${sure}`);
}
