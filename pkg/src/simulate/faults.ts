import { draw } from './random.js';

/** How a simulated order system treats a request that it has seen before. */
export type Flavour = 'deduplicates' | 'lookup' | 'none';

/** What a request wants. */
export type Operation = 'create' | 'cancel' | 'lookup';

/** What goes wrong with one request. `commit` is the moment at which the order system acts. */
export type Fault =
  | 'drop_before_commit'
  | 'drop_after_commit'
  | 'cut_after_commit'
  | 'answer_late'
  | 'commit_late'
  | 'unavailable_before_commit'
  | 'unavailable_after_commit'
  | 'throttled'
  | 'success_without_id'
  | 'business_false';

const FAULTS: Record<Operation, readonly Fault[]> = {
  create: [
    'drop_before_commit',
    'drop_after_commit',
    'cut_after_commit',
    'answer_late',
    'commit_late',
    'unavailable_before_commit',
    'unavailable_after_commit',
    'throttled',
    'success_without_id',
    'business_false',
  ],
  cancel: [
    'drop_before_commit',
    'drop_after_commit',
    'cut_after_commit',
    'answer_late',
    'unavailable_before_commit',
    'unavailable_after_commit',
    'throttled',
  ],
  lookup: ['drop_before_commit', 'answer_late', 'unavailable_before_commit', 'throttled'],
};

/** How often something goes wrong, from 0 (never) to 1 (with every request), and by which seed. */
export interface FaultPlan {
  seed: number;
  rate: number;
}

/** What goes wrong with the `nth` request (from 1) of one operation on one order, if anything. */
export function faultFor(
  plan: FaultPlan,
  operation: Operation,
  reference: string,
  nth: number,
): Fault | undefined {
  if (draw(plan.seed, 'whether', operation, reference, nth) >= plan.rate) return undefined;
  const faults = FAULTS[operation];
  return faults[Math.floor(draw(plan.seed, 'which', operation, reference, nth) * faults.length)];
}
