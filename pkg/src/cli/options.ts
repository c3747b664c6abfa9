import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './failure.js';

/** One option of a command, as its help shows it. */
export interface Option {
  /** The value's name in the help; none for a switch. */
  value?: string;
  help: string;
  required?: boolean;
}

/** A command as its help shows it. */
export interface Usage {
  usage: string;
  about: string;
  options: Record<string, Option>;
  /** How many words it takes beside its options, at most. */
  words?: number;
}

/** What was given, or nothing where the help was asked for. */
export interface Given {
  values: Record<string, string | undefined>;
  words: string[];
}

/** Reads a command's options strictly: unknown, doubled, empty and missing ones are refused. */
export function readOptions(args: string[], usage: Usage): Given | undefined {
  const config: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { value }] of Object.entries(usage.options)) {
    config[name] = value === undefined ? { type: 'boolean' } : { type: 'string', multiple: true };
  }
  const { values, positionals } = parse(args, config, usage);
  if (values['help'] === true) return undefined;
  if (positionals.length > (usage.words ?? 0)) {
    throw refuse(usage, `expected no \`${positionals[usage.words ?? 0]}\``);
  }
  const given: Record<string, string | undefined> = {};
  for (const [name, { value, required }] of Object.entries(usage.options)) {
    const found = values[name];
    if (Array.isArray(found)) {
      if (found.length > 1) throw refuse(usage, `expected --${name} once`);
      if (found[0] === '') throw refuse(usage, `expected --${name} ${value}, got nothing`);
      given[name] = String(found[0]);
    } else if (found === true) {
      given[name] = '';
    } else if (required === true) {
      throw refuse(usage, `expected --${name} ${value}`);
    }
  }
  return { values: given, words: positionals };
}

/** The command's help. */
export function helpText({ usage, about, options }: Usage): string {
  const rows: [string, string][] = Object.entries(options).map(([name, { value, help }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  ]);
  rows.push(['--help', 'Show this']);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return `${about}\n\nUsage: ${usage}\n\nOptions:\n${lines.join('\n')}`;
}

/** A number of an option, within its bounds. */
export function numberOption(
  given: Given,
  name: string,
  otherwise: number,
  bounds: { least: number; most: number; whole: boolean },
): number {
  const text = given.values[name];
  if (text === undefined) return otherwise;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  const { least, most, whole } = bounds;
  if (number >= least && number <= most && (!whole || Number.isSafeInteger(number))) return number;
  const kind = whole ? 'a whole number' : 'a number';
  throw new UsageError(
    `expected --${name} to be ${kind} from ${least} to ${most}, got \`${text}\``,
  );
}

/** One of the words that an option takes. */
export function wordOption<W extends string>(
  given: Given,
  name: string,
  words: readonly W[],
): W | undefined {
  const text = given.values[name];
  const found = words.find((word) => word === text);
  if (found === text) return found;
  throw new UsageError(`expected --${name} to be one of ${words.join(', ')}, got \`${text}\``);
}

/** How long a period may be. */
export const PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const;

function parse(args: string[], options: NonNullable<ParseArgsConfig['options']>, usage: Usage) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node adds advice on words after `--`, which no command takes.
    throw refuse(usage, message.split('. To specify')[0] ?? message);
  }
}

function refuse(usage: Usage, message: string): UsageError {
  return new UsageError(`${message}\nUsage: ${usage.usage}`);
}
