import type { Plan, ProductPlan } from '../../types/engine.js';

/** The purchase orders as a table, one row a line, for a spreadsheet or another system. */
export function purchaseOrdersCsv({ purchase_orders }: Plan): string {
  const head = 
    'purchase_order,supplier,order_date,sku,offer,packs,quantity,unit,unit_price,amount,currency,arrival,' +
    'number,requested_delivery,location,buyer_code,supplier_code,pack_size,price_unit,charges,tax_rate';
  const rows = purchase_orders.flatMap((order) =>
    order.lines.map((line) => {
      const [quantity = '', unit = ''] = line.quantity.split(' ');
      const [unitPrice = ''] = line.unit_price.split(' ');
      const [amount = '', currency = ''] = line.amount.split(' ');
      const { id, supplier, order_date, number, requested_delivery } = order;
      const { sku, offer, packs, arrival, buyer_code, supplier_code, pack_size, price_unit } = line;
      const [charges = ''] = line.charges.split(' ');
      const names = [id, supplier, order_date, sku, offer].map(cell);
      const bought = [packs, quantity, unit, unitPrice, amount, currency, arrival];
      const location = line.location ?? order.location;
      const codes = [number, requested_delivery, location, buyer_code, supplier_code, pack_size, price_unit];
      const further = codes.map((text) => cell(text ?? ''));
      return [...names, ...bought, ...further, charges, line.tax_rate ?? ''].join(',');
    }),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** What to order of each product, one row a product, 0 where nothing. */
export function quantitiesCsv(products: ProductPlan[]): string {
  const head =
    'sku,quantity,unit,urgency,order_on,need_by,runs_out,order_by,reorder_point,order_up_to_level,safety_stock,inventory_position,expected_demand,stock_out_risk,stock_out_risk_after,expected_shortage,model,problem';
  const rows = products.map(({ sku, forecast, replenishment, problem }) => {
    if (replenishment === null) return [cell(sku), ...Array<string>(16).fill(''), cell(problem?.message ?? '')];
    const { requirement, urgency, order_on, runs_out, order_by } = replenishment;
    const [position = '0', unit = ''] = replenishment.inventory_position.split(' ');
    const amount = (quantity: string | undefined) => quantity?.split(' ')[0] ?? '0';
    return [
      cell(sku),
      amount(requirement?.quantity),
      unit,
      urgency,
      order_on,
      requirement?.need_by ?? '',
      runs_out ?? '',
      order_by ?? '',
      amount(replenishment.reorder_point),
      amount(replenishment.order_up_to_level),
      replenishment.safety_stock.toFixed(3),
      position,
      replenishment.expected_demand.toFixed(3),
      replenishment.stock_out_risk.toFixed(4),
      replenishment.stock_out_risk_after.toFixed(4),
      replenishment.expected_shortage.toFixed(4),
      cell(forecast?.model ?? ''),
      '',
    ];
  });
  return `${[head, ...rows.map((row) => row.join(','))].join('\n')}\n`;
}

/** A cell, quoted where needed; one that a spreadsheet would run as a formula is made plain text. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
