/** Sends one request once and says what is known about it afterwards. Deciding is the engine's. */

/** A request as it goes out; every attempt of one command carries the same bytes. */
export interface HttpRequest {
  method: 'GET' | 'PATCH' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** What is known after a request was tried. */
export type HttpOutcome =
  /** The server cannot have seen it. */
  | { kind: 'not_sent'; reason: string }
  /** It may have been carried out or not. */
  | { kind: 'no_answer'; reason: string }
  /** The server answered with this status, but its answer did not come through whole. */
  | { kind: 'body_cut'; status: number }
  | { kind: 'answer'; status: number; retryAfterMs?: number; body: string };

/** What sending needs from outside. */
export interface HttpOptions {
  fetch: typeof fetch;
  deadlineMs: number;
  /** Ends the request early: its outcome is then unknown, not "cancelled". */
  signal?: AbortSignal;
  /** The current time, for a `Retry-After` that names a date. */
  now: number;
}

/** The longest that a timer of Node runs; a longer one would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The longest answer that is read, counted after decompression. */
const MAX_BODY_BYTES = 4 << 20;

/** Failures before the first byte of the request left: name, connection, certificate, address. */
const NOT_SENT = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Sends a request and waits for the whole answer, at most until the deadline. */
export async function sendOnce(request: HttpRequest, options: HttpOptions): Promise<HttpOutcome> {
  const deadline = AbortSignal.timeout(Math.min(options.deadlineMs, MAX_TIMER_MS));
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
  let response: Response;
  try {
    const { method, url, headers, body } = request;
    const init: RequestInit = { method, headers, redirect: 'manual', signal };
    response = await options.fetch(url, body === undefined ? init : { ...init, body });
  } catch (error) {
    const reason = causeCode(error);
    const unseen = NOT_SENT.has(reason) && !wasConnected(error);
    return { kind: unseen ? 'not_sent' : 'no_answer', reason };
  }
  const { status } = response;
  const body = await readCapped(response);
  if (body === undefined) return { kind: 'body_cut', status };
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), options.now);
  return { kind: 'answer', status, body, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The answer as text, or nothing where it broke off, came too late, is too long or no UTF-8. */
async function readCapped(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Leaving the loop early cancels the stream, and so the download.
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

/**
 * Whether the failure befell a connection that stood: the network reports a host that becomes
 * unreachable while its answer is awaited by the same code as one that never was.
 */
function wasConnected(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { syscall } = at as Error & { syscall?: unknown };
    if (syscall === 'read' || syscall === 'write') return true;
  }
  return false;
}

/** The code of the failure underneath, such as `ECONNRESET`; `fetch` wraps it more than once. */
export function causeCode(error: unknown): string {
  let found = error instanceof Error ? error.name : 'Error';
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as Error & { code?: unknown };
    if (typeof code === 'string') found = code;
  }
  return found;
}

/** `Retry-After` as milliseconds from `now`: it names seconds or a date (RFC 9110, 10.2.3). */
function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
