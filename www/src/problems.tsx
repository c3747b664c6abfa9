/** Every mistake in the input: where it stands, what was expected there and what came. */
import type { Problem } from 'replenish';
import { count } from './format';
import { More, useFirst } from './more';
import { chooseAgain } from './state';

export function ProblemsView({ problems }: { problems: readonly Problem[] }) {
  const places = new Set(problems.map(({ file }) => file ?? ''));
  const shown = useFirst(problems);
  return (
    <section class="card problems" aria-labelledby="problems">
      <div role="alert">
        <h1 id="problems">{count(problems.length, 'mistake')} to correct</h1>
      </div>
      <p>
        Nothing was planned: no row is skipped or repaired. Correct{' '}
        {[...places].filter(Boolean).join(', ') || 'the input'} and choose{' '}
        {places.size === 1 ? 'it' : 'them'} again.
      </p>
      <ol>
        {shown.items.map((problem, at) => (
          <li key={at}>
            <code class="place">{place(problem)}</code>
            <span>
              expected <b>{problem.expected}</b>, got <code>{problem.got || '(nothing)'}</code>
            </span>
          </li>
        ))}
      </ol>
      <More {...shown} />
      <button type="button" class="main" onClick={chooseAgain}>
        Choose files again
      </button>
    </section>
  );
}

function place({ file, line, column, path }: Problem): string {
  if (file === undefined) return path || 'input';
  const where = line === undefined ? file : `${file}:${line}`;
  return column ? `${where}: ${column}` : where;
}
