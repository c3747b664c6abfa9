/** Asks the worker for a plan. */
import type { Plan, Problem, TableFiles } from 'replenish';

export interface Question {
  files: TableFiles;
  today: string;
}

/** What the worker says: steps, then exactly one of the others. */
export type Report =
  | { type: 'step'; step: 'loading' | 'planning' }
  | { type: 'planned'; plan: Plan; milliseconds: number }
  | { type: 'refused'; problems: Problem[] }
  | { type: 'failed'; message: string };

/** Starts computing; what is returned ends it at once, since a synchronous call hears no message. */
export function startPlanning(question: Question, hear: (report: Report) => void): () => void {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Report>) => {
    if (data.type !== 'step') worker.terminate();
    hear(data);
  });
  worker.addEventListener('error', ({ message }) => {
    worker.terminate();
    hear({ type: 'failed', message: message || 'the worker could not be loaded' });
  });
  worker.postMessage(question);
  return () => worker.terminate();
}
