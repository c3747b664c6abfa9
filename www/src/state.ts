/** What the page knows, and what a visitor can do about it. */
import { computed, signal } from '@preact/signals';
import type { Plan, Problem, TableFile } from 'replenish';
import { localDay } from './format';
import { startPlanning } from './planner';
import { readSample, SAMPLE_TODAY } from './sample';

export type Slot = 'demand' | 'stock' | 'offers' | 'terms';
export const SLOTS: readonly Slot[] = ['demand', 'stock', 'offers', 'terms'];

export type Status =
  | { kind: 'choosing' }
  | { kind: 'working'; step: 'reading' | 'loading' | 'planning' }
  | { kind: 'planned'; plan: Plan; milliseconds: number }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'failed'; message: string };

export type Route = { view: 'products'; sku?: string } | { view: 'orders' };

export const status = signal<Status>({ kind: 'choosing' });
export const files = signal<Partial<Record<Slot, TableFile>>>({});
export const today = signal(localDay(new Date()));
/** What a drop or a choice of files led to, when it needs words. */
export const fileMessage = signal('');
export const route = signal<Route>(readRoute(location.hash));
export const missing = computed(() =>
  SLOTS.filter((slot) => slot !== 'terms' && files.value[slot] === undefined),
);

let stop = () => {};

addEventListener('hashchange', () => {
  route.value = readRoute(location.hash);
});

/** The address of one product's page: a link, so that Back works. */
export function productAddress(sku: string): string {
  return `#/product/${encodeURIComponent(sku)}`;
}

function readRoute(hash: string): Route {
  if (hash === '#/orders') return { view: 'orders' };
  const [, sku] = /^#\/product\/(.+)$/.exec(hash) ?? [];
  if (sku === undefined) return { view: 'products' };
  try {
    return { view: 'products', sku: decodeURIComponent(sku) };
  } catch {
    return { view: 'products' };
  }
}

export async function takeFile(slot: Slot, file: File): Promise<void> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    files.value = { ...files.value, [slot]: { name: file.name, bytes } };
    fileMessage.value = '';
  } catch {
    fileMessage.value = `${file.name}: expected a file that can be read, got a folder or a file that has moved.`;
  }
}

/** Takes dropped files, each for what its name says. */
export async function takeDropped(dropped: readonly File[]): Promise<void> {
  const strangers: string[] = [];
  for (const file of dropped) {
    const slot = SLOTS.find((name) => file.name.toLowerCase().includes(name));
    if (slot) await takeFile(slot, file);
    else strangers.push(file.name);
  }
  if (strangers.length > 0) {
    fileMessage.value = `Expected names with demand, stock, offers or terms in them, got ${strangers.join(', ')}: choose such files one by one.`;
  }
}

export function removeFile(slot: Slot): void {
  const { [slot]: _, ...others } = files.value;
  files.value = others;
}

export async function planSample(): Promise<void> {
  status.value = { kind: 'working', step: 'reading' };
  const begun = status.value;
  try {
    const sample = await readSample();
    // Somebody may have cancelled meanwhile.
    if (status.value !== begun) return;
    files.value = sample;
    today.value = SAMPLE_TODAY;
    makePlan();
  } catch (error) {
    if (status.value !== begun) return;
    const words = error instanceof Error ? error.message : String(error);
    status.value = { kind: 'failed', message: `the sample could not be read: ${words}` };
  }
}

export function makePlan(): void {
  const { demand, stock, offers, terms } = files.value;
  if (!demand || !stock || !offers) return;
  stop();
  location.hash = '';
  status.value = { kind: 'working', step: 'loading' };
  const tables = { demand, stock, offers, ...(terms ? { terms } : {}) };
  stop = startPlanning({ files: tables, today: today.value }, (report) => {
    if (report.type === 'step') status.value = { kind: 'working', step: report.step };
    else if (report.type === 'planned') status.value = { ...report, kind: 'planned' };
    else if (report.type === 'refused') status.value = { ...report, kind: 'refused' };
    else status.value = { kind: 'failed', message: report.message };
  });
}

/** Back to the files, which are kept. */
export function chooseAgain(): void {
  stop();
  status.value = { kind: 'choosing' };
}
