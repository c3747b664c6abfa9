/**
 * The JSON schemas of the documents that people write and read by hand, from the types that Rust
 * generates: `npm run schema` writes them, a test says when they are stale.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

/** The files and the types that they describe. */
const DOCUMENTS = {
  'approval-context': 'ApprovalContext',
  'approval-decision': 'ApprovalDecision',
  'approval-rules': 'ApprovalRules',
  approval: 'Approval',
  'completion-rules': 'CompletionRules',
  'customer-order': 'CustomerOrder',
  proof: 'Proof',
  'purchase-order': 'PurchaseOrder',
  refund: 'Refund',
  'refund-request': 'RefundRequest',
  'split-rules': 'SplitRules',
  split: 'Split',
};

/** Each file's name and its text. */
export function schemas() {
  const generator = createGenerator({
    path: fileURLToPath(new URL('../types/engine.d.ts', import.meta.url)),
    additionalProperties: false,
    jsDoc: 'extended',
    // The compiler that checks the types is another, newer one.
    skipTypeCheck: true,
  });
  return Object.entries(DOCUMENTS).map(([name, type]) => {
    const { $ref, definitions } = generator.createSchema(type);
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: `${name}.schema.json`,
      title: type,
      $ref,
      definitions: Object.fromEntries(
        Object.entries(definitions)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([defined, body]) => [defined, plain(body)]),
      ),
    };
    return { name: `${name}.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` };
  });
}

/** A schema in the words of people who know no Rust, its numbers whole. */
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, plain(value)]));
  if (typeof inner.description === 'string') inner.description = unlinked(inner.description);
  // Money and quantities are text: whatever is a number in these documents counts something.
  const whole = (type) => (type === 'number' ? 'integer' : type);
  if (inner.type === 'number' || (Array.isArray(inner.type) && inner.type.includes('number'))) {
    inner.type = Array.isArray(inner.type) ? inner.type.map(whole) : whole(inner.type);
    inner.minimum = 0;
  }
  return inner;
}

/** A comment without links into the Rust documentation and without its examples. */
function unlinked(text) {
  return text
    .replace(/\n*```[^]*?```/g, '')
    .replace(/\[(`[^`]+`)\](\([^)]*\))?/g, '$1')
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Its own text of an error holds the whole program.
  process.on('uncaughtException', ({ message, cause }) => {
    console.error(`${message} (${cause?.message}): has every name in engine.d.ts a type?`);
    process.exit(1);
  });
  const folder = new URL('../schema/', import.meta.url);
  const fresh = schemas();
  for (const name of readdirSync(folder)) {
    if (!fresh.some((file) => file.name === name)) rmSync(new URL(name, folder));
  }
  for (const { name, text } of fresh) writeFileSync(new URL(name, folder), text);
}
