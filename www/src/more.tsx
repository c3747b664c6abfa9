/** Long lists are shown in parts: a page of ten thousand rows helps nobody. */
import { useSignal } from '@preact/signals';

const STEP = 100;

interface First<T> {
  items: readonly T[];
  hidden: number;
  showMore: () => void;
}

export function useFirst<T>(all: readonly T[]): First<T> {
  const limit = useSignal(STEP);
  return {
    items: all.slice(0, limit.value),
    hidden: Math.max(all.length - limit.value, 0),
    showMore: () => (limit.value += STEP),
  };
}

export function More({ hidden, showMore }: Pick<First<unknown>, 'hidden' | 'showMore'>) {
  if (hidden === 0) return null;
  return (
    <p>
      <button type="button" onClick={showMore}>
        Show {Math.min(hidden, STEP)} more of {hidden}
      </button>
    </p>
  );
}
