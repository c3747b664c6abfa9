import type { EngineError, Problem } from '../error.js';
import type { Printer } from './print.js';

/** The user asked for something that makes no sense, or named a file that is not there. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine refused: a file that cannot be written, a port that cannot be opened. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Everything ran, and the result is not what it must be. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** How many mistakes the engine lists before it stops reading. */
const MOST_PROBLEMS = 20;

/** Each mistake on its own line, with the place at which it stands. */
export function printProblems(error: EngineError, print: Printer): void {
  if (error.problems.length === 0) print.problem(error.message);
  for (const problem of error.problems) print.problem(describe(problem));
  if (error.problems.length >= MOST_PROBLEMS) print.problem('there may be more: reading stopped here');
}

/** `file:line: column …: expected …, got …`, without the parts that are not known. */
export function describe({ file, line, column, path, expected, got }: Problem): string {
  const place = file === undefined ? path : line === undefined ? file : `${file}:${line}`;
  const named = column ? `column ${column}` : '';
  return [place, named, `expected ${expected}, got ${got === '' ? 'nothing' : got}`]
    .filter((part) => part !== '')
    .join(': ');
}
