/**
 * The order system of the Cenabast kind: its requests, and what its answers say.
 *
 * The shapes are those of exchanges recorded in 2024; the look-up is our own extension. Nothing is
 * judged here: a status, a flag and document numbers are handed to the engine as they came.
 */
import type { AnswerBody, NamedDocument, Outcome } from '../../types/engine.js';
import type { HttpOutcome, HttpRequest } from '../host/http.js';

/** An order line as this system needs it. */
export interface ErpLine {
  id: string;
  sku: string;
  /** An amount and its unit, such as `2 each`. */
  quantity: string;
}

/** The bytes of an order; `deliverOn` is fixed here, so that a repetition says the same. */
export function erpPayload(
  reference: string,
  lines: readonly ErpLine[],
  deliverOn: string,
): string {
  return JSON.stringify({
    RutSolicitante: '11111111-1',
    DetalleProductos: lines.map((line) => ({
      CodigoOcChilecompra: reference,
      CodigoMaterial: line.sku,
      CantidadSolicitada: exactNumber(line.quantity),
      FechaEntrega: `${deliverOn}T00:00:00`,
    })),
  });
}

export function createRequest(base: string, key: string, payload: string): HttpRequest {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return { method: 'POST', url: `${base}/pedido`, headers, body: payload };
}

export function lookupRequest(base: string, reference: string): HttpRequest {
  const query = new URLSearchParams({ reference });
  return { method: 'GET', url: `${base}/pedido?${query}`, headers: {} };
}

export function cancelRequest(base: string, key: string, document: string): HttpRequest {
  const url = `${base}/pedido/CancelarPedido/${encodeURIComponent(document)}`;
  return { method: 'PATCH', url, headers: { 'idempotency-key': key } };
}

/** What an attempt brought, in the engine's words. */
export function readOutcome(outcome: HttpOutcome, lines: readonly ErpLine[]): Outcome {
  switch (outcome.kind) {
    case 'not_sent':
      return { type: 'not_sent' };
    case 'no_answer':
      return { type: 'no_answer' };
    case 'body_cut':
      return { type: 'body_cut', status: outcome.status };
    case 'answer': {
      const body = readBody(outcome.body, lines);
      return {
        type: 'answer',
        status: outcome.status,
        ...(outcome.retryAfterMs === undefined ? {} : { retry_after_ms: outcome.retryAfterMs }),
        ...(body === undefined ? {} : { body }),
      };
    }
  }
}

/** What the envelope says, or nothing where the text is no envelope. */
function readBody(text: string, lines: readonly ErpLine[]): AnswerBody | undefined {
  const envelope = parseObject(text);
  if (envelope === undefined) return undefined;
  const { isSuccessStatusCode, content, title } = envelope;
  const entries = Array.isArray(content) ? (content as unknown[]) : undefined;
  const words = typeof content === 'string' ? content : typeof title === 'string' ? title : '';
  return {
    ...(typeof isSuccessStatusCode === 'boolean' ? { success: isSuccessStatusCode } : {}),
    ...(entries === undefined ? {} : { found: entries.length > 0 }),
    documents: entries === undefined ? [] : nameDocuments(entries, lines),
    already_cancelled: false,
    duplicate_of_our_key: false,
    message: words.slice(0, 200),
  };
}

/**
 * Which document carries which line. There is one entry a line, named by its material; the lines
 * of one material are served in their order, anew for every document. A document of goods that were
 * not ordered is named beside a line that we do not have, so that a person gets to see it.
 */
function nameDocuments(entries: unknown[], lines: readonly ErpLine[]): NamedDocument[] {
  const unserved = new Map<string, ErpLine[]>();
  return entries.flatMap((entry) => {
    const { zcen, pedidoVentaId, pedidoVentaSapId } = (entry ?? {}) as Record<string, unknown>;
    const id = pedidoVentaId ?? pedidoVentaSapId;
    // A document 0 was never created: it is what an absent number turns into on its way.
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return [];
    const document = String(id);
    // Recorded material codes are whole numbers; ours are texts.
    const material = typeof zcen === 'number' ? String(zcen) : zcen;
    if (!lines.some((line) => line.sku === material)) return [{ line: strange(material), document }];
    const left = unserved.get(document) ?? [...lines];
    unserved.set(document, left);
    const at = left.findIndex((line) => line.sku === material);
    const [line] = at < 0 ? [] : left.splice(at, 1);
    return line === undefined ? [] : [{ line: line.id, document }];
  });
}

/** The name of a line that we do not have: printable and short, as the engine's names are. */
function strange(material: unknown): string {
  const named = typeof material === 'string' ? material.trim() : '';
  const printable = named.slice(0, 100).replace(/\p{Cc}/gu, '?').trim();
  return `not ordered: ${printable || '?'}`;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The amount of a quantity as a number; one that a number cannot hold exactly is refused. */
function exactNumber(quantity: string): number {
  const [amount = ''] = quantity.split(' ');
  const number = Number(amount);
  if (amount === '' || String(number) !== amount) {
    throw new RangeError(`expected a quantity that a number holds exactly, got \`${quantity}\``);
  }
  return number;
}
