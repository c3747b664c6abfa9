/** The command line: picks the command, turns every failure into a message and an exit code. */
import { EngineError } from '../error.js';
import { allocate } from './allocate.js';
import { approve } from './approve.js';
import { backtest } from './backtest.js';
import { compare } from './compare.js';
import { demo } from './demo.js';
import { CheckFailed, EnvironmentError, printProblems, UsageError } from './failure.js';
import { forecast } from './forecast.js';
import { orders } from './orders.js';
import { plan } from './plan.js';
import { printer, type Printer } from './print.js';
import { savings } from './savings.js';
import { split } from './split.js';

const HELP = `Decide what to buy, from whom, and drive every order to its end.

Usage: replenish <command> [options]

Commands:
  allocate  Buy whole baskets at the least cost, and say how sure that is
  approve   Say whether purchase orders may be placed, who is asked, and by which rules
  backtest  Say what policies are worth on recorded demand
  compare   Rank the offers for a product at what they really cost
  demo      Show everything on a sample company, with faulty order systems
  forecast  Forecast the series of a file
  plan      Say what to buy and from whom, from your own files
  orders    List the sale orders that a database holds
  savings   Say what past purchases would have cost otherwise
  split     Split customer orders by vendor, and prove that the money adds up

Options:
  --help       Show this, or the options of a command
  --version    Show the version

Exit codes: 0 done, 1 a check failed or a series or a file has no answer, 2 bad usage or bad input, 3 the machine refused
`;

const COMMANDS: Record<string, (args: string[], print: Printer) => Promise<void>> = {
  allocate,
  approve,
  backtest,
  compare,
  demo,
  forecast,
  orders,
  plan,
  savings,
  split,
};

/** Runs one command and returns the process's exit code. */
export async function main(args: string[]): Promise<number> {
  const print = printer(process.stdout, process.stderr, process.env);
  const [name = '--help', ...rest] = args;
  try {
    if (name === '--help' || name === '-h') print.line(HELP.trimEnd());
    else if (name === '--version') print.line(await version());
    else await command(name)(rest, print);
    return 0;
  } catch (error) {
    return report(error, print);
  }
}

function command(name: string): (args: string[], print: Printer) => Promise<void> {
  const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (found !== undefined) return found;
  const expected = Object.keys(COMMANDS).join(', ');
  throw new UsageError(`expected a command (${expected}), got \`${name}\`; see replenish --help`);
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function report(error: unknown, print: Printer): number {
  if (error instanceof CheckFailed) {
    print.problem(error.message);
    return 1;
  }
  if (error instanceof UsageError) {
    print.problem(error.message);
    return 2;
  }
  if (error instanceof EngineError && error.code !== 'internal') {
    printProblems(error, print);
    return 2;
  }
  if (error instanceof EnvironmentError) {
    print.problem(error.message);
    return 3;
  }
  print.problem(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 3;
}
