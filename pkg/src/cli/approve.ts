/** `replenish approve`: whether purchase orders may be placed, who is asked, and by which rules. */
import type {
  Approval,
  ApprovalContext,
  ApprovalDecision,
  ApprovalRules,
  FiredRule,
  PurchaseOrder,
} from '../../types/engine.js';
import { EngineError, type Problem } from '../error.js';
import { loadEngine } from '../load-node.js';
import { readPlain } from './document.js';
import { CheckFailed, describe, UsageError } from './failure.js';
import { helpText, readOptions, type Given, type Usage } from './options.js';
import type { Printer } from './print.js';
import { dayOf } from './request.js';

const USAGE: Usage = {
  usage:
    'replenish approve DRAFTS --rules FILE [--context FILE] [--given FILE] [--requester NAME] [--today DAY] [--json]',
  about:
    'Decides of each purchase order whether it may be placed, who is asked if not, and says which rules\n' +
    'fired and why. DRAFTS is a JSON document: one order, a list of them, or a plan. The exit code is 1\n' +
    'where an order waits or is refused. Files whose names end in .yaml are read as YAML.',
  options: {
    rules: { value: 'FILE', help: 'Who may approve what: ApprovalRules', required: true },
    context: {
      value: 'FILE',
      help: 'What is known beside the orders: requesters, categories, last prices, budgets: ApprovalContext',
    },
    given: { value: 'FILE', help: 'What people said so far: a list of Approval' },
    requester: { value: 'NAME', help: 'Who asked for the orders, beside those of the context' },
    today: { value: 'DAY', help: "The day of the decision; the context's, or today if left out" },
    json: { help: 'Print one JSON document a purchase order: ApprovalDecision' },
  },
  words: 1,
};

export async function approve(args: string[], print: Printer): Promise<void> {
  const given = readOptions(args, USAGE);
  if (given === undefined) return print.line(helpText(USAGE));
  const [path] = given.words;
  const { rules: rulesPath = '', context: contextPath, given: givenPath, json } = given.values;
  if (path === undefined) throw new UsageError(`expected DRAFTS\nUsage: ${USAGE.usage}`);
  const drafts = draftsOf(await readPlain(path));
  const rules = (await readPlain(rulesPath)) as ApprovalRules;
  const context = contextOf(contextPath === undefined ? {} : await readPlain(contextPath), given);
  const said = (givenPath === undefined ? [] : await readPlain(givenPath)) as Approval[];
  if (drafts.length === 0) throw new UsageError(`${path}: expected at least one purchase order, got none`);
  const engine = await loadEngine();
  const decisions: ApprovalDecision[] = [];
  for (const [index, draft] of drafts.entries()) {
    const files = { draft: path, rules: rulesPath, context: contextPath ?? 'context', given: givenPath ?? '' };
    // What was said of other orders is no matter of this one.
    const own = Array.isArray(said) ? said.filter((words) => words?.order?.id === draft?.id) : said;
    try {
      decisions.push(engine.decideApproval(draft, rules, context, own));
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'internal') throw error;
      const place = drafts.length > 1 ? `[${index}]` : '';
      const lines = error.problems.map((problem) => told(problem, files, place));
      throw new UsageError(lines.length === 0 ? `${path}: ${error.message}` : lines.join('\n'));
    }
  }
  for (const decision of decisions) {
    if (json !== undefined) print.line(JSON.stringify(decision));
    else printDecision(decision, print);
  }
  const open = decisions.filter(({ status }) => status !== 'approved').length;
  if (open > 0) throw new CheckFailed(`${open} of ${drafts.length} purchase orders may not be placed yet`);
}

/** The orders of a plan or of drafts, a list of them, or one. */
function draftsOf(document: unknown): PurchaseOrder[] {
  if (typeof document === 'object' && document !== null && 'purchase_orders' in document) {
    return draftsOf(document.purchase_orders);
  }
  return (Array.isArray(document) ? document : [document]) as PurchaseOrder[];
}

function contextOf(document: unknown, given: Given): ApprovalContext {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return document as ApprovalContext;
  }
  const { today, requesters = [], ...rest } = document as Partial<ApprovalContext>;
  const { requester, today: day } = given.values;
  const named = requester === undefined ? [] : [requester];
  return {
    ...rest,
    today: day ?? today ?? dayOf(given),
    requesters: Array.isArray(requesters) ? [...requesters, ...named] : requesters,
  };
}

/** A mistake with its file and its place there. */
function told(problem: Problem, files: Record<string, string>, at: string): string {
  const [, document = 'draft', inner = problem.path] =
    /^(draft|rules|context|given)\b\.?(.*)$/.exec(problem.path) ?? [];
  const place = document === 'draft' ? [at, inner].filter((part) => part !== '').join('.') : inner;
  return `${files[document]}: ${describe({ ...problem, path: place })}`;
}

function printDecision(decision: ApprovalDecision, print: Printer): void {
  const { order, revision, status, levels, ask, given } = decision;
  const style = { approved: print.good, waiting: print.strong, refused: print.bad }[status];
  print.line(`${print.strong(order)}, revision ${revision}: ${style(status)}`);
  for (const fired of decision.fired) printRule(fired, 'fired', print);
  for (const fired of decision.withheld) printRule(fired, 'would have approved', print);
  for (const level of levels) {
    const who = [...level.roles, ...level.persons].join(' or ');
    const now = ask.includes(level.level) ? print.strong('asked now') : '';
    const open = level.missing === 0 ? print.good('complete') : `${level.missing} of ${level.needed} missing`;
    const may = level.may_approve.length === 0 ? '' : `: ${level.may_approve.join(', ')}`;
    const words = [`level ${level.level}, ${who}`, `${open}${may}`, now].filter((part) => part !== '');
    print.line(`  ${words.join('; ')}`);
    if (level.out_of_reach > 0) print.line(`    ${print.bad(`nobody is left for ${level.out_of_reach}`)}`);
  }
  for (const { by, verdict, standing, reason } of given) {
    print.line(`  ${by} ${verdict}: ${standing.replaceAll('_', ' ')}, ${reason}`);
  }
}

function printRule({ rule, is_certain, reasons, outcome }: FiredRule, what: string, print: Printer): void {
  const sure = is_certain ? '' : ', not known for certain';
  const asks = typeof outcome === 'string' ? outcome : 'refuse' in outcome ? `refuse: ${outcome.refuse}` : 'ask';
  print.line(`  rule \`${rule}\` ${what}${sure}: ${asks}`);
  for (const reason of reasons) print.line(`    ${print.faint(reason)}`);
}
