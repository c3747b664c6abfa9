/** A worker thread of Node: an engine that answers one batch after the other. */
import { parentPort } from 'node:worker_threads';
import { loadEngine } from './load-node.js';
import { answerQuestion, type Question } from './pool.js';

const engine = loadEngine();

parentPort?.on('message', async (question: Question) => {
  const { answer, transfer } = answerQuestion(await engine, question);
  parentPort?.postMessage(answer, transfer);
});
