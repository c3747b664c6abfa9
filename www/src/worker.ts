/** The engine, beside the page: computing never blocks what the visitor sees. */
import { EngineError, loadEngine } from 'replenish';
import type { Question, Report } from './planner';

const report = (message: Report) => postMessage(message);

addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  try {
    report({ type: 'step', step: 'loading' });
    const engine = await loadEngine();
    report({ type: 'step', step: 'planning' });
    const start = performance.now();
    const plan = engine.planFromTables(data.files, engine.planOptions(data.today));
    report({ type: 'planned', plan, milliseconds: performance.now() - start });
  } catch (error) {
    if (error instanceof EngineError && error.problems.length > 0) {
      report({ type: 'refused', problems: [...error.problems] });
    } else {
      report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
});
