/** Judges a run by the order systems' own books: nothing lost, nothing doubled. */
import type { SaleOrderState } from '../../types/engine.js';
import type { ErpBook } from './erp.js';

/** A sale order as the host believes it to be. */
export interface Believed {
  id: string;
  state: SaleOrderState;
  /** The materials of its lines. */
  materials: readonly string[];
}

/** What the comparison found; every list names sale orders and is empty when all is well. */
export interface Proof {
  saleOrders: number;
  /** Documents that are alive in the order systems. */
  liveDocuments: number;
  /** Believed to be alive, and not there. */
  lost: string[];
  /** More than once there. */
  doubled: string[];
  /** Believed not to be there, and alive. */
  leftAlive: string[];
  /** There with other lines than they were sent with. */
  garbled: string[];
  /** There, and unknown to the host. */
  orphaned: string[];
  /** Still on their way when the run was over. */
  unsettled: string[];
  /** Handed to a person, rightly flagged as unknown; how many of them are there and are not. */
  inReview: { alive: number; absent: number };
  holds: boolean;
}

/** Whether an order in a resting state must be alive at its vendor; a person decides on the rest. */
const MUST_LIVE: Partial<Record<SaleOrderState, boolean>> = {
  sent: true,
  rejected: false,
  failed: false,
  nullified: false,
};

export function compareWithBooks(believed: readonly Believed[], books: readonly ErpBook[]): Proof {
  const known = new Set(believed.map(({ id }) => id));
  const alive = new Map(
    books.map(({ reference, documents }) => [reference, documents.filter(({ live }) => live)]),
  );
  const names = (holds: (order: Believed, live: readonly { materials: string[] }[]) => boolean) =>
    believed.filter((order) => holds(order, alive.get(order.id) ?? [])).map(({ id }) => id);
  const review = believed.filter(({ state }) => state === 'review');
  const reviewAlive = review.filter(({ id }) => (alive.get(id) ?? []).length > 0).length;
  const lists = {
    lost: names(({ state }, live) => MUST_LIVE[state] === true && live.length === 0),
    doubled: names((_, live) => live.length > 1),
    leftAlive: names(({ state }, live) => MUST_LIVE[state] === false && live.length > 0),
    garbled: names(({ materials }, live) =>
      live.some((found) => !same(found.materials, materials)),
    ),
    orphaned: [...alive]
      .filter(([id, live]) => !known.has(id) && live.length > 0)
      .map(([id]) => id),
    unsettled: names(({ state }) => state !== 'review' && MUST_LIVE[state] === undefined),
  };
  return {
    saleOrders: believed.length,
    liveDocuments: [...alive.values()].reduce((sum, live) => sum + live.length, 0),
    ...lists,
    inReview: { alive: reviewAlive, absent: review.length - reviewAlive },
    holds: Object.values(lists).every((list) => list.length === 0),
  };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().every((value, at) => value === [...b].sort()[at]);
}
