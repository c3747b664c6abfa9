/** The report's part on what happened to the sale orders. */
import type {
  SaleOrderInput,
  SaleOrderHostCommand,
  Outcome,
  SaleOrder,
  SaleOrderState,
} from '../../types/engine.js';
import type { OrderRun } from '../simulate/run-orders.js';
import type { Company } from '../simulate/sample.js';
import type { EventRow, SaleOrderRow } from '../host/store.js';
import { html, type Html } from './html.js';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

const TONES: Partial<Record<string, Tone>> = {
  sent: 'good',
  review: 'warn',
  rejected: 'bad',
  failed: 'bad',
} satisfies Partial<Record<SaleOrderState, Tone>>;

/** What the states mean to a clerk. */
const MEANINGS: Partial<Record<string, string>> = {
  sent: 'with the vendor, once',
  review: 'outcome unknown, a person looks',
  rejected: 'refused by the vendor',
  failed: 'given up, certainly not there',
  nullified: 'cancelled, not there any more',
} satisfies Partial<Record<SaleOrderState, string>>;

/** What a report keeps of an event, as the runtime stored it. */
interface Step {
  from?: string;
  to?: string;
  input?: SaleOrderInput;
  commands?: SaleOrderHostCommand[];
}

export function ordersSection(run: OrderRun, company: Company): Html {
  const faults = run.books.reduce((sum, book) => sum + book.faults.length, 0);
  return html`<h2>What happened to the customers' orders</h2>
<p class="soft">${run.customerOrders} orders became ${run.rows.length} sale orders, one for each vendor.
Their order systems failed ${faults} times on purpose: they dropped connections before and after they
had acted, answered late, half or not at all, and said no.</p>
<div class="chips">${[...countBy(run.rows, ({ state }) => state)].map(
    ([state, count]) =>
      html`<span class="chip ${TONES[state] ?? 'plain'}">${count} ${state.replace('_', ' ')}: ${MEANINGS[state] ?? 'on its way'}</span>`,
  )}</div>
${vendorTable(run, company)}
${proofTable(run)}
<h2>Some of their stories</h2>
<p class="soft">What the host saw, when, and what the engine decided.</p>
<div class="grid loose">${stories(run).map(({ title, row }) => story(title, row, run))}</div>`;
}

function vendorTable(run: OrderRun, company: Company): Html {
  const states = ['sent', 'review', 'rejected', 'failed', 'nullified'];
  const faultsOf = new Map(run.books.map(({ reference, faults }) => [reference, faults.length]));
  const offers = { deduplicates: 'recognises a key', lookup: 'can be asked', none: 'neither' };
  const rows = company.vendors.map(({ vendor, name, erp }) => {
    const mine = run.rows.filter(
      ({ document }) => (JSON.parse(document) as SaleOrder).vendor === vendor,
    );
    const faults = mine.reduce((sum, { id }) => sum + (faultsOf.get(id) ?? 0), 0);
    return html`<tr><th scope="row" class="name">${name}</th><td class="name">${offers[erp]}</td>
<td class="number">${mine.length}</td><td class="number">${faults}</td>
${states.map((state) => html`<td class="number">${mine.filter((row) => row.state === state).length}</td>`)}</tr>`;
  });
  return html`<section class="card"><header><h3>By vendor</h3></header><div class="scroll"><table>
<thead><tr><th>vendor</th><th>against doubt, its system</th><th class="number">sale orders</th><th class="number">faults</th>
${states.map((state) => html`<th class="number">${state}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="note">A system that neither recognises a repeated key nor can be asked gives no honest way to find out
whether an unanswered order arrived. Such orders go to a person instead of being sent again, and so may orders
that a vendor said to have accepted without naming a document.</p></section>`;
}

/** Orders in against documents at the vendors, from the order systems' own books. */
function proofTable({ proof, rows }: OrderRun): Html {
  const sent = rows.filter(({ state }) => state === 'sent').length;
  const found = proof.inReview;
  const line = (name: string, list: readonly string[]) => html`<tr><th scope="row">${name}</th>
<td class="number">${list.length}</td><td>${list.length === 0 ? html`<span class="chip good">none</span>` : list.join(', ')}</td></tr>`;
  return html`<section class="card"><header><h3>Proof, read from the order systems' own books</h3>
<span class="chip ${proof.holds ? 'good' : 'bad'}">${proof.holds ? 'nothing lost, nothing doubled' : 'violated'}</span></header>
<div class="scroll"><table><tbody>
<tr><th scope="row">sale orders believed sent</th><td class="number">${sent}</td><td></td></tr>
<tr><th scope="row">flagged for a person and really there</th><td class="number">${found.alive}</td><td></td></tr>
<tr><th scope="row">flagged for a person and not there</th><td class="number">${found.absent}</td><td></td></tr>
<tr><th scope="row">living documents in the order systems</th><td class="number">${proof.liveDocuments}</td><td>${sent} + ${found.alive} expected</td></tr>
${line('believed sent, not there', proof.lost)}
${line('there more than once', proof.doubled)}
${line('believed gone, still there', proof.leftAlive)}
${line('there with other lines', proof.garbled)}
${line('there, unknown to us', proof.orphaned)}
${line('still on its way', proof.unsettled)}
</tbody></table></div></section>`;
}

/** The sale orders with the most to tell, each of another kind. */
function stories(run: OrderRun): { title: string; row: SaleOrderRow }[] {
  const books = new Map(run.books.map((book) => [book.reference, book]));
  /** How much there is to tell: a cancel that reached the vendor first, then what went wrong. */
  const weight = ({ id }: SaleOrderRow) => {
    const { requests, faults } = books.get(id) ?? {};
    return (requests?.cancel ? 100 : 0) + (faults?.length ?? 0);
  };
  const most = (rows: SaleOrderRow[]) =>
    [...rows].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1))[0];
  const asked = (row: SaleOrderRow) =>
    run.books.some((b) => b.reference === row.id && b.requests.lookup > 0);
  const kinds: [string, (row: SaleOrderRow) => boolean][] = [
    ['Sent in spite of everything', (row) => row.state === 'sent' && !asked(row)],
    ['Found by asking', (row) => row.state === 'sent' && asked(row)],
    [
      'Cancelled by the customer',
      (row) => row.customerOrder === run.cancelled && row.state === 'nullified',
    ],
    ['Handed to a person', (row) => row.state === 'review'],
    ['Refused', (row) => row.state === 'rejected'],
  ];
  return kinds.flatMap(([title, belongs]) => {
    const row = most(run.rows.filter(belongs));
    return row === undefined ? [] : [{ title, row }];
  });
}

function story(title: string, row: SaleOrderRow, run: OrderRun): Html {
  const events = run.events.get(row.id) ?? [];
  const faults = run.books.find(({ reference }) => reference === row.id)?.faults ?? [];
  const start = events[0]?.at ?? 0;
  const entries = events.flatMap((event) =>
    describe(event).map((entry) => ({ ...entry, at: event.at - start })),
  );
  return html`<article class="card"><header><h3>${title}</h3><span class="chip ${TONES[row.state] ?? 'plain'}">${row.state}</span></header>
<p class="note">${row.id}${faults.length === 0 ? '' : html`<br>faults: ${faults.map((fault) => fault.replaceAll('_', ' ')).join(', ')}`}</p>
<ol class="timeline">${entries.map(
    ({ at, tone, text }) => html`<li class="${tone}"><time>${at} ms</time> ${text}</li>`,
  )}</ol></article>`;
}

/** States that only say what a line of the story said already: that something was sent. */
const RUNNING: ReadonlySet<string> = new Set(['cancelling', 'sending', 'verifying']);

/** States whose bare names tell a clerk little. */
const NOW: Partial<Record<string, string>> = {
  initial: 'not there, waits to be sent again',
  unknown: 'outcome unknown',
  cancel_unknown: 'outcome of the cancel unknown',
  review: 'now for a person to look at',
} satisfies Partial<Record<SaleOrderState, string>>;

/** An event and what followed from it, in words. */
function describe(event: EventRow): { tone: Tone; text: string }[] {
  const { from, to, input, commands = [] } = JSON.parse(event.body) as Step;
  const entries = [
    ...(input === undefined ? [] : inputWords(input)),
    ...commands.flatMap(commandWords),
  ];
  if (from !== to && to !== undefined && !RUNNING.has(to)) {
    entries.push({ tone: TONES[to] ?? 'plain', text: NOW[to] ?? `now ${to.replaceAll('_', ' ')}` });
  }
  return entries;
}

function inputWords(input: SaleOrderInput): { tone: Tone; text: string }[] {
  switch (input.type) {
    case 'outcome':
      return [outcomeWords(input.outcome)];
    case 'submit':
    case 'woke':
      return [];
    default:
      return [{ tone: 'plain', text: input.type.replaceAll('_', ' ') }];
  }
}

function outcomeWords(outcome: Outcome): { tone: Tone; text: string } {
  switch (outcome.type) {
    case 'not_sent':
      return { tone: 'warn', text: 'could not be sent' };
    case 'no_answer':
      return { tone: 'warn', text: 'no answer: it may have arrived or not' };
    case 'body_cut':
      return { tone: 'warn', text: `answer ${outcome.status}, broken off` };
    case 'answer': {
      const { status, body } = outcome;
      const documents = [...new Set((body?.documents ?? []).map(({ document }) => document))];
      const words =
        documents.length > 0 ? `document ${documents.join(', ')}` : (body?.message ?? '');
      const good = status < 300 && body?.success === true;
      return {
        tone: good ? 'good' : 'warn',
        text: `answer ${status}${words === '' ? '' : `: ${words}`}`,
      };
    }
  }
}

function commandWords(command: SaleOrderHostCommand): { tone: Tone; text: string }[] {
  switch (command.type) {
    case 'send': {
      const verbs = {
        create: 'order sent',
        lookup: 'asked for the order',
        cancel: 'cancel sent',
        price: 'asked for the price',
        read: 'asked where the order stands',
        accept: 'change accepted',
      };
      const again = command.attempt > 1 || command.request_id > 1;
      return [
        {
          tone: 'plain',
          text: `${verbs[command.operation.type]}${again ? ` (call ${command.request_id})` : ''}`,
        },
      ];
    }
    case 'notify':
      return [{ tone: 'warn', text: `a person is told: ${command.notice.replaceAll('_', ' ')}` }];
    case 'audit':
      return command.audit === 'request_log'
        ? []
        : [{ tone: 'plain', text: `on record: ${command.audit.replaceAll('_', ' ')}` }];
    case 'abort':
    case 'need_token':
    case 'parent':
    case 'wake':
      return [];
  }
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
