/** A browser's worker thread: an engine that answers one batch after the other. */
import { loadEngine } from './load.js';
import { answerQuestion, type Question } from './pool.js';

const engine = loadEngine();

// Set before the engine is there: a message that comes earlier would find nobody.
self.onmessage = async ({ data }: MessageEvent<Question>) => {
  const { answer, transfer } = answerQuestion(await engine, data);
  self.postMessage(answer, { transfer });
};
