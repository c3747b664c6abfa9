/** One mistake in the input: where it stands, what was expected there and what came. */
export interface Problem {
  /** Stable name of the kind of mistake, for programs. */
  code: string;
  /** The field from the outside in, such as `offers[3].unit_price`; empty for the whole value. */
  path: string;
  expected: string;
  got: string;
  /** Where the value came from a file: its name, the line from 1 and the column's name. */
  file?: string;
  line?: number;
  column?: string;
}

/**
 * The engine refused its input, or failed itself: then `code` is `internal`, the module's instance
 * has been replaced, and the next call works again.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: string,
    message: string,
    /** Every mistake found; none where the engine failed itself. */
    readonly problems: readonly Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Makes one from whatever the module threw. */
  static from(thrown: unknown): EngineError {
    const { code, message, problems } = (thrown ?? {}) as Partial<EngineError>;
    if (!(thrown instanceof Error) && typeof code === 'string' && Array.isArray(problems)) {
      return new EngineError(code, String(message), problems);
    }
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    return new EngineError('internal', `the engine failed: ${words}`, [], { cause: thrown });
  }

  get path(): string {
    return this.problems[0]?.path ?? '';
  }

  get expected(): string {
    return this.problems[0]?.expected ?? '';
  }

  get got(): string {
    return this.problems[0]?.got ?? '';
  }
}
