import { styleText } from 'node:util';

/** Where a command writes: results to standard output, problems and progress to standard error. */
export interface Printer {
  line(text?: string): void;
  problem(text: string): void;
  /** Shows what is being done until the next line; only to a person at a terminal. */
  progress(text: string): void;
  strong(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean };
type Format = Parameters<typeof styleText>[0];

/** Colours and progress only where both make sense (https://no-color.org). */
export function printer(out: Stream, err: Stream, environment: NodeJS.ProcessEnv): Printer {
  const coloured = out.isTTY === true && !environment['NO_COLOR'];
  const style = (format: Format) => (text: string) =>
    // Whether this stream is a terminal was asked above; Node would ask another one.
    coloured ? styleText(format, text, { validateStream: false }) : text;
  let pending = false;
  const clear = () => {
    if (pending) err.write('\r\u001b[2K');
    pending = false;
  };
  return {
    line: (text = '') => {
      clear();
      out.write(`${harmless(text, coloured)}\n`);
    },
    problem: (text) => {
      clear();
      err.write(`${harmless(text, coloured)}\n`);
    },
    progress: (text) => {
      if (!err.isTTY || !out.isTTY) return;
      clear();
      err.write(harmless(text, coloured));
      pending = true;
    },
    strong: style('bold'),
    good: style('green'),
    bad: style('red'),
    faint: style('dim'),
  };
}

/** Text from files and servers may carry codes that steer a terminal; colours are all we keep. */
function harmless(text: string, coloured: boolean): string {
  return text.replace(coloured ? NO_COLOUR : CONTROL, '?');
}

/** Every control character except tab and line feed. */
const CONTROL = /(?![\t\n])\p{Cc}/gu;
/** The same, except the colours and weights that a printer gives. */
const NO_COLOUR = /(?!\u001b\[(?:1|2|22|31|32|39)m)(?![\t\n])\p{Cc}/gu;
