/** How values are written. Amounts and quantities are the engine's own exact text. */
import type { Plan } from 'replenish';

/** The visitor's calendar day, as the engine takes it. */
export function localDay(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** `12345.60 USD` as `12,345.60 USD`: the digits stay as they are. */
export function grouped(exact: string): string {
  const [whole = '', ...rest] = exact.split(/(?=[. ])/);
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + rest.join('');
}

/** An amount for drawing and comparing; what is written is the engine's exact text. */
export function amount(money: string): number {
  return Number.parseFloat(money);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Suppliers' names, where they have any. */
export type Names = ReadonlyMap<string, string | null | undefined>;

export function supplierNames({ allocation }: Plan): Names {
  return new Map(allocation.orders.map(({ supplier, name }) => [supplier, name]));
}

/** A supplier by its name, with the id that the engine's own words use. */
export function named(supplier: string, names: Names): string {
  const name = names.get(supplier);
  return name ? `${name} (${supplier})` : supplier;
}

/** Days from one day to another, negative when it lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** A day as seconds since 1970, in UTC as all days here. */
export function dayStart(day: string, plusDays = 0): number {
  return Date.parse(day) / 1000 + plusDays * (DAY_MS / 1000);
}

export function dayText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
