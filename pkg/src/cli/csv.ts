import type { Plan } from '../../types/engine.js';

/** The purchase orders as a table, one row a line, for a spreadsheet or another system. */
export function purchaseOrdersCsv({ purchase_orders }: Plan): string {
  const head = 'purchase_order,supplier,order_date,sku,offer,packs,quantity,unit,unit_price,amount,currency,arrival';
  const rows = purchase_orders.flatMap((order) =>
    order.lines.map((line) => {
      const [quantity = '', unit = ''] = line.quantity.split(' ');
      const [unitPrice = ''] = line.unit_price.split(' ');
      const [amount = '', currency = ''] = line.amount.split(' ');
      const { id, supplier, order_date } = order;
      const { sku, offer, packs, arrival } = line;
      const names = [id, supplier, order_date, sku, offer].map(cell);
      return [...names, packs, quantity, unit, unitPrice, amount, currency, arrival].join(',');
    }),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** A cell, quoted where needed; one that a spreadsheet would run as a formula is made plain text. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
