/** Stored lives: they cross as the text that they are stored as, which costs a fraction of objects. */
import type {
  FlowPolicy,
  InputAnswer,
  Invalid,
  PurchaseOrderHostCommand,
  PurchaseOrderInput,
  PurchaseOrderView,
  PurchasePolicy,
  SaleOrderHostCommand,
  SaleOrderInput,
  SaleOrderView,
  TimedInput,
} from '../types/engine.js';
import type { Engine } from './engine.js';

/** A life that was told something: what to store first, then to do, and what a page shows. */
export interface Advanced<Command, View> {
  life: string;
  commands: Command[];
  view: View;
}

/** A stored life and what it is told, in order. */
export interface LifeWork<Input> {
  life: string;
  told: readonly TimedInput<Input>[];
}

/** What came of it: the life to store and an answer for each input, or why it could not be read. */
export type LifeAnswer<Command> =
  | { life: string; answers: InputAnswer<Command>[]; refused?: undefined }
  | { life?: undefined; answers?: undefined; refused: Invalid };

/**
 * Tells a sale order what happened, by its stored life; store the new one before carrying out the
 * commands.
 *
 * ```ts
 * const life = JSON.stringify(engine.openSaleOrder('SO-1', ['1']));
 * const submit = { type: 'submit', payload: '{"sku":"A"}' } as const;
 * const sending = advanceStoredSaleOrder(engine, life, submit, Date.now(), policy);
 * store(sending.life); // then carry out sending.commands
 * ```
 *
 * @throws EngineError as `engine.advanceSaleOrder`.
 */
export function advanceStoredSaleOrder(
  engine: Pick<Engine, 'advanceSaleOrderJson'>,
  life: string,
  input: SaleOrderInput,
  now: number,
  policy: Partial<FlowPolicy>,
): Advanced<SaleOrderHostCommand, SaleOrderView> {
  return advanced(
    engine.advanceSaleOrderJson(life, JSON.stringify(input), now, JSON.stringify(policy)),
  );
}

/**
 * Tells many sale orders what happened, each any number of things, in one crossing. What is refused
 * leaves its life alone and spoils nothing else.
 *
 * @throws EngineError when the policy is none.
 */
export function advanceSaleOrders(
  engine: Pick<Engine, 'advanceSaleOrdersJson'>,
  work: readonly LifeWork<SaleOrderInput>[],
  policy: Partial<FlowPolicy>,
): LifeAnswer<SaleOrderHostCommand>[] {
  return answers(engine.advanceSaleOrdersJson(lines(work), JSON.stringify(policy)));
}

/**
 * Tells a purchase order what happened, by its stored life; store the new one before carrying out
 * the commands.
 *
 * @throws EngineError as `engine.advancePurchaseOrder`.
 */
export function advanceStoredPurchaseOrder(
  engine: Pick<Engine, 'advancePurchaseOrderJson'>,
  life: string,
  input: PurchaseOrderInput,
  now: number,
  policy: Partial<PurchasePolicy>,
): Advanced<PurchaseOrderHostCommand, PurchaseOrderView> {
  return advanced(
    engine.advancePurchaseOrderJson(life, JSON.stringify(input), now, JSON.stringify(policy)),
  );
}

/**
 * Tells many purchase orders what happened, as `advanceSaleOrders` does.
 *
 * @throws EngineError when the policy is none.
 */
export function advancePurchaseOrders(
  engine: Pick<Engine, 'advancePurchaseOrdersJson'>,
  work: readonly LifeWork<PurchaseOrderInput>[],
  policy: Partial<PurchasePolicy>,
): LifeAnswer<PurchaseOrderHostCommand>[] {
  return answers(engine.advancePurchaseOrdersJson(lines(work), JSON.stringify(policy)));
}

/** Three lines: the life, the commands, the view. */
function advanced<Command, View>(text: string): Advanced<Command, View> {
  const [life = '', commands = '[]', view = 'null'] = text.split('\n');
  return { life, commands: JSON.parse(commands) as Command[], view: JSON.parse(view) as View };
}

function lines<Input>(work: readonly LifeWork<Input>[]): string {
  const line = ({ life, told }: LifeWork<Input>) =>
    `{"life":${life},"told":${JSON.stringify(told)}}`;
  return work.map(line).join('\n');
}

/** A line for each life: the life, a tab, the answers; or a tab and why it could not be read. */
function answers<Command>(text: string): LifeAnswer<Command>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const tab = line.indexOf('\t');
      const rest: unknown = JSON.parse(line.slice(tab + 1));
      return tab === 0
        ? { refused: rest as Invalid }
        : { life: line.slice(0, tab), answers: rest as InputAnswer<Command>[] };
    });
}
