// The engine's types, from Rust, by `cargo xtask pkg`: not to be edited.

/**
 * Whether a step changes the other system.
 */
export type Access = "read" | "write";

/**
 * What a person can ask of an order.
 */
export type Action = "submit" | "cancel_requested" | "operator_present" | "operator_absent";

/**
 * Whether a person can ask this now, and why not.
 */
export interface ActionAvailability {
    /**
     * What is asked.
     */
    action: Action;
    /**
     * Why it is not possible; absent when it is.
     */
    refusal?: Refusal;
}

/**
 * Who or what caused a transition.
 */
export type Actor = { type: "person"; name: string } | { type: "remote" } | { type: "host" };

/**
 * Packs that are added to an order.
 */
export interface AddedPacks {
    /**
     * The line of the order with the addition.
     */
    line: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * The offer.
     */
    offer: OfferId;
    /**
     * Packs that are added.
     */
    packs: number;
    /**
     * What they contain.
     */
    quantity: Quantity;
}

/**
 * A discount, charge or tax on some or all lines.
 */
export interface Adjustment {
    /**
     * Its name within the order.
     */
    id: AdjustmentId;
    /**
     * What it is.
     */
    kind: AdjustmentKind;
    /**
     * How much: zero or less for a discount, zero or more for everything else; the other way round
     * where it is for lines that are given back.
     */
    amount: Money;
    /**
     * The lines it is for. Without it all lines that are not given back, or all where all are.
     */
    lines?: LineId[] | null;
    /**
     * The vendor whose lines alone it is for, such as the vendor's own promotion.
     */
    vendor?: VendorId | null;
    /**
     * The charge before it whose tax or discount it is: it is divided as that one is, and a discount
     * is taken off that one rather than off the goods.
     */
    follows?: AdjustmentId | null;
    /**
     * Whether a tax is contained in the amounts rather than added to them.
     */
    included?: boolean;
    /**
     * What a tax was reckoned from, so that it can be checked.
     */
    tax?: TaxBase | null;
    /**
     * The code of the coupon that gave the discount; it is used once, however many parts it has.
     */
    coupon?: string | null;
}

export type AdjustmentId = Identifier;

/**
 * What an adjustment is.
 */
export type AdjustmentKind = "discount" | "shipping" | "fee" | "tax";

/**
 * What became of an aim.
 */
export interface AimOutcome {
    /**
     * Whether it was reached.
     */
    status: AimStatus;
    /**
     * What adding to the order costs: holding and waste of the units added, less what they save.
     * Below zero when they save more; zero when nothing would be added or it cannot be reached.
     */
    adding_costs: Money;
    /**
     * What the supplier takes off when all that was or would be added is ordered, beyond what he
     * takes off without it.
     */
    saves: Money;
    /**
     * What was or would be added.
     */
    adds: Money;
    /**
     * Whether no better set of packs exists; otherwise it is the best that was found.
     */
    is_best: boolean;
    /**
     * How much more it would cost to add the most useful units one after the other; zero when that
     * is as good as what was found.
     */
    better_than_one_by_one: Money;
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * Whether an aim was reached.
 */
export type AimStatus = "already_met" | "reached" | "not_worth_it" | "not_reachable" | "nothing_ordered";

/**
 * A purchase that serves a requirement, or a part of it.
 */
export interface AllocatedLine {
    /**
     * The requirement.
     */
    requirement: Requirement;
    /**
     * The product that is bought: another one where it is a substitute.
     */
    sku: Sku;
    /**
     * The offer it is bought from.
     */
    offer: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * The delivery that it comes with, where a supplier's deliveries are split.
     */
    delivery?: Day | null;
    /**
     * How much, at which price.
     */
    purchase: Purchase;
    /**
     * Packs among them that the requirement could do without: bought for a price break, or to bring
     * the order to a threshold.
     */
    topped_up_packs: number;
    /**
     * The day on which the goods can be sold.
     */
    arrival: Day;
    /**
     * What the purchase costs by itself, term by term; interest for goods that come before their day
     * is part of the payment terms.
     */
    costs: Cost[];
    /**
     * Their sum.
     */
    landed_cost: Money;
    /**
     * Why this one.
     */
    binding: Binding;
    /**
     * The best that could be done instead with another offer, alone or in the place of this one, all
     * other lines staying where they are; none if nothing could.
     */
    runner_up?: RunnerUp | null;
    /**
     * Why this one, in words and numbers.
     */
    reason: string;
}

/**
 * The basket, allocated.
 *
 * `total` is what all orders cost, plus what shortage costs, less what surplus is worth; no choice
 * among the purchases that were considered costs less than `lower_bound`.
 */
export interface Allocation {
    /**
     * What is bought where: each purchase, in order of the products, of the days of need, and of the
     * offers. A requirement that two offers share has two.
     */
    lines: AllocatedLine[];
    /**
     * What each supplier gets, in order of the suppliers and of the delivery days.
     */
    orders: SupplierOrder[];
    /**
     * Requirements that are not covered, or not wholly, and why.
     */
    unmet: Unmet[];
    /**
     * All orders together, plus `shortage_cost`, less `surplus_value`.
     */
    total: Money;
    /**
     * No choice among the purchases that were considered costs less than this.
     */
    lower_bound: Money;
    /**
     * How much less the basket could cost at most, as a share of the total; 0 where that is proved.
     */
    gap: number;
    /**
     * What is known about the total.
     */
    status: AllocationStatus;
    /**
     * Why not everything that has to be bought can be, and what would help, if so.
     */
    conflict?: Conflict | null;
    /**
     * What requirements that are not bought cost.
     */
    shortage_cost: Money;
    /**
     * What is bought beyond the requirements is worth this much.
     */
    surplus_value: Money;
    /**
     * What all orders cost, by kind.
     */
    costs: CostTotal[];
    /**
     * Branches that the search opened.
     */
    nodes: number;
    /**
     * Work that the search did, in the unit of the option `steps`.
     */
    steps: number;
    /**
     * Offers of which so many packs could make sense that not every number was considered, in order
     * of their names. Total and bound then speak of the numbers considered.
     */
    thinned_offers: OfferId[];
    /**
     * What simpler rules would pay for the same requirements.
     */
    baselines: Baseline[];
    /**
     * Each requirement's offers at what they would add to the bill, all other lines staying where
     * they are, in order of the products. An answer only: nothing is read back from it.
     */
    comparisons: Comparison[];
}

/**
 * Two allocations, line by line, order by order, and cost by cost.
 *
 * The differences add up: those of the costs, with shortage and less surplus, and likewise those of the
 * orders, with shortage and less surplus, are the difference of the totals.
 */
export interface AllocationDifference {
    /**
     * Every requirement of either, in order of the products and of the days of need.
     */
    lines: LineDifference[];
    /**
     * Every order of either, in order of the suppliers and of the delivery days.
     */
    orders: OrderDifference[];
    /**
     * Every kind of cost of either.
     */
    costs: CostDifference[];
    /**
     * What requirements cost that are not bought.
     */
    shortage_cost: MoneyDifference;
    /**
     * What is worth something beyond the requirements.
     */
    surplus_value: MoneyDifference;
    /**
     * Everything.
     */
    total: MoneyDifference;
    /**
     * How many lines are not bought as before.
     */
    changed_lines: number;
}

/**
 * What is known about the total of an allocation.
 */
export type AllocationStatus = "proved" | "gap" | "infeasible";

/**
 * What is added to the amounts of one line.
 */
export interface AmendedLine {
    /**
     * The line.
     */
    line: LineId;
    /**
     * How much was left of it, to which this belongs. Zero where it belongs to what was kept of
     * units given back.
     */
    quantity: Quantity;
    /**
     * Added to the amount before adjustments.
     */
    amount: Money;
    /**
     * Added to its part of each adjustment.
     */
    adjustments?: Share[];
    /**
     * Amount and adjustments, without taxes that are contained in them.
     */
    total: Money;
    /**
     * Added to its part of each commission.
     */
    commissions?: CommissionShare[];
}

/**
 * What is added to the payment shares of one line.
 */
export interface AmendedPayments {
    /**
     * The line.
     */
    line: LineId;
    /**
     * Added to its part of each payment.
     */
    payments?: PaymentShare[];
    /**
     * Added to what lines that are given back pay of it.
     */
    offset?: Money | null;
}

/**
 * What a later revision of the order adds to the amounts of a sale order, or takes off below zero.
 *
 * The sale order itself stays as it was sent. One with a total of zero and no lines changes only
 * how the sale order is paid.
 */
export interface Amendment {
    /**
     * What is amended.
     */
    sale_order: SaleOrderId;
    /**
     * The revision of the order that amends it; with the sale order it names the amendment.
     */
    revision: number;
    /**
     * Of every amount.
     */
    currency: Currency;
    /**
     * The lines whose amounts change, in order of their names.
     */
    lines: AmendedLine[];
    /**
     * What the sale order's total grows by.
     */
    total: Money;
    /**
     * Changes of who pays what, by line.
     */
    payments?: AmendedPayments[];
}

/** A product that was launched before; zeros before its first sale are left out. */
export interface Analogue {
    values: Float64Array;
    /** How alike it is to the new one, above zero; 1 when left out. */
    weight?: number | undefined;
}

/**
 * What an answer said, kept for the owner of the request.
 */
export interface Answer {
    /**
     * HTTP status.
     */
    status: number;
    /**
     * What the adapter read; absent when the body was cut or not what was agreed.
     */
    body?: AnswerBody;
}

/**
 * What an adapter read from an answer's body.
 */
export interface AnswerBody {
    /**
     * The business flag; absent when the interface has none.
     */
    success?: boolean;
    /**
     * Every document the answer names, with its line. A look-up names the living ones only.
     */
    documents?: NamedDocument[];
    /**
     * To which order the documents named belong, as the other system keeps it beside them; absent
     * when the answer says nothing of it.
     *
     * The core sees one order at a time, so that this is the only way to know another order's
     * document from a new one of this order. It is compared with the order's own id: an adapter
     * that sends another reference maps it back.
     */
    reference?: string;
    /**
     * For a look-up: whether anything carries our reference. Only an explicit `false` is absence.
     */
    found?: boolean;
    /**
     * For a cancel: the document was cancelled before.
     */
    already_cancelled?: boolean;
    /**
     * For a create: the server has applied this idempotency key before.
     */
    duplicate_of_our_key?: boolean;
    /**
     * For a price: what the order would cost.
     */
    quote?: QuotedPrice;
    /**
     * For a read, and wherever else the supplier says it: where the purchase order stands.
     */
    fact?: SupplierFact;
    /**
     * The server's words, shortened and free of secrets.
     */
    message?: string;
}

/**
 * Something that is not as expected.
 */
export interface AnswerDifference {
    /**
     * Where in the answer.
     */
    pointer: string;
    /**
     * What was expected, in words.
     */
    expected: string;
    /**
     * What was there; empty when nothing was.
     */
    got: string;
}

/**
 * What an answer says: the text of every scalar by its JSON pointer, so that the body
 * `{"data":[{"id":7}]}` is `{"/data/0/id": "7"}`. Numbers keep the text they came in, so that no
 * amount of money is rounded; truth values are `true` and `false`; what is null or empty is left out.
 */
export type AnswerFacts = Record<string, string>;

/**
 * Whether nothing costs less.
 */
export type AnswerStatus = "proved" | "gap";

/**
 * Something an answer must say.
 */
export interface AnswerTest {
    /**
     * Where in the answer; with a `*` every place of the list must fit, and one must be there.
     */
    pointer: string;
    /**
     * What must be there.
     */
    is: Expectation;
}

/** One of several answers, or why there is none: the others are answered all the same. */
export type Answered<T> =
| { answer: T; refused?: undefined }
| { answer?: undefined; refused: Invalid };

/**
 * What a look-up found of a write.
 */
export type Applied = "once" | "more_than_once" | "no";

/**
 * What somebody said about a purchase order.
 */
export interface Approval {
    /**
     * Who.
     */
    by: PersonId;
    /**
     * What.
     */
    verdict: Verdict;
    /**
     * The day on which it was said; rights, and when it lapses, go by it.
     */
    on: Day;
    /**
     * The instant; of one person's words the later one holds, of words of one instant the refusal.
     */
    at: Timestamp;
    /**
     * What the person saw.
     */
    order: ApprovalSubject;
    /**
     * Why, in the person's words.
     */
    words?: string | null;
}

/**
 * Which amount of an order counts.
 */
export type ApprovalAmount = "total" | "net";

/**
 * By what an order is approved: everything that [`decide`](crate::order::decide) needs beside what
 * was said, which the life itself keeps.
 */
export interface ApprovalCase {
    /**
     * The draft that is shown to whoever approves; it must be the one that the life knows.
     */
    draft: PurchaseOrder;
    /**
     * What the company has written down.
     */
    rules: ApprovalRules;
    /**
     * What is known on the day.
     */
    context: ApprovalContext;
}

/**
 * What is true of the orders that a rule is for. All parts that are given have to hold.
 *
 * A part whose facts are missing is unknown, never false.
 */
export interface ApprovalCondition {
    /**
     * The order's amount is this or more. In another currency it is exchanged; unknown without a
     * rate.
     */
    amount_from?: Money | null;
    /**
     * The order's amount is less than this.
     */
    amount_below?: Money | null;
    /**
     * The supplier is one of these.
     */
    suppliers?: SupplierId[] | null;
    /**
     * The goods go to one of these; unknown where the order does not say.
     */
    locations?: LocationId[] | null;
    /**
     * Some line is of one of these categories; unknown of a product without stated categories.
     */
    categories?: string[] | null;
    /**
     * Every line is of one of these categories.
     */
    only_categories?: string[] | null;
    /**
     * Somebody who asked for the order is one of these.
     */
    requesters?: PersonId[] | null;
    /**
     * Everybody who asked for the order is one of these.
     */
    only_requesters?: PersonId[] | null;
    /**
     * The goods of some line cost more than last paid by this share or more; more than zero.
     * Unknown of a product for which no last price is stated.
     */
    price_rise_from?: Rate | null;
    /**
     * Some budget has less left than the order takes of it; unknown of lines without a budget.
     */
    over_budget?: boolean;
    /**
     * Nothing was bought from the supplier before.
     */
    new_supplier?: boolean;
    /**
     * Some line arrives after the day on which it is needed.
     */
    late?: boolean;
    /**
     * All of these hold.
     */
    all_of?: ApprovalCondition[] | null;
    /**
     * One of these holds.
     */
    any_of?: ApprovalCondition[] | null;
    /**
     * None of these holds.
     */
    none_of?: ApprovalCondition[] | null;
}

/**
 * What a decision has to know beside the order. What is left out is unknown, not false.
 */
export interface ApprovalContext {
    /**
     * The day of the decision.
     */
    today: Day;
    /**
     * Everybody who asked for the order or changed it; none of them may approve it. One at least:
     * a program that orders has a name too.
     */
    requesters: PersonId[];
    /**
     * The categories of each product, such as `food` and `dairy`.
     */
    categories?: Record<Sku, string[]>;
    /**
     * What products cost the last time.
     */
    last_paid?: LastPaid[];
    /**
     * What may still be spent.
     */
    budgets?: Budget[];
    /**
     * From whom something was bought before.
     */
    known_suppliers?: SupplierId[] | null;
    /**
     * For thresholds, limits, budgets and last prices in other currencies than the order's. The
     * one dated last on or before today holds; none is turned round or chained.
     */
    exchange_rates?: ExchangeRate[];
}

/**
 * Whether a purchase order may be placed, and everything that led to the answer.
 */
export interface ApprovalDecision {
    /**
     * The order.
     */
    order: PurchaseOrderId;
    /**
     * Its revision.
     */
    revision: number;
    /**
     * The state of the rules.
     */
    rules_version: string;
    /**
     * The answer.
     */
    status: ApprovalStatus;
    /**
     * Every rule that fired, by name, and `otherwise` last; never empty.
     */
    fired: FiredRule[];
    /**
     * Rules that might have approved, had a fact not been missing, by name.
     */
    withheld: FiredRule[];
    /**
     * What is needed, in order of the levels; nothing, if nobody is asked.
     */
    levels: NeededLevel[];
    /**
     * The levels to ask now; none unless the order waits.
     */
    ask: number[];
    /**
     * What became of every word given, in order of their instants.
     */
    given: GivenApproval[];
}

/**
 * Whose approval is needed.
 */
export interface ApprovalLevel {
    /**
     * Which, from 1; lower ones are asked first. Several may have one number.
     */
    level: number;
    /**
     * Whoever has one of these roles may approve, ...
     */
    roles?: string[];
    /**
     * ... and so may these people, whatever the amount.
     */
    persons?: PersonId[];
    /**
     * How many of them have to; 1 or more.
     */
    count?: number;
}

/**
 * What happens to an order by a rule, the strictest last.
 */
export type ApprovalOutcome = "approve" | { ask: ApprovalLevel[] } | { refuse: string };

/**
 * People who may approve as one thing.
 */
export interface ApprovalRole {
    /**
     * What levels call it.
     */
    name: string;
    /**
     * Who.
     */
    approvers: Approver[];
}

/**
 * What is asked of some orders.
 */
export interface ApprovalRule {
    /**
     * What decisions call it; unlike any other's, and not `otherwise`.
     */
    name: string;
    /**
     * Of which orders; of all, if the condition is empty.
     */
    when: ApprovalCondition;
    /**
     * What is asked.
     */
    then: ApprovalOutcome;
    /**
     * The first day on which the rule holds.
     */
    valid_from?: Day | null;
    /**
     * The last day on which the rule holds.
     */
    valid_until?: Day | null;
}

/**
 * Which purchase orders are approved by themselves, refused, or shown to whom.
 *
 * [`ApprovalRules::check`] finds what could never be satisfied; [`decide`](super::decide) demands
 * that it finds nothing.
 *
 * ```
 * use replenish::order::ApprovalRules;
 * let rules: ApprovalRules = serde_json::from_str(r#"{
 *     "version": "2026-11",
 *     "roles": [{"name": "buyer", "approvers": [{"person": "anna"}, {"person": "ben"}]}],
 *     "rules": [{
 *         "name": "large orders",
 *         "when": {"amount_from": "1000.00 EUR"},
 *         "then": {"ask": [{"level": 1, "roles": ["buyer"], "count": 2}]}
 *     }],
 *     "otherwise": "approve"
 * }"#)?;
 * rules.check()?;
 *
 * let mut hopeless = rules.clone();
 * hopeless.roles[0].approvers.pop();
 * let problem = hopeless.check().unwrap_err();
 * assert_eq!(problem.to_string(), "`rules[0].then.ask[0].count`: expected at most 1, the number of people who may ever approve here, got `2`");
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface ApprovalRules {
    /**
     * Name of this state of the rules; every decision repeats it.
     */
    version: string;
    /**
     * What is asked of orders; the sequence means nothing.
     */
    rules: ApprovalRule[];
    /**
     * What happens to an order for which no rule fires.
     */
    otherwise: ApprovalOutcome;
    /**
     * Who may approve as what.
     */
    roles?: ApprovalRole[];
    /**
     * Which amount of an order is compared with thresholds, limits and budgets.
     */
    amount?: ApprovalAmount;
    /**
     * When a level is asked.
     */
    sequence?: LevelSequence;
    /**
     * How often one person counts.
     */
    counting?: PersonCounts;
    /**
     * For how many days after its own an approval holds: one of Monday with 2 holds through
     * Wednesday. Without it, for good.
     */
    lapse_after_days?: number | null;
    /**
     * By which share the amount may have risen for an approval of another revision to hold, where
     * supplier, place and lines are the same: prices, charges and days may move. Without it, an
     * approval holds for its own revision alone.
     */
    tolerance?: Rate | null;
}

/**
 * What becomes of something that was said.
 */
export type ApprovalStanding = "counts" | "refuses" | "not_needed" | "superseded" | "requester" | "not_entitled" | "above_limit" | "lapsed" | "order_changed" | "not_yet_given";

/**
 * The answer.
 */
export type ApprovalStatus = "approved" | "waiting" | "refused";

/**
 * What of a purchase order an approval is of: [`ApprovalSubject::of`].
 */
export interface ApprovalSubject {
    /**
     * The order.
     */
    id: PurchaseOrderId;
    /**
     * Its revision.
     */
    revision: number;
    /**
     * From whom.
     */
    supplier: SupplierId;
    /**
     * To where.
     */
    location?: LocationId | null;
    /**
     * Without tax.
     */
    net: Money;
    /**
     * With tax.
     */
    total: Money;
    /**
     * What is bought, in order of the lines' names.
     */
    lines: ApprovedLine[];
}

/**
 * What is bought on a line.
 */
export interface ApprovedLine {
    /**
     * The line.
     */
    id: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much.
     */
    quantity: Quantity;
}

/**
 * Somebody in a role. Who is in it for several times, as a deputy is, is listed for each of them.
 */
export interface Approver {
    /**
     * Who.
     */
    person: PersonId;
    /**
     * The largest amount that the person may approve in this role. Without it, any.
     */
    limit?: Money | null;
    /**
     * The first day on which the person has the role.
     */
    valid_from?: Day | null;
    /**
     * The last day on which the person has the role.
     */
    valid_until?: Day | null;
}

/**
 * A request that a step has made.
 */
export interface Asked {
    request: RequestLife;
    purpose: Purpose;
    sent_at?: Timestamp;
    /**
     * The look-up's own address; the step's is frozen with the step.
     */
    path?: string;
}

/**
 * What is attempted.
 */
export type AttemptKind = "create" | "lookup" | "cancel";

/**
 * What is kept for the record about an order.
 */
export type Audit = "never_sent" | "never_applied" | "attempt_rejected" | "proved_absent" | "already_cancelled" | "nullified_remotely" | "operator_said_present" | "operator_said_absent" | "late_cancel_result" | "request_log";

/**
 * Whether a connection needs a token.
 */
export type Authentication = "none" | "token";

/**
 * The request an order waits for.
 */
export interface Awaited {
    request: number;
    since: Timestamp;
}

/**
 * What comes later than the rest of a line.
 */
export interface BackOrder {
    /**
     * How much.
     */
    quantity: Quantity;
    /**
     * When, where that is said.
     */
    day?: Day;
}

/**
 * What became of a replay.
 */
export interface Backtest {
    /**
     * What was found; absent when no product could be replayed.
     */
    result: BacktestResult | null;
    /**
     * The products that could not be replayed.
     */
    left_out: LeftOut[];
}

/**
 * How the record is divided and replayed, the same for every product.
 */
export interface BacktestOptions {
    /**
     * Periods in one season: 7 for daily demand with a weekly pattern.
     */
    season_length?: number;
    /**
     * Longer seasons, as [`ForecastOptions`](crate::forecast::ForecastOptions) has them.
     */
    longer_seasons?: number[];
    /**
     * Periods from one review to the next.
     */
    review_period?: number;
    /**
     * Periods in which dials are chosen.
     */
    tuning?: number;
    /**
     * The last periods, in which policies are measured.
     */
    test?: number;
    /**
     * Periods after which forecasts are fitted anew; in between they are brought up to date.
     */
    refit?: number;
    /**
     * Periods that stay together when results are drawn again for the intervals.
     */
    block?: number;
    /**
     * Periods of past demand that policies of the moving kind look at.
     */
    moving_window?: number;
    /**
     * Periods of past demand from which fixed levels are set.
     */
    look_back?: number;
    /**
     * Periods of demand that a buyer with fixed quantities orders at once, where costs do not say.
     */
    order_cover?: number;
    /**
     * How often results are drawn again for the intervals.
     */
    replicates?: number;
    /**
     * What is paid for an emergency line above the usual value, as a share of it.
     */
    emergency_premium?: number;
    /**
     * Where chance starts.
     */
    seed?: number;
}

/**
 * From where in a history forecasts are made again, and what they may know.
 *
 * An origin is the number of periods that have passed when a forecast is made: it knows the values
 * before the origin, and is scored on the `horizon` values that begin `gap` after it (Tashman,
 * "Out-of-sample tests of forecasting accuracy", International Journal of Forecasting 16, 2000).
 */
export interface BacktestPlan {
    /**
     * Periods that are scored from each origin, at least 1.
     */
    horizon: number;
    /**
     * Periods from one origin to the next, at least 1.
     */
    step: number;
    /**
     * Which origins.
     */
    origins: Origins;
    /**
     * How much of the past a forecast is given.
     */
    window: Window;
    /**
     * Periods after the origin that are forecast but not scored: those that pass before a forecast
     * can be acted on.
     */
    gap: number;
    /**
     * How often the forecaster learns everything anew.
     */
    refit: Refit;
    /**
     * Periods in one season, for scales and for Naive2; 1 for none.
     */
    season_length: number;
}

/**
 * Who decides how much to order.
 */
export type BacktestPolicy = "marginal_value" | "service_level" | "last_period" | "fixed_min_max" | "level_quantity" | "manual" | "months_of_stock" | "normal_base_stock" | "demand_driven" | "perfect_foresight";

/**
 * What is replayed, beside the records.
 */
export interface BacktestRequest {
    /**
     * What each product is called.
     */
    ids: string[];
    /**
     * How all of them are bought.
     */
    supply: BacktestSupply;
    /**
     * How the records are divided.
     */
    options: BacktestOptions;
}

/**
 * What a backtest found.
 */
export interface BacktestResult {
    /**
     * How the records were divided and replayed.
     */
    options: BacktestOptions;
    /**
     * Products that were replayed.
     */
    products: number;
    /**
     * Every policy at every setting of its dial.
     */
    curves: PolicyCurve[];
    /**
     * Each of our policies against each baseline, over all products.
     */
    comparisons: PolicyComparison[];
    /**
     * Our first policy against each baseline, over some of the products.
     */
    slices: BacktestSlice[];
}

/**
 * Comparisons over some of the products.
 */
export interface BacktestSlice {
    /**
     * Which.
     */
    kind: SliceKind;
    /**
     * How many.
     */
    products: number;
    /**
     * Our first policy against each baseline.
     */
    comparisons: PolicyComparison[];
}

/**
 * How products are bought where it is the same for all of them.
 */
export interface BacktestSupply {
    /**
     * As [`BacktestItem::lead_time`].
     */
    lead_time: LeadTime;
    /**
     * As [`BacktestItem::pack`].
     */
    pack: number;
    /**
     * As [`BacktestItem::minimum_order`].
     */
    minimum_order: number;
    /**
     * As [`BacktestItem::shelf_life`].
     */
    shelf_life?: number | undefined;
}

/**
 * What a simpler rule would pay.
 */
export interface Baseline {
    /**
     * The rule.
     */
    policy: BaselinePolicy;
    /**
     * What its orders cost for the same requirements.
     */
    cost: Money;
    /**
     * What the rule's orders miss to minimum order values: not in the cost, since it would buy
     * something, but such orders are refused unless it is spent.
     */
    below_minimum: Money;
    /**
     * How much less the allocation costs; negative if the rule would have been cheaper.
     */
    saving: Money;
    /**
     * The saving as a share of the rule's cost.
     */
    saving_share: number;
    /**
     * Requirements for which the rule has no offer and takes the cheapest instead.
     */
    fallback_lines: number;
}

/**
 * A rule that people use.
 */
export type BaselinePolicy = "default_supplier" | "cheapest_sticker" | "cheapest_line";

/**
 * The least cost that was found for an instance, and how much less it could be at most.
 *
 * Amounts are in the unit of the instance.
 */
export interface BasketAnswer {
    /**
     * The instance's name.
     */
    id: string | null;
    /**
     * Whether nothing costs less.
     */
    status: AnswerStatus;
    /**
     * What the choice costs.
     */
    objective: number;
    /**
     * No choice costs less than this.
     */
    lower_bound: number;
    /**
     * By how much of its cost the choice could be cheaper at most: 0.01 for one percent.
     */
    gap: number;
    /**
     * How many subproblems were looked at.
     */
    nodes: number;
    /**
     * What was spent of the budget.
     */
    steps: number;
    /**
     * Of what the cost consists.
     */
    detail: CostDetail;
    /**
     * What is bought: the place of an offer and a number of packs, ascending.
     */
    solution: [number, number][];
    /**
     * Places of offers of which nothing can be bought: there are fewer packs than the fewest that
     * are sold, or those are more than may be bought.
     */
    without_purchase: number[];
}

/**
 * A basket problem in integers: money in the smallest unit of one currency, quantities in units,
 * what is bought in packs.
 *
 * The document may carry more beside this, such as a known optimum; inside suppliers, SKUs and
 * offers, what is not known is refused.
 *
 * ```
 * use replenish::sourcing::BasketInstance;
 * let instance: BasketInstance = serde_json::from_str(r#"{
 *   "suppliers": [{ "id": "S", "min_order_value": 0, "freight_fixed": 900, "free_freight_from": 5000, "po_cost": 100 }],
 *   "skus": [{ "id": "K", "demand": 20, "max_units": 40, "max_sources": 1, "short_penalty": 999, "excess_credit": 0 }],
 *   "offers": [{ "s": 0, "k": 0, "pack": 10, "moq": 1, "avail": 9, "type": "all_units", "breaks": [[1, 2000], [3, 1700]] }]
 * }"#)?;
 * let basket = instance.basket()?;
 * let three = instance.picks(&[(0, 3)])?; // 30 units: a pack too many, and no freight
 * assert_eq!(basket.evaluate(&three).map(|found| found.cost), Ok(3 * 1700 + 100));
 * let two = instance.picks(&[(0, 2)])?;
 * assert_eq!(basket.evaluate(&two).map(|found| found.cost), Ok(2 * 2000 + 900 + 100));
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface BasketInstance {
    /**
     * Its name.
     */
    id?: string | null;
    /**
     * What it was made like.
     */
    family?: string | null;
    /**
     * What it was made from.
     */
    seed?: number | null;
    /**
     * In which currency amounts are.
     */
    currency?: string | null;
    /**
     * Which unit of the currency amounts count, such as `cent`.
     */
    money_unit?: string | null;
    /**
     * Who sells.
     */
    suppliers: InstanceSupplier[];
    /**
     * What is required.
     */
    skus: InstanceSku[];
    /**
     * Who sells what at which price.
     */
    offers: InstanceOffer[];
}

/** Many series in columns; a `SeriesTable`, as `readSeries` gives it, is one. */
export interface BatchColumns {
    /** All histories, one behind the other, oldest value first; NaN where a value is missing. */
    values: Float64Array;
    /** Where each history begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each value 0 where nothing could be sold for want of stock, otherwise 1. */
    in_stock?: Uint8Array | undefined;
    /** What is known of past and future periods beside the demand. */
    regressors?: readonly RegressorColumn[] | undefined;
}

/**
 * What follows from a difference.
 */
export type Bearing = "tolerated" | "open" | "beyond";

/**
 * Why a requirement is served as it is: what decided against the offer that costs least by itself.
 */
export interface Binding {
    /**
     * What decided.
     */
    kind: BindingKind;
    /**
     * The supplier whose terms decided, where terms did.
     */
    supplier: SupplierId | undefined;
    /**
     * The offer that costs less by itself, or the chosen one in smaller number; none where the choice
     * costs least by itself.
     */
    instead_of: OfferId | undefined;
    /**
     * What the choice costs more than that by itself; zero or more.
     */
    line: Money;
    /**
     * What it saves on the orders, zero or less; zero where the other is not possible at all.
     */
    order: Money;
}

/**
 * What decided for a purchase.
 */
export type BindingKind = "only_offer" | "cheapest_alone" | "minimum_order_value" | "below_minimum_surcharge" | "free_freight" | "freight_band" | "rebate_tier" | "shared_order" | "minimum_out_of_reach" | "availability" | "maximum_share" | "required_supplier" | "together";

/**
 * A figure that is not what it has to be.
 */
export interface Breach {
    /**
     * Where, from the outside in: `order.…` for a column or line as a whole, `split.…` for a figure
     * within a sale order.
     */
    path: string;
    /**
     * What would add up.
     */
    expected: string;
    /**
     * What stands there.
     */
    got: string;
}

/**
 * What may still be spent on something.
 */
export interface Budget {
    /**
     * What people call it.
     */
    name: string;
    /**
     * What is left of it; below zero if it is overdrawn already.
     */
    remaining: Money;
    /**
     * For products of one of these categories; of any, without it.
     */
    categories?: string[] | null;
    /**
     * For goods that go to one of these; anywhere, without it.
     */
    locations?: LocationId[] | null;
    /**
     * For goods of one of these; of anybody, without it.
     */
    suppliers?: SupplierId[] | null;
}

/**
 * The days on which a supplier takes orders and on which goods arrive.
 *
 * ```
 * use replenish::{inventory::Calendar, unit::Day};
 * let calendar = Calendar {
 *     order_days: "Mon Thu".parse()?,
 *     delivery_days: "Tue Fri".parse()?,
 *     holidays: vec!["2026-12-25".parse()?],
 *     cut_off: Some("11:00".parse()?),
 * };
 * let monday: Day = "2026-12-21".parse()?;
 * let too_late = Some("11:30".parse()?);
 * let ordered = calendar.order_day(monday, too_late)?;
 * assert_eq!(ordered.to_string(), "2026-12-24"); // the Thursday
 * let arrives = calendar.arrival(ordered, 1)?;
 * assert_eq!(arrives.to_string(), "2026-12-29"); // Friday is a holiday
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface Calendar {
    /**
     * Days of the week on which orders are taken.
     */
    order_days?: Weekdays;
    /**
     * Days of the week on which goods arrive.
     */
    delivery_days?: Weekdays;
    /**
     * Days on which neither happens.
     */
    holidays?: Day[];
    /**
     * Orders after this time of the supplier's day count for the next order day.
     */
    cut_off?: TimeOfDay | null;
}

/**
 * When a product that need not be ordered yet is ordered along with others.
 */
export interface CanOrder {
    /**
     * At or below this position it would be ordered by itself.
     */
    reorder_point: Quantity;
    /**
     * It is ordered up to this level.
     */
    order_up_to_level: Quantity;
}

/**
 * The cancel of an order: wanted or not, and the attempts at one document after the other.
 */
export interface Cancellation {
    requested?: boolean;
    /**
     * Counts the times a cancel was begun.
     */
    round?: number;
    started_at?: Timestamp;
    /**
     * Counted attempts to cancel the current document.
     */
    attempts?: number;
    /**
     * Attempts that were turned away unseen; they lengthen the waits and count for nothing else.
     */
    throttles?: number;
    /**
     * Some attempt to cancel may have been applied unseen, or the documents may have ended before.
     */
    ambiguous?: boolean;
    /**
     * The document of the running or doubtful cancel.
     */
    document?: DocumentId;
}

/**
 * A model that was considered.
 */
export interface Candidate {
    /**
     * Its name, with the form that was fitted.
     */
    model: string;
    /**
     * Root mean squared error over the last periods when fitted to those before; none when the
     * history is too short to tell.
     */
    error: number | null;
    /**
     * Its share among the models, together 1; a distribution of counts may stand beside them, as the
     * forecast's name then says.
     */
    weight: number;
}

/**
 * What a server offers to find out whether a request was applied; by default nothing, and then
 * an attempt with an unknown outcome is never repeated without a person's word.
 */
export interface Capabilities {
    /**
     * The server applies one idempotency key once, however often it comes.
     */
    deduplicates_by_key?: Deduplication;
    /**
     * The server finds documents by the reference we gave.
     */
    lookup_by_reference?: ReferenceLookup;
}

/**
 * How much fits in one sale order, which is then a parcel and has a number.
 *
 * Lines are packed heaviest first, each into the first parcel that takes it whole. One that no
 * parcel holds is cut, and any other only if the order then needs fewer parcels: two shipments
 * annoy people more than a line in two of them. Cuts are between whole units; what a quantity has
 * beyond them goes with the last one, and a quantity below one unit is a unit. A unit that no parcel
 * holds has one of its own, which says so. An order has at most 100,000 parcels.
 *
 * Goods that are given back travel the other way and share no parcel with those that are not;
 * lines of nothing go with the first parcel.
 */
export interface Capacity {
    /**
     * Weight of all goods; lines that state none weigh nothing.
     */
    weight?: Quantity | null;
    /**
     * Volume of all goods; lines that state none take no room.
     */
    volume?: Quantity | null;
    /**
     * How many lines, whole or in part; 1 or more.
     */
    lines?: number | null;
}

/**
 * What is kept of an answer.
 */
export interface Capture {
    /**
     * Where it is; with a `*` a list is kept.
     */
    pointer: string;
    /**
     * The host keeps the value and the run only its name.
     */
    secret?: boolean;
    /**
     * Its absence is no failure.
     */
    optional?: boolean;
}

/**
 * The weight of a piece or case of a product that is ordered by the piece and whose pieces differ, in
 * whatever unit the need is in. `observed`: as pieces weighed that were received, each as likely as the
 * others. `normal`: as a nominal weight and its coefficient of variation, from 0 to 1, say, the sum of
 * pieces being normal.
 */
export type CatchWeight =
| { type: "observed"; weights: number[] }
| { type: "normal"; nominal: number; coefficient_of_variation: number };

/**
 * What pieces that are ordered will weigh together.
 */
export interface CaughtWeight {
    /**
     * How many.
     */
    pieces: number;
    /**
     * The expected weight.
     */
    expected: number;
    /**
     * The weight that they fall short of once in twenty times.
     */
    low: number;
    /**
     * The weight that they exceed once in twenty times.
     */
    high: number;
    /**
     * How likely they weigh as much as is needed.
     */
    enough: Probability;
}

/**
 * One moment of an order's way.
 */
export interface ChainTime {
    /**
     * Which system tells it.
     */
    system: string;
    /**
     * What it calls it.
     */
    event: string;
}

/**
 * A line that is in both drafts and different.
 */
export interface ChangedLine {
    /**
     * Which.
     */
    id: LineId;
    /**
     * The product, in the second draft.
     */
    sku: Sku;
    /**
     * What is different, one at least.
     */
    fields: FieldChange[];
    /**
     * What the goods cost.
     */
    amount: MoneyDifference;
    /**
     * What is charged beside them.
     */
    charges: MoneyDifference;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * What happens to the charges on goods that are given back.
 */
export type ChargePolicy = "give_back" | "keep";

/**
 * What a step's checks say of an answer.
 */
export type CheckVerdict = "hold" | "soft_failed" | "hard_failed";

/**
 * A line at the price of today.
 */
export interface CheckedLine {
    /**
     * Which.
     */
    id: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * The offer it takes up.
     */
    offer: OfferId;
    /**
     * Whether it costs more.
     */
    change: PriceChange;
    /**
     * Price of one unit, as drafted and today.
     */
    unit_price: MoneyDifference;
    /**
     * What its goods cost.
     */
    amount: MoneyDifference;
    /**
     * What is charged beside them.
     */
    charges: MoneyDifference;
    /**
     * By what share of what was drafted goods and charges together changed, to six decimals; none
     * where nothing was drafted to compare with.
     */
    rate: Rate | null;
    /**
     * What one should know before sending it.
     */
    concerns: LineConcern[];
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * Whether a connection is in use, as the host has observed it over all its orders.
 */
export type Circuit = "closed" | "open";

/**
 * What [`step_circuit`](step) wants done once the new life is stored.
 */
export type CircuitCommand = { type: "notify_opened"; key: string; until: Timestamp } | { type: "audit_closed" };

/**
 * What can happen to a circuit.
 */
export type CircuitEvent = { type: "ask"; request: RequestReference } | { type: "ended"; request: RequestReference; health: Health };

/**
 * What is known about a connection's circuit; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{
 *     Circuit, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState, ConnectionId, Health,
 *     ObjectKind, RequestReference, step_circuit,
 * };
 * use replenish::unit::Timestamp;
 * let policy = CircuitPolicy { jitter_percent: 0, ..CircuitPolicy::default() };
 * let request = |id: u32| RequestReference {
 *     owner: ObjectKind::SaleOrder,
 *     owner_id: "SO-1".into(),
 *     request_id: id,
 * };
 * let mut circuit = CircuitLife::new(ConnectionId::new("erp-1")?);
 * for id in 1..=5 {
 *     let ended = CircuitEvent::Ended { request: request(id), health: Health::Failed {} };
 *     circuit = step_circuit(&circuit, &ended, Timestamp(0), &policy)?.life;
 * }
 * assert_eq!(circuit.state(), CircuitState::Open);
 *
 * // Half a minute later the first request that asks may try, and no other one.
 * let asked = CircuitEvent::Ask { request: request(6) };
 * circuit = step_circuit(&circuit, &asked, Timestamp(30_000), &policy)?.life;
 * assert_eq!(circuit.for_request(&request(6)), Circuit::Closed);
 * assert_eq!(circuit.for_request(&request(7)), Circuit::Open);
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface CircuitLife {
    /**
     * The format of this value.
     */
    version: number;
    connection: ConnectionId;
    state: CircuitState;
    /**
     * Failures in the window since the last success.
     */
    failures: Count;
    /**
     * Answers "too many requests" in the window.
     */
    throttles: Count;
    /**
     * How often it was opened since it was last closed.
     */
    openings: number;
    /**
     * Chooses the jitter of each opening and tells their notices apart.
     */
    outage: number;
    /**
     * Until when no call passes, or the trial has time; absent while closed.
     */
    until?: Timestamp;
    /**
     * The one request that may pass a half-open circuit.
     */
    trial?: RequestReference;
    /**
     * When the last event was accepted.
     */
    moved_at?: Timestamp;
    /**
     * Ends of calls that came after their turn and changed nothing.
     */
    superseded: number;
}

/**
 * When a connection's circuit opens and for how long. All spans are milliseconds.
 */
export interface CircuitPolicy {
    /**
     * Counts the changes of this policy, so that a record says which one was in force.
     */
    revision?: number;
    /**
     * Failures without a success between them, within the window, that open the circuit; 0 never.
     */
    failure_threshold?: number;
    /**
     * Answers "too many requests" within the window that open it; 0 never.
     */
    throttle_threshold?: number;
    /**
     * How long after the first failure of a row the further ones are counted with it.
     */
    window_ms?: number;
    /**
     * How long it stays open the first time; each further time in a row is twice as long.
     */
    open_ms?: number;
    /**
     * Longest time that it stays open of itself.
     */
    open_cap_ms?: number;
    /**
     * Longest time that the server may ask for.
     */
    retry_after_cap_ms?: number;
    /**
     * How long the trial may stay without an end before another request may try.
     */
    trial_deadline_ms?: number;
    /**
     * Up to this much of a time is added to it, chosen by the seed, so that clients spread out.
     */
    jitter_percent?: number;
    /**
     * Chooses the jitter; the same seed gives the same times.
     */
    jitter_seed?: number;
}

/**
 * Where a circuit stands.
 */
export type CircuitState = "closed" | "open" | "half_open";

/**
 * The next life of a circuit and what is to be done once it is stored.
 */
export interface CircuitStep {
    /**
     * The next life.
     */
    life: CircuitLife;
    /**
     * What to do, in order.
     */
    commands: CircuitCommand[];
}

/** The cheapest offer of each requirement, in columns. */
export interface ColumnComparison {
    /** Of each requirement, the offer with the lowest landed cost; -1 for none. */
    best: Int32Array;
    /** Of each requirement, how many packs to buy; 0 without an offer. */
    packs: Uint32Array;
    /** Of each requirement, what that adds to the bill, in minor units; 0 without an offer. */
    landed_costs: Float64Array;
    /** Of each requirement, the next best offer; -1 for none. */
    runners_up: Int32Array;
    /** Of each requirement, how much more the next best adds to the bill; 0 where there is none. */
    differences: Float64Array;
    /**
     * Of each offer 0 where it was compared, otherwise why not: 1 there is not enough, 2 it comes too
     * late, 3 a number is no whole number or its packs hold nothing, 4 its prices are missing, zero or
     * less, do not ascend in packs or rise, 5 it costs more than a number can say.
     */
    standings: Uint8Array;
}

/**
 * What a column is of.
 */
export type ColumnKind = "goods" | "total" | "offset" | "adjustment" | "payment" | "commission" | "commission_tax";

/**
 * What the operator keeps of one vendor's sales.
 *
 * The rate is that of the day of the order; changing it later changes no order. What is kept is
 * rounded half up once, on all of the vendor's lines together, those given back by themselves, and
 * then divided among the lines.
 */
export interface Commission {
    /**
     * Its name within the order.
     */
    id: CommissionId;
    /**
     * Whose sales.
     */
    vendor: VendorId;
    /**
     * Share of the base.
     */
    rate: Rate;
    /**
     * Of what.
     */
    base?: CommissionBase;
    /**
     * Kept beside the share, once for the vendor's lines that are not given back.
     */
    fixed?: Money | null;
    /**
     * Tax on what is kept, a share of it.
     */
    tax_rate?: Rate | null;
}

/**
 * What a commission is a share of.
 */
export type CommissionBase = "net" | "discounted" | "goods";

export type CommissionId = Identifier;

/**
 * A part of a commission.
 */
export interface CommissionShare {
    /**
     * The order's commission.
     */
    id: CommissionId;
    /**
     * The part.
     */
    amount: Money;
    /**
     * The tax on it.
     */
    tax?: Money | null;
}

/**
 * All offers for one requirement.
 */
export interface Comparison {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much of it is needed.
     */
    required: Quantity;
    /**
     * By what the offers are ranked.
     */
    policy: ComparisonPolicy;
    /**
     * The offer that the policy chooses: the first of the ranked ones, unless it chooses nobody.
     */
    chosen: OfferId | undefined;
    /**
     * Offers that can serve, in the order of the policy; ties go to preferred offers, then to earlier
     * arrival, then by offer. What cannot cover the need comes after what can.
     */
    ranked: RankedOffer[];
    /**
     * Offers that cannot, in order of their names.
     */
    excluded: ExcludedOffer[];
    /**
     * What the policy's choice costs beside the cheapest, where that is another purchase.
     */
    policy_cost?: PolicyCost;
}

/**
 * One setting of a baseline, and ours at the same stock value in the test.
 */
export interface ComparisonPoint {
    /**
     * The fill rate for which the setting was chosen.
     */
    fill_rate: number;
    /**
     * The setting.
     */
    dial: number;
    /**
     * The baseline in the test.
     */
    baseline: PolicyMeasures;
    /**
     * Ours in the test, between the two settings whose stock values are next to the baseline's.
     */
    ours: PolicyMeasures;
    /**
     * Our emergency lines over the baseline's.
     */
    ratio: number;
    /**
     * How sure that is.
     */
    interval: ConfidenceInterval | null;
    /**
     * Our stock value over the baseline's when ours has as many emergency lines; absent where no
     * setting of ours has.
     */
    stock_ratio: number | null;
    /**
     * What came in the test of the setting of ours whose stock was nearest to the baseline's while
     * dials were chosen.
     */
    frozen: Frozen;
}

/**
 * By what the offers for a requirement are ranked.
 *
 * The first five buy of every offer the number of packs that costs least; those named after programs
 * do as the program does, and buy the fewest packs that cover the need: they are for finding out what
 * the present program costs. They choose among the offers that can serve, since none of them can
 * order elsewhere either.
 */
export type ComparisonPolicy = { type: "first_in_list" } | { type: "first_in_time" } | { type: "cheapest_sticker" } | { type: "cheapest_landed" } | { type: "weighted"; cost: number; time: number; risk: number } | { type: "odoo_first_vendor" } | { type: "odoo_cheapest_vendor" } | { type: "tryton_first_in_time" } | { type: "tryton_best_quotation" } | { type: "idempiere_current_vendor" } | { type: "erpnext_default_supplier" } | { type: "ofbiz_main_supplier" };

/**
 * Why an order cannot be completed yet.
 */
export interface CompletionProblem {
    /**
     * What is wrong, for programs.
     */
    problem: CompletionProblemKind;
    /**
     * The same in a sentence, for people.
     */
    text: string;
}

/**
 * What is wrong.
 */
export type CompletionProblemKind = { type: "sku_not_numeric"; line: LineId; sku: Sku } | { type: "contract_missing"; line: LineId; sku: Sku } | { type: "contract_exceeded"; contract: ContractId; left: Quantity; wanted: Quantity; excess: Quantity; lines: LineId[] } | { type: "below_minimum"; vendor: VendorId; minimum: Money; value: Money; missing: Money };

/**
 * What has to hold before an order is completed and anything of it is sent.
 */
export interface CompletionRules {
    /**
     * The least that vendors want to sell in one order; each vendor once. A vendor of whom nothing
     * is bought wants nothing.
     */
    minimums?: VendorMinimum[];
    /**
     * What counts towards the minimum. Lines that are given back never do.
     */
    minimum_counts?: MinimumBase;
    /**
     * What is left of agreements; each contract once. Of one that is not named, anything.
     */
    contracts?: ContractRest[];
    /**
     * What the systems of vendors need of every line.
     */
    systems?: SystemNeeds[];
}

/**
 * A part of a kit.
 */
export interface Component {
    /**
     * The product, which may be a kit too.
     */
    sku: Sku;
    /**
     * How much of it is in one unit of the kit, in the product's own unit; above zero.
     */
    quantity: Quantity;
}

/**
 * Something that has to hold.
 */
export type Condition = { type: "covered"; requirement: Requirement } | { type: "minimum_order_value"; supplier: SupplierId; minimum: Money } | { type: "maximum_share"; supplier: SupplierId; share: Rate } | { type: "required_supplier"; supplier: SupplierId } | { type: "forbidden_supplier"; supplier: SupplierId } | { type: "maximum_sources"; requirement: Requirement; maximum: number } | { type: "maximum_quantity"; requirement: Requirement; maximum: Quantity } | { type: "availability"; offer: OfferId; available: Quantity };

/**
 * Between which values a figure lies with 90 % and with 95 % confidence.
 */
export interface ConfidenceInterval {
    /**
     * The 5 % quantile of the results drawn again.
     */
    lower_90: number;
    /**
     * The 95 % quantile.
     */
    upper_90: number;
    /**
     * The 2.5 % quantile.
     */
    lower_95: number;
    /**
     * The 97.5 % quantile.
     */
    upper_95: number;
}

/**
 * One difference between a line and its promise.
 */
export interface ConfirmationDifference {
    /**
     * The line.
     */
    line: LineId;
    /**
     * What differs.
     */
    deviation: Deviation;
    /**
     * Whether it is more than is tolerated.
     */
    beyond: boolean;
}

/**
 * How far a promise may be off before a person has to agree; by default not at all.
 */
export interface ConfirmationTolerance {
    /**
     * Share of a line's quantity that may be missing, too much, or come later.
     */
    quantity_share?: Rate;
    /**
     * Difference of the unit price, either way: far too cheap is as likely an error.
     */
    price?: Limit;
    /**
     * Days after the requested one.
     */
    days_later?: number;
    /**
     * Days before the requested one.
     */
    days_earlier?: number;
}

/**
 * Conditions that cannot hold together.
 */
export interface Conflict {
    /**
     * The conditions: without any one of them the others can hold.
     */
    conditions: Condition[];
    /**
     * Whether that is proved of every one; otherwise some tests ran out of steps.
     */
    irreducible: boolean;
    /**
     * Whether no smaller number of conditions conflicts, which is tried for small sets only.
     */
    smallest: boolean;
    /**
     * What dropping each of them would give, those that leave out fewest requirements first, the
     * cheapest of these first.
     */
    relaxations: Relaxation[];
}

/**
 * A way to another system, with its address, credentials and limits, as the host names it.
 *
 * 1 to 64 letters, digits and `-._~`, so that it fits a key, a header and a file name as it is.
 *
 * ```
 * use replenish::flow::ConnectionId;
 * assert_eq!(ConnectionId::new("erp-1")?.as_str(), "erp-1");
 * assert_eq!(ConnectionId::new("a/b").unwrap_err().code, "connection_invalid");
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export type ConnectionId = string;

/**
 * One fact of one system.
 */
export interface ConsistencyCell {
    /**
     * How it stands.
     */
    verdict: FactVerdict;
    /**
     * What the system tells, in words; empty where it tells nothing.
     */
    seen: string;
    /**
     * What it should tell, in words; for [`FactVerdict::NotTold`] what is missing.
     */
    expected: string;
    /**
     * Whether the rules demand that the system tell this fact.
     */
    required: boolean;
    /**
     * Every difference, one by one.
     */
    differences?: FactDifference[];
}

/**
 * What the systems tell about one order, compared.
 */
export interface ConsistencyMatrix {
    /**
     * The system whose word is taken for true.
     */
    source: string;
    /**
     * The columns, in the order of the flow.
     */
    systems: string[];
    /**
     * One row for each fact, in the order of [`Fact::ALL`].
     */
    rows: ConsistencyRow[];
    /**
     * The first cell that differs, by fact and then by system; where none differs, the first that
     * does not tell what it must.
     */
    first_difference?: FirstDifference;
    /**
     * Whether nothing differs and everything is told that the rules demand.
     */
    consistent: boolean;
}

/**
 * One fact over all systems.
 */
export interface ConsistencyRow {
    /**
     * What is compared.
     */
    fact: Fact;
    /**
     * One cell for each system, in the order of the columns.
     */
    cells: ConsistencyCell[];
}

/**
 * How the systems of a flow are compared.
 *
 * The built-in rules know `cart`, `checkout`, `order`, `b2b`, `erp` and `storefront`. Whatever
 * system they do not name is compared like the others, with its words taken as they are and nothing
 * demanded of it.
 *
 * ```
 * use replenish::flow::ConsistencyRules;
 * let rules: ConsistencyRules = ConsistencyRules::default();
 * assert_eq!((rules.source.as_str(), rules.clock_skew_ms), ("checkout", 0));
 * rules.check()?;
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface ConsistencyRules {
    /**
     * The system whose word is taken for true: where the order was placed, for that is what the
     * customer agreed to. What it does not tell is expected as the first system tells it that does.
     * Never a majority: an order copied wrongly early is wrong in most places.
     */
    source?: string;
    /**
     * The system that issues documents; the others must name its documents.
     */
    document_source?: string;
    /**
     * What is particular to each system.
     */
    systems?: SystemRules[];
    /**
     * Which statuses may stand beside each other; no rule when empty.
     */
    legal_statuses?: LegalStatuses[];
    /**
     * What must not have happened before what, earliest first.
     */
    times?: ChainTime[];
    /**
     * How far apart the systems' clocks may be, in milliseconds.
     */
    clock_skew_ms?: number;
}

/**
 * What may be added, and what it is worth.
 */
export interface ConsolidationOptions {
    /**
     * Products worth having more of, each once; without any, those of the draft.
     */
    products?: ExtraProduct[];
    /**
     * What goods that are added are worth to the buyer, as a share of their price: near 1 where they
     * sell soon anyway. Without it nothing, so that a suggestion pays only where the order gets
     * cheaper.
     */
    worth?: Rate;
    /**
     * Which suggestions to make.
     */
    report?: SuggestionReport;
}

export type ContractId = Identifier;

/**
 * A price for a limited quantity.
 */
export interface ContractPrice {
    /**
     * Price of one unit of `remaining`.
     */
    unit_price: Money;
    /**
     * How much may still be bought at it.
     */
    remaining: Quantity;
}

/**
 * What is left of an agreement.
 */
export interface ContractRest {
    /**
     * Which.
     */
    contract: ContractId;
    /**
     * How much may still be taken, over all lines together.
     */
    left: Quantity;
}

/**
 * One component of a landed cost.
 */
export interface Cost {
    /**
     * What for.
     */
    kind: CostKind;
    /**
     * In the currency of the comparison, rounded half up to its minor unit once.
     */
    amount: Money;
    /**
     * For each unit of the requirement that is covered, to a ten-thousandth.
     */
    per_unit: Money;
}

/**
 * Of what a cost consists: `goods + freight + purchase_order_cost + shortage - surplus_credit`.
 */
export interface CostDetail {
    /**
     * What is bought, at its price.
     */
    goods: number;
    /**
     * Freight of all orders.
     */
    freight: number;
    /**
     * What placing the orders costs.
     */
    purchase_order_cost: number;
    /**
     * What is not bought.
     */
    shortage: number;
    /**
     * What surplus is worth; taken off.
     */
    surplus_credit: number;
}

/**
 * A kind of cost before and after.
 */
export interface CostDifference {
    /**
     * What for.
     */
    kind: CostKind;
    /**
     * How much.
     */
    amount: MoneyDifference;
}

/**
 * What money is spent on, or comes back for.
 */
export type CostKind = "goods" | "handling" | "duty" | "import_fee" | "tax" | "deposit" | "rebate" | "substitute_penalty" | "failure_cost" | "payment_terms" | "freight" | "order_handling" | "order_cost" | "below_minimum" | "yearly_rebate";

/**
 * What something costs over the whole basket.
 */
export interface CostTotal {
    /**
     * What.
     */
    kind: CostKind;
    /**
     * How much.
     */
    amount: Money;
}

/**
 * How often something happened since the first time within the window.
 */
export interface Count {
    times: number;
    since?: Timestamp;
}

/**
 * An ISO-4217 code, such as `"EUR"`.
 * @pattern ^[A-Z]{3}$
 */
export type Currency = string;

/**
 * A currency under another code.
 */
export interface CurrencyMapping {
    /**
     * The system's code.
     */
    theirs: Currency;
    /**
     * The code that the systems are compared by. The amount stays: this names, it does not convert.
     */
    ours: Currency;
}

/**
 * One setting of a dial.
 */
export interface CurvePoint {
    /**
     * The setting.
     */
    dial: number;
    /**
     * What it led to while dials are chosen.
     */
    tuning: PolicyMeasures;
    /**
     * What it led to in the test.
     */
    test: PolicyMeasures;
}

/**
 * A customer's order as it was placed.
 *
 * Every amount is in the order's currency, exact in its minor unit, and has been priced: nothing is
 * ever priced again.
 */
export interface CustomerOrder {
    /**
     * Its name.
     */
    id: OrderId;
    /**
     * Counts the edits; sale orders of different revisions have different names.
     */
    revision: number;
    /**
     * Of every amount.
     */
    currency: Currency;
    /**
     * What is wanted; two lines may be of the same product.
     */
    lines: OrderLine[];
    /**
     * Discounts and charges on the whole order or on some of its lines, in the order in which they
     * apply.
     */
    adjustments?: Adjustment[];
    /**
     * How the order is paid, in the order in which payments are drawn upon. What is not paid yet is
     * a payment on account; without any payment nothing is said about it.
     */
    payments?: Payment[];
    /**
     * What the operator keeps of vendors' sales, as agreed when the order was placed.
     */
    commissions?: Commission[];
    /**
     * What the shop reckoned; what is stated has to be what the rows come to.
     */
    stated?: StatedTotals | null;
}

/**
 * A given value: one text, or one for each line of an order.
 */
export type DataValue = string | string[];

/**
 * A calendar day, such as `"2026-11-21"`.
 * @pattern ^[0-9]{4}-[0-9]{2}-[0-9]{2}$
 */
export type Day = string;

/**
 * A server's memory of idempotency keys.
 */
export interface Deduplication {
    /**
     * How long a key is remembered; past it a key is no protection and is not relied upon.
     */
    retention_ms: number;
}

/**
 * Whether goods are still awaited.
 */
export type Delivery = "open" | "closed";

/**
 * Demand class by the cut-offs of Syntetos, Boylan and Croston, "On the categorization of demand
 * patterns", Journal of the Operational Research Society 56 (2005).
 */
export type DemandClass = "no_demand" | "smooth" | "erratic" | "intermittent" | "lumpy";

/**
 * How often something is wanted, and how much the wanted amounts vary.
 *
 * ```
 * use replenish::forecast::{DemandClass, DemandPattern, Series};
 * let pattern = DemandPattern::of(&Series::new(vec![0.0, 0.0, 4.0, 0.0, 0.0, 4.0])?);
 * assert_eq!(pattern.class, DemandClass::Intermittent);
 * assert_eq!(pattern.average_demand_interval, 3.0);
 * # Ok::<(), replenish::forecast::ForecastError>(())
 * ```
 */
export interface DemandPattern {
    /**
     * The class that the two figures give.
     */
    class: DemandClass;
    /**
     * Periods for each period with demand; zero when there is no demand.
     */
    average_demand_interval: number;
    /**
     * Squared coefficient of variation of the amounts in periods with demand (population form).
     */
    squared_coefficient_of_variation: number;
}

/**
 * Demand that is not exceeded with a probability.
 */
export interface DemandQuantile {
    /**
     * The probability.
     */
    probability: Probability;
    /**
     * The demand.
     */
    demand: number;
}

/**
 * Where demand is drawn from: stretches of the history, each in the phase of its season (1 for
 * none); a distribution of counts by its means, one for each period or always the same; quantiles.
 */
export type DemandSampler =
| { type: "blocks"; history: Float64Array; block: number; season_length: number }
| { type: "poisson"; means: Float64Array }
| { type: "negative_binomial"; means: Float64Array; variance_to_mean: number }
| { type: "quantiles"; quantiles: readonly QuantilePath[] };

/**
 * The shape of demand over an interval.
 */
export type DemandShape = "forecast" | "normal";

/** Demand of the first period ahead, of the first two together, and so on, each as a distribution. */
export interface DemandSums {
    /** Possible demands of each sum, ascending, one sum behind the other. */
    demands: Float64Array;
    /** For each the probability that demand is at or below it; the last of a sum is 1. */
    shares: Float64Array;
    /** Where each sum begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each sum how many past forecasts or periods stand behind it. */
    outcomes: Uint32Array;
}

/** What is wanted of one product over an interval, itself and in kits. */
export interface DependentDemand {
    /** Its own demand and that of the kits that must be put together: one sum, of the interval. */
    demand: DemandSums;
    /** The unit of the demand. */
    unit: Unit;
    /** The arithmetic, term by term. */
    terms: Term[];
}

/**
 * Paid for each pack and given back when what it came in goes back.
 */
export interface Deposit {
    /**
     * For each pack.
     */
    per_pack: Money;
    /**
     * The share that comes back, from 0 to 1; what does not is a cost.
     */
    returned: Rate;
}

/**
 * What can differ between a line and its promise.
 */
export type Deviation = { type: "refused"; ordered: Quantity } | { type: "short"; ordered: Quantity; promised: Quantity } | { type: "more"; ordered: Quantity; promised: Quantity } | { type: "back_ordered"; quantity: Quantity; day?: Day } | { type: "price"; ordered: Money; promised: Money } | { type: "later"; requested: Day; promised: Day } | { type: "earlier"; requested: Day; promised: Day };

/**
 * Everything that happened in a span of time, in one message.
 */
export interface Digest {
    /**
     * The first time that counts.
     */
    from: Timestamp;
    /**
     * The first time that no longer counts.
     */
    until: Timestamp;
    /**
     * How many different notifications it tells of.
     */
    count: number;
    /**
     * How many it leaves out because they had been told before under the same key.
     */
    repeated: number;
    /**
     * One entry for each kind of object and code, the most urgent first.
     */
    groups: DigestGroup[];
}

/**
 * One kind of thing that happened, and to which objects.
 */
export interface DigestGroup {
    /**
     * What kind of object it is about.
     */
    object: ObjectKind;
    /**
     * Stable name of what happened.
     */
    code: string;
    /**
     * How soon a person must act.
     */
    severity: Severity;
    /**
     * How many notifications.
     */
    count: number;
    /**
     * When the first of them was told.
     */
    first_at: Timestamp;
    /**
     * When the last of them was told.
     */
    last_at: Timestamp;
    /**
     * Each object once, the one told first first.
     */
    objects: DigestObject[];
}

/**
 * One object of a group.
 */
export interface DigestObject {
    /**
     * Which object.
     */
    id: string;
    /**
     * How many notifications of this kind about it.
     */
    count: number;
    /**
     * When the first of them was told.
     */
    first_at: Timestamp;
    /**
     * When the last of them was told.
     */
    last_at: Timestamp;
    /**
     * The last one's detail.
     */
    detail: string;
}

/**
 * What can disagree.
 */
export type Disagreement = { type: "over_delivered"; ordered: Quantity; received: Quantity } | { type: "under_delivered"; ordered: Quantity; received: Quantity } | { type: "invoiced_before_goods"; invoiced: Quantity } | { type: "invoiced_more"; received: Quantity; invoiced: Quantity } | { type: "invoiced_less"; received: Quantity; invoiced: Quantity } | { type: "credited_more"; invoiced: Quantity; credited: Quantity } | { type: "price"; expected: Money; invoiced: Money } | { type: "charges"; ordered: Money; invoiced: Money } | { type: "total"; expected: Money; invoiced: Money } | { type: "unknown_line" };

/**
 * What the price of a break holds for.
 */
export type Discount = "all_units" | "incremental";

/**
 * A document of an order.
 */
export interface DocumentFact {
    /**
     * Its name.
     */
    document: DocumentId;
    /**
     * Which sale order it says it belongs to.
     */
    sale_order?: SaleOrderId;
    /**
     * Which lines it carries; empty when it carries the whole sale order.
     */
    lines?: LineId[];
    /**
     * Whether it stands: neither cancelled nor replaced.
     */
    live: boolean;
}

export type DocumentId = Identifier;

/**
 * The lines of an order and every document ever named for them.
 */
export interface Documents {
    /**
     * Every line that needs a document, in order.
     */
    lines: LineId[];
    /**
     * Sorted by line and document; never forgotten, only marked.
     */
    known?: LineDocument[];
    /**
     * Documents that the other system nullified before we knew their line.
     */
    voided?: DocumentId[];
}

/**
 * What the drafts need to know beside the allocation.
 *
 * [`DraftContext::new`] is the day alone; everything else is a change to one of its fields. Offers
 * and terms are those that the allocation was made with: the more is given, the more the drafts say.
 */
export interface DraftContext {
    /**
     * The day on which the orders would be placed.
     */
    today: Day;
    /**
     * The time of that day, for the suppliers' cut-off: in UTC for suppliers that state their offset,
     * else at the supplier's place. Without it, it is early.
     */
    time?: TimeOfDay | null;
    /**
     * The offers that the lines take up, and any others. Without any, packs are in the unit of the
     * requirement, and what suppliers charge on lines, taxes and lead times are unknown.
     */
    offers?: Offer[];
    /**
     * What suppliers ask of whole orders, and when they deliver. Orders of others cost beside their
     * goods what the allocation says.
     */
    terms?: SupplierTerms[];
    /**
     * For charges that are not in the currency of the goods.
     */
    exchange_rates?: ExchangeRate[];
    /**
     * How to draft.
     */
    options?: DraftOptions;
}

/**
 * Two revisions of a draft, field by field.
 *
 * It is empty, as [`DraftDifference::is_empty`] says, exactly when the drafts are equal; and the
 * difference of the same drafts the other way round has every amount with the other sign.
 */
export interface DraftDifference {
    /**
     * What of the order itself is different.
     */
    fields: FieldChange[];
    /**
     * Lines of the second draft alone, in order of their names.
     */
    added: PurchaseOrderLine[];
    /**
     * Lines of the first draft alone, in order of their names.
     */
    removed: PurchaseOrderLine[];
    /**
     * Lines of both that are different, in order of their names.
     */
    changed: ChangedLine[];
    /**
     * Tax of each rate that is different.
     */
    taxes: TaxDifference[];
    /**
     * Sum of the lines' amounts.
     */
    goods: MoneyDifference;
    /**
     * Charged for the whole order.
     */
    freight: MoneyDifference;
    /**
     * Charged beside it for the whole order.
     */
    charges: MoneyDifference;
    /**
     * Everything but tax.
     */
    net: MoneyDifference;
    /**
     * All tax.
     */
    tax: MoneyDifference;
    /**
     * Everything.
     */
    total: MoneyDifference;
    /**
     * Lines and total in words and numbers, such as `3 packs more of apple: 36 each, +10.80 EUR`.
     */
    summary: string[];
}

/**
 * A field of a draft, or of a line of it.
 */
export type DraftField = "id" | "number" | "revision" | "supplier" | "supplier_name" | "location" | "order_date" | "requested_delivery" | "order_by" | "line_order" | "goods" | "freight" | "charges" | "charges_tax_rate" | "net" | "taxes" | "tax" | "total" | "expected_arrival" | "notes" | "merged" | "sku" | "buyer_code" | "supplier_code" | "description" | "offer" | "packs" | "pack_size" | "quantity" | "unit_price" | "price_unit" | "price_break" | "amount" | "tax_rate" | "need_by" | "arrival" | "reasons";

/**
 * What a product is called, and where it goes.
 *
 * What is said for the supplier it is bought from goes before what is said for all, each field by
 * itself.
 */
export interface DraftItem {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * Bought from this supplier; without it, from any.
     */
    supplier?: SupplierId | null;
    /**
     * What the buyer calls it.
     */
    buyer_code?: string | null;
    /**
     * What the supplier calls it.
     */
    supplier_code?: string | null;
    /**
     * What people call it.
     */
    description?: string | null;
    /**
     * Where it goes. A substitute goes where the product that it replaces would.
     */
    location?: LocationId | null;
}

/**
 * Something to write on drafts.
 */
export interface DraftNote {
    /**
     * On those for this supplier; without it, on all.
     */
    supplier?: SupplierId | null;
    /**
     * What.
     */
    text: string;
}

/**
 * How to draft purchase orders, and what to write on them.
 */
export interface DraftOptions {
    /**
     * What else divides orders.
     */
    rules?: DraftRules;
    /**
     * The buyer's sequence of numbers; without it, drafts have none.
     */
    numbering?: Numbering | null;
    /**
     * Where goods go of which `items` says nothing.
     */
    location?: LocationId | null;
    /**
     * What products are called, and where they go.
     */
    items?: DraftItem[];
    /**
     * The tax on freight and charges of orders; without it, they are not taxed.
     */
    charges_tax_rate?: Rate | null;
    /**
     * What to write on the drafts.
     */
    notes?: DraftNote[];
    /**
     * Why products are required.
     */
    reasons?: DraftReason[];
}

/**
 * What suppliers offer and ask on the day on which a draft is looked at.
 */
export interface DraftQuotes {
    /**
     * Of any suppliers and products.
     */
    offers: Offer[];
    /**
     * What suppliers ask of whole orders; one without terms asks nothing.
     */
    terms?: SupplierTerms[];
    /**
     * What currencies are worth, where terms or charges are in another one than the order.
     */
    exchange_rates?: ExchangeRate[];
    /**
     * The day.
     */
    today: Day;
    /**
     * The time of that day; without it, it is early enough for every cut-off.
     */
    time?: TimeOfDay | null;
}

/**
 * Why a product is required.
 */
export interface DraftReason {
    /**
     * The product that is required, also where another is bought in its place.
     */
    sku: Sku;
    /**
     * Which step.
     */
    step: ReasonStep;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * What divides the orders of an allocation further. Currencies always do: a supplier invoices each
 * by itself.
 */
export interface DraftRules {
    /**
     * Each line is delivered on the last day that is in time for it, in an order with those of the
     * same day; otherwise an order has one day, on which nothing of it is late if that can be.
     */
    by_delivery_day?: boolean;
    /**
     * Goods of several locations stay in one order, whose lines say where they go; otherwise each
     * location has its own.
     */
    locations_together?: boolean;
}

/**
 * Drafts of purchase orders.
 */
export interface Drafts {
    /**
     * In order of the suppliers, days, locations and currencies.
     */
    purchase_orders: PurchaseOrder[];
    /**
     * The number that is free behind theirs, where they are numbered.
     */
    next_number?: number | null;
}

/**
 * A discount for paying early.
 */
export interface EarlyPayment {
    /**
     * Days from the order within which payment brings the discount.
     */
    days: number;
    /**
     * Share of the goods.
     */
    discount: Rate;
}

/** One location that the warehouse supplies. */
export interface EchelonLocation {
    /** The location. */
    location: LocationId;
    /**
     * What it has and what is on the road to it, less what it has promised. What it has ordered and the
     * warehouse has not sent does not count: it still lies at the warehouse.
     */
    position: Quantity;
    /** What will be wanted there. */
    demand: DemandSums;
    /** Days from sending the goods until they can be sold there. */
    lead_time_days: number;
}

/**
 * What the warehouse must buy.
 */
export interface EchelonRequirement {
    /**
     * What must be ordered; zero when the stock of all will do.
     */
    quantity: Quantity;
    /**
     * The level to which the stock of all is brought: the echelon base stock.
     */
    order_up_to_level: Quantity;
    /**
     * The stock of the warehouse and of all its locations, and what is on its way to any of them.
     */
    echelon_position: Quantity;
    /**
     * The stock of the warehouse alone and what is on order.
     */
    installation_position: Quantity;
    /**
     * Expected demand of all locations until the order after this one has reached them.
     */
    expected_demand: number;
    /**
     * How likely their demand exceeds the echelon position if nothing is ordered.
     */
    stock_out_risk: Probability;
    /**
     * What the locations' own levels at the same service level would be together: without a
     * common stock, so much would be needed.
     */
    separate_levels: Quantity;
    /**
     * Locations that are not counted, and why.
     */
    refused: Invalid[];
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * What is to be bought elsewhere of a line.
 */
export interface ElsewhereLine {
    /**
     * The line.
     */
    line: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much.
     */
    quantity: Quantity;
    /**
     * The day on which it is needed.
     */
    needed_by: Day;
    /**
     * The offer that did not serve.
     */
    offer: OfferId;
}

/**
 * A request that has ended: just what it takes to read a late answer to it.
 */
export interface EndedRequest {
    id: number;
    operation: Operation;
    /**
     * The newest attempt: nearly always the first and only one.
     */
    attempt?: number;
}

/**
 * What the engine throws: why it refused, with every mistake it found.
 */
export interface EngineProblem {
    /**
     * Stable name of the kind of error.
     */
    code: string;
    /**
     * The error in words.
     */
    message: string;
    /**
     * Every mistake found in the input.
     */
    problems: InputProblem[];
}

/**
 * Something told to one object.
 */
export interface Envelope<I> {
    /**
     * The format of this value.
     */
    version: number;
    /**
     * What kind of object it is for.
     */
    object: ObjectKind;
    /**
     * Which object it is for.
     */
    id: string;
    /**
     * Who says it.
     */
    by: Actor;
    /**
     * Where it can be looked up: the name of a stored answer, webhook or note. Never a secret.
     */
    evidence?: string;
    /**
     * To which object the documents that are named belong, as the other system keeps it beside
     * them; absent when it says nothing of it. Another object's documents are refused, for what is
     * taken in as an order's own may be cancelled with it. What an answer to a request of ours says
     * stands in [`AnswerBody::reference`](super::AnswerBody::reference) and is never refused.
     */
    reference?: string;
    /**
     * What is said.
     */
    input: I;
}

/** A form of exponential smoothing: error, trend and season, such as `"MAdM"`. */
export type EtsForm = string;

/**
 * What one unit of a currency was worth in another on a day.
 *
 * Rates are used as they are stated and in no other way: neither turned round nor chained, since
 * banks quote another rate for the way back. The one dated last on or before the day of ordering holds.
 */
export interface ExchangeRate {
    /**
     * One unit of this currency ...
     */
    from: Currency;
    /**
     * ... in this one ...
     */
    to: Currency;
    /**
     * ... was worth this much; more than zero ...
     */
    rate: Rate;
    /**
     * ... on this day.
     */
    date: Day;
}

/**
 * An offer that cannot serve.
 */
export interface ExcludedOffer {
    /**
     * The offer.
     */
    offer: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * Why not.
     */
    reason: Exclusion;
    /**
     * What would make it eligible, in words.
     */
    remedy: string;
}

/**
 * Why an offer cannot serve a requirement.
 */
export type Exclusion = { type: "invalid"; problem: Invalid } | { type: "exchange_rate_missing"; currency: Currency } | { type: "exchange_rate_too_old"; currency: Currency; date: Day } | { type: "not_yet_valid"; valid_from: Day } | { type: "expired"; valid_until: Day } | { type: "not_enough"; available: Quantity } | { type: "availability_too_old"; as_of: Day } | { type: "maximum_exceeded"; maximum: Quantity } | { type: "too_late"; arrival: Day; latest: Day } | { type: "shelf_life_too_short"; days: number } | { type: "blocked"; reason: string } | { type: "supplier_blocked"; reason: string } | { type: "supplier_forbidden" } | { type: "supplier_not_allowed" } | { type: "on_time_too_low"; share: Probability; least: Probability } | { type: "quality_too_low"; share: Probability; least: Probability };

/**
 * What a text must be. Texts given here may refer to values: `{order_id}` asks for the same id
 * that an earlier step captured, and in a list for the one at the same place.
 */
export type Expectation = "exists" | "absent" | { equals: string } | { one_of: string[] } | { same_money: { amount: string; currency: string } };

/**
 * How large a new product is expected to be, before it has sold anything.
 */
export type ExpectedLevel = { share_of_analogues: { share: number } } | { per_period: { demand: number } };

/**
 * Goods on their way.
 */
export interface ExpectedReceipt {
    /**
     * The day on which they can be sold; a day that has passed means that they are overdue and may
     * come any day.
     */
    due: Day;
    /**
     * How much comes.
     */
    quantity: Quantity;
    /**
     * How far it is.
     */
    stage?: ReceiptStage;
    /**
     * The last day on which they can be sold, where they expire.
     */
    expires?: Day | null;
}

/**
 * What is wanted of one product, itself and in kits.
 */
export interface ExplodedRequirement {
    /**
     * Whether it is bought or put together.
     */
    supply: Supply;
    /**
     * What stock serves.
     */
    from_stock: Quantity;
    /**
     * What stock does not serve, one entry a day, earliest first; empty when it serves all.
     */
    missing: Requirement[];
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * How much there is of what is ordered.
 */
export type Extent = "none" | "partial" | "full" | "over" | "short";

/**
 * A product worth having more of.
 */
export interface ExtraProduct {
    /**
     * Which.
     */
    sku: Sku;
    /**
     * No more packs than these are added of an offer; without it, as many as are looked at.
     */
    maximum_packs?: number | null;
    /**
     * What each unit of its line's quantity is worth that is added; without it, the share of the
     * price in `worth`.
     */
    surplus_value?: Money | null;
}

/**
 * What is compared, in the order in which differences are named.
 */
export type Fact = "order_ids" | "lines" | "totals" | "documents" | "statuses" | "times" | "orphans" | "refunds";

/**
 * One difference within a cell.
 */
export interface FactDifference {
    /**
     * Stable name of the kind of difference, for programs: `unit_price_differs`, or what is wrong
     * with a malformed fact, such as `currency_mixed`.
     */
    code: string;
    /**
     * Which id, product, total, document or moment it is about.
     */
    about: string;
    /**
     * What the system tells.
     */
    seen: string;
    /**
     * What it should tell.
     */
    expected: string;
}

/**
 * How one system stands to one fact.
 */
export type FactVerdict = "agrees" | "differs" | "not_told" | "not_applicable";

/**
 * Everything known of an order at its supplier.
 *
 * ```
 * use replenish::flow::{Facts, Fulfilment, LineFact, Merged, OrderedLine, SupplierFact};
 * let line = OrderedLine {
 *     line: "1".parse()?,
 *     quantity: "10 each".parse()?,
 *     unit_price: "2 EUR".parse()?,
 *     amount: "20 EUR".parse()?,
 *     requested: "2026-12-01".parse()?,
 *     given_up: None,
 *     back_order: None,
 * };
 * let lines = [line];
 * let fact = |text: &str| serde_json::from_str::<SupplierFact>(text);
 * let four = fact(r#"{"event_id": "a", "lines": [{"line": "1", "received": "4 each"}]}"#)?;
 * let all = fact(r#"{"event_id": "b", "lines": [{"line": "1", "received": "10 each"}]}"#)?;
 *
 * let mut facts = Facts::default();
 * assert_eq!(facts.merge(&all, &lines)?, Merged::New);
 * assert_eq!(facts.merge(&four, &lines)?, Merged::Known); // late: four of those ten
 * assert_eq!(facts.covers(&lines), Fulfilment::Full);
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface Facts {
    /**
     * The highest sequence number seen.
     */
    sequence?: number;
    status?: Stated<SupplierStatus>;
    /**
     * Every word ever said, in order: an older one stays true although it is not the last.
     */
    said?: SupplierStatus[];
    /**
     * In order of the lines.
     */
    lines?: KnownLine[];
    charges?: Stated<Money>;
    /**
     * The first of the lines that were named and are none of the order's, in order.
     */
    strange?: LineId[];
}

/**
 * What failed.
 */
export type FailureKind = "rejected" | "not_sent" | "throttled" | "no_answer" | "lookup_failed" | "cancel_refused" | "cancel_not_found" | "cancel_no_answer" | "foreign_answer" | "agreement_undelivered";

/**
 * What a token server's positive answer says, read by the host, which keeps the token.
 */
export interface FetchedToken {
    /**
     * How long it lives; absent when the server does not say.
     */
    expires_in_ms?: number | undefined;
}

/**
 * A field before and after, as text; none where it says nothing.
 */
export interface FieldChange {
    /**
     * Which.
     */
    field: DraftField;
    /**
     * In the first draft.
     */
    before: string | null;
    /**
     * In the second one.
     */
    after: string | null;
}

/**
 * The value of one field of a body.
 */
export type FieldValue = boolean | number | string;

/**
 * A rule that fired.
 */
export interface FiredRule {
    /**
     * Its name; `otherwise` is what happens where no rule fires for certain.
     */
    rule: string;
    /**
     * Whether its condition holds; if not, a fact is missing and it has to be reckoned with.
     */
    is_certain: boolean;
    /**
     * Why, in words and numbers: the facts of its condition, or those that are missing.
     */
    reasons: string[];
    /**
     * What it asks.
     */
    outcome: ApprovalOutcome;
}

/**
 * Where to look first.
 */
export interface FirstDifference {
    /**
     * Which fact.
     */
    fact: Fact;
    /**
     * Which system.
     */
    system: string;
    /**
     * What is different there; its code is `not_told` when a demanded fact is missing.
     */
    difference: FactDifference;
}

/**
 * A fitted model as a plain value: keep it as JSON, bring it up to date, ask it. How it stores what
 * it knows is its own affair and may change with the version.
 */
export interface FittedModel {
    version: string;
    /** The name of the model. */
    model: string;
    /** Periods it has seen. */
    periods: number;
    state: object;
    spread: object;
    is_non_negative: boolean;
}

/**
 * A whole run as data.
 *
 * Names that templates may refer to: those of `data` and `secrets`, what earlier steps capture,
 * and `run_id`, `step_id` and `idempotency_key`.
 */
export interface FlowPlan {
    /**
     * What it is called.
     */
    name: string;
    /**
     * The systems by name.
     */
    systems: Record<string, SystemPlan>;
    /**
     * Values given: test data, options.
     */
    data?: Record<string, DataValue>;
    /**
     * Names of values that only the host knows; requests name them as `{secret:name}`.
     */
    secrets?: string[];
    /**
     * The steps; those whose dependencies are through run at the same time.
     */
    steps: StepPlan[];
    /**
     * How long the run may take, in milliseconds; then it is stopped like by a person.
     */
    deadline_ms?: number;
    /**
     * What is known of the order in each system, for the comparison at the end.
     */
    facts?: Record<string, SystemFactsPlan>;
    /**
     * How these are compared.
     */
    consistency?: ConsistencyRules;
}

/**
 * How one connection is driven: what its server offers, how often and how long we try.
 *
 * Every number counts one thing: `max_retries: 3` allows at most 4 attempts, `max_lookups: 4`
 * allows at most 4 look-ups. All spans are milliseconds.
 *
 * ```
 * use replenish::flow::FlowPolicy;
 * let policy: FlowPolicy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
 * let waits: Vec<u64> = (1..=4).map(|n| policy.backoff_ms("SO-1", n)).collect();
 * assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
 * ```
 */
export interface FlowPolicy {
    /**
     * Counts the changes of this policy, so that a record says which one was in force.
     */
    revision?: number;
    /**
     * What the server offers against doubt; by default nothing.
     */
    capabilities?: Capabilities;
    /**
     * Whether requests wait for a token.
     */
    authentication?: Authentication;
    /**
     * Whether requests may leave at all; an open circuit ends a request's waiting.
     */
    circuit?: Circuit;
    /**
     * Attempts after the first one, for each submission and for the cancel of each document.
     */
    max_retries?: number;
    /**
     * Look-ups for each doubtful attempt.
     */
    max_lookups?: number;
    /**
     * First wait between attempts; each further one is twice as long.
     */
    backoff_base_ms?: number;
    /**
     * Longest wait between attempts that we choose ourselves.
     */
    backoff_cap_ms?: number;
    /**
     * Longest wait that the server may ask for.
     */
    retry_after_cap_ms?: number;
    /**
     * Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
     */
    jitter_percent?: number;
    /**
     * Chooses the jitter; the same seed gives the same waits.
     */
    jitter_seed?: number;
    /**
     * How long one attempt may stay without an answer.
     */
    attempt_deadline_ms?: number;
    /**
     * How long an attempt waits for a token.
     */
    token_deadline_ms?: number;
    /**
     * How long a submission or a cancel may go on trying.
     */
    total_deadline_ms?: number;
}

/**
 * Why a step rests as it does.
 */
export type FlowStepCause = "condition_false" | "dependency_failed" | "variable_missing" | "aborted" | "soft_check_failed" | "check_failed" | "rejected" | "unreachable" | "poll_exhausted" | "doubt" | "duplicate";

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type FlowStepCommand = { type: "start"; round: number } | { type: "lookup"; round: number } | { type: "store_captures"; recovered: boolean } | { type: "evidence"; cause?: FlowStepCause; about?: string } | { type: "late_answer" } | { type: "stop_requests" } | { type: "stop_dependants" } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" };

/**
 * What can happen to a step.
 */
export type FlowStepEvent = { type: "ready"; condition: boolean; missing?: string } | { type: "dependency_failed"; dependency: string; missing?: string } | { type: "abort"; doubtful: boolean } | { type: "ok"; checks: CheckVerdict } | { type: "poll_found"; checks: CheckVerdict } | { type: "soft_check_failed" } | { type: "check_failed" } | { type: "rejected" } | { type: "exhausted" } | { type: "poll_exhausted"; answered: boolean } | { type: "ambiguous" } | { type: "timer_due" } | { type: "resolved"; applied: Applied };

/**
 * What is known about one step of a run; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{FlowStepLife, FlowStepState};
 * assert_eq!(FlowStepLife::new("send_to_erp").state(), FlowStepState::Pending);
 * ```
 */
export interface FlowStepLife {
    /**
     * The format of this value.
     */
    version: number;
    id: string;
    state: FlowStepState;
    /**
     * How often it was started, 0 before the first time.
     */
    round: number;
    /**
     * A look-up or a late answer settled what had been in doubt.
     */
    recovered: boolean;
    /**
     * Why it rests as it does; absent while it does not rest and when all is well.
     */
    cause?: FlowStepCause;
    wake_at?: Timestamp;
    /**
     * When it was last told something.
     */
    last_at?: Timestamp;
    /**
     * Answers and timers that came after their turn and changed nothing.
     */
    superseded: number;
}

/**
 * What a step does and how patient it is.
 */
export interface FlowStepPolicy {
    /**
     * Whether it changes the other system.
     */
    effect: Access;
    /**
     * Whether a write in doubt can be looked up.
     */
    lookup: boolean;
    /**
     * Whether it runs although a dependency failed: cleanup, gathering of evidence.
     */
    always_run: boolean;
    /**
     * How often it is started again after a look-up has shown that nothing was applied.
     */
    max_retries: number;
    /**
     * How long it may run, in milliseconds.
     */
    deadline_ms: number;
    /**
     * How long looking up may take, in milliseconds, the settle window included.
     */
    lookup_deadline_ms: number;
}

/**
 * Why a person cannot stop a step.
 */
export type FlowStepRefusal = "already_ended";

/**
 * Where a step stands.
 */
export type FlowStepState = "pending" | "running" | "resolving" | "passed" | "failed" | "in_doubt" | "skipped" | "warned";

/**
 * The next life of a step and what is to be done once it is stored.
 */
export interface FlowStepStep {
    /**
     * The next life.
     */
    life: FlowStepLife;
    /**
     * What to do, in order.
     */
    commands: FlowStepCommand[];
}

/**
 * What will be wanted, and how sure that is.
 */
export interface Forecast {
    /**
     * What was used: the name of a model, or of several and how they became one.
     */
    model: string;
    /**
     * Why this one, in words and numbers.
     */
    reason: string;
    /**
     * What was considered.
     */
    candidates: Candidate[];
    /**
     * What the history looks like.
     */
    pattern: DemandPattern;
    /**
     * Expected demand of each period.
     */
    mean: number[];
    /**
     * A path for each probability asked for, in that order.
     */
    quantiles: QuantilePath[];
    /**
     * Past forecasts whose errors stand behind the quantiles; none where no quantiles are wanted.
     */
    origins: number;
    /**
     * What promotions, prices, events and closed periods do to demand, where forecasts are better
     * for it.
     */
    influences: Influence[];
    /**
     * What was changed in the history before it was forecast, in words.
     */
    notes: string[];
}

/**
 * One forecast and what came of it.
 */
export interface ForecastCase {
    /**
     * What was known when it was made, oldest first; NaN is a period that is not known.
     */
    history: number[];
    /**
     * Periods in one season, for the scale of errors; 1 for none.
     */
    season_length: number;
    /**
     * What came in each period; NaN is a period that is not known.
     */
    actual: number[];
    /**
     * Expected demand of each period.
     */
    mean: number[];
    /**
     * Quantiles of each period, by ascending probability; may be empty.
     */
    quantiles: QuantilePath[];
}

/** Forecasts of many series in columns. */
export interface ForecastColumns {
    /** Expected demand: `horizon` values for each series, NaN for a series with a problem. */
    mean: Float64Array;
    /** For each series one path of `horizon` values for each probability asked for. */
    quantiles: Float64Array;
    /** What was used, each once. */
    models: string[];
    /** Which of `models` was used for each series, -1 for a series with a problem. */
    model_of: Int32Array;
    /** The series that have no forecast. */
    problems: SeriesProblem[];
}

/** A forecast, what it was made from and what the model expected of that. */
export interface ForecastInDetail extends Forecast {
    /** The history, from launch; what was not known in it is what was to be expected. */
    history: Float64Array;
    /** What was expected one period ahead; NaN for the periods that only start the model. */
    fitted_values: Float64Array;
    /** The history less the fitted values. */
    residuals: Float64Array;
}

/**
 * What is asked of a forecast.
 */
export interface ForecastOptions {
    /**
     * Periods to forecast, from 1 to 10,000.
     */
    horizon?: number;
    /**
     * Periods in one season: 7 for daily demand with a weekly pattern, 1 for none; at most a
     * million.
     */
    season_length?: number;
    /**
     * Further seasons, each longer than the one before, not always of whole periods: 365.25 for the
     * year of daily demand, 168 for the week of hourly demand.
     */
    longer_seasons?: number[];
    /**
     * Which model.
     */
    model?: ModelChoice;
    /**
     * Probabilities whose quantiles are wanted for every period, ascending, between 0 and 1.
     */
    quantiles?: Probability[];
    /**
     * Where the quantiles come from.
     */
    intervals?: Intervals;
    /**
     * Where drawing futures starts: the same seed draws the same ones.
     */
    seed?: number;
    /**
     * What a period without a value means.
     */
    missing?: MissingPeriods;
    /**
     * What a negative value means.
     */
    negative?: NegativeDemand;
    /**
     * What zeros before the first demand mean.
     */
    leading_zeros?: LeadingZeros;
    /**
     * Whether periods that stand out are replaced before the model is fitted.
     */
    outliers?: Outliers;
}

/**
 * The freight of orders from some size on.
 */
export interface FreightBand {
    /**
     * From this size on.
     */
    from: OrderSize;
    /**
     * Charged once an order.
     */
    freight: Money;
}

/**
 * A setting chosen beforehand, and what came of it.
 */
export interface Frozen {
    /**
     * The setting.
     */
    dial: number;
    /**
     * Our stock value over the baseline's in the test.
     */
    stock_ratio: number;
    /**
     * Our emergency lines over the baseline's in the test.
     */
    ratio: number;
}

/**
 * A requirement whose purchases stay as they are.
 */
export interface FrozenLine {
    /**
     * The product that is required.
     */
    sku: Sku;
    /**
     * The day by which.
     */
    need_by: Day;
}

/**
 * A request with every variable in its place.
 */
export interface FrozenRequest {
    path: string;
    body?: string;
    key: string;
}

/**
 * How much of what is ordered has come.
 */
export type Fulfilment = "none" | "partial" | "full" | "over";

/**
 * What became of something that was said.
 */
export interface GivenApproval {
    /**
     * Who said it.
     */
    by: PersonId;
    /**
     * When.
     */
    at: Timestamp;
    /**
     * What.
     */
    verdict: Verdict;
    /**
     * What became of it.
     */
    standing: ApprovalStanding;
    /**
     * The levels for which it counts.
     */
    levels: number[];
    /**
     * Why, in words and numbers.
     */
    reason: string;
}

/**
 * Lines that have something in common.
 */
export interface GoodsClass {
    /**
     * In what; not in availability, which is a matter of units rather than of lines.
     */
    by: SplitKey;
    /**
     * Which, such as `frozen`.
     */
    value: string;
}

/**
 * What the end of a call says about the server's health.
 */
export type Health = { type: "well" } | { type: "failed" } | { type: "throttled"; retry_after_ms?: number };

/**
 * What adds up to what.
 */
export interface HierarchyColumns {
    /**
     * A tree, or several: for each node the index of its parent, null for a root.
     */
    parents: readonly (number | null)[];
    /**
     * Instead of parents: for each sum the bottom series in it. The sums are the first nodes, the
     * bottom series the others.
     */
    groups: readonly (readonly number[])[];
    /**
     * With groups: how many bottom series there are.
     */
    bottom: number | undefined;
}

/**
 * 1 to 128 printable characters without spaces around them.
 * @minLength 1
 * @maxLength 128
 */
export type Identifier = string;

/**
 * Two kinds of goods that never share a sale order: which is which makes no difference.
 *
 * Where both are one kind, no two of its lines share. A line may be of both kinds: its own units do
 * share. There are at most 126 kinds.
 */
export interface Incompatible {
    /**
     * The one.
     */
    goods: GoodsClass;
    /**
     * The other.
     */
    never_with: GoodsClass;
}

/**
 * The effect of one regressor, as found.
 */
export interface Influence {
    /**
     * The regressor.
     */
    name: string;
    /**
     * What its values mean.
     */
    kind: RegressorKind;
    /**
     * By how much demand is multiplied: at 1 against 0 for a promotion or an event, at a price a
     * tenth higher, at one more unit of anything else, and 0 for closed periods.
     */
    factor: number;
    /**
     * Periods of the history that could show it: those away from the usual value. Without one
     * nothing is known and the factor is 1.
     */
    periods: number;
}

/** What came of one input: what is to be done once the life is stored, or why nothing moved. */
export type InputAnswer<Command> =
| { commands: Command[]; refused?: undefined }
| { commands?: undefined; refused: Invalid };

/**
 * One mistake in the input.
 */
export interface InputProblem {
    /**
     * Stable name of the kind of mistake.
     */
    code: string;
    /**
     * The field, from the outside in; empty for the whole value.
     */
    path: string;
    /**
     * What would have been accepted, in words.
     */
    expected: string;
    /**
     * What came.
     */
    got: string;
    /**
     * The file it stands in, where there is one.
     */
    file?: string;
    /**
     * The line of that file, counted from 1.
     */
    line?: number;
    /**
     * The column of that file; empty where the whole line is meant.
     */
    column?: string;
}

/**
 * A supplier's price for a product.
 */
export interface InstanceOffer {
    /**
     * Whose: a place in `suppliers`.
     */
    s: number;
    /**
     * Of what: a place in `skus`.
     */
    k: number;
    /**
     * Units in a pack; one or more.
     */
    pack: number;
    /**
     * The fewest packs that are sold; one or more.
     */
    moq: number;
    /**
     * How many packs there are. With fewer than `moq` the offer is of no use, which is no mistake.
     */
    avail: number;
    /**
     * What a break's price holds for.
     */
    type: Discount;
    /**
     * From how many packs on, and the price of a pack; ascending. Fewer packs than the first break
     * names are not sold.
     */
    breaks: [number, number][];
}

/**
 * What is required of a product.
 */
export interface InstanceSku {
    /**
     * Its name.
     */
    id: string;
    /**
     * Units to cover; zero or more.
     */
    demand: number;
    /**
     * Units beyond which nothing is bought, for shelf life or space; `demand` or more.
     */
    max_units: number;
    /**
     * How many offers may share it; one or more.
     */
    max_sources: number;
    /**
     * What a unit costs that is not bought here.
     */
    short_penalty: number;
    /**
     * What a unit beyond `demand` is worth; zero for what perishes.
     */
    excess_credit: number;
}

/**
 * What a supplier asks of an order as a whole. Amounts are zero or more.
 */
export interface InstanceSupplier {
    /**
     * Its name.
     */
    id: string;
    /**
     * An order with goods for less than this is refused.
     */
    min_order_value: number;
    /**
     * Charged once an order.
     */
    freight_fixed: number;
    /**
     * With goods for this much or more, freight is not charged; with zero it always is.
     */
    free_freight_from: number;
    /**
     * What placing an order costs.
     */
    po_cost: number;
}

/**
 * Where quantiles come from.
 *
 * For models of counts, which are distributions themselves, there is no choice. With fewer than ten
 * errors of past forecasts they are always calibrated: so few say next to nothing by themselves.
 */
export type Intervals = "calibrated" | "conformal" | "model" | "bootstrap";

/** What is wrong with a value, where, what was expected and what came. */
export interface Invalid { code: string; path: string; expected: string; got: string; }

/**
 * Which of the goods on the shelf are sold first.
 */
export type Issue = "first_expired" | "first_in" | "freshest";

/**
 * Units that were added or taken off.
 */
export interface JointChange {
    /**
     * How much; below zero when it was taken off.
     */
    quantity: Quantity;
    /**
     * Why.
     */
    reason: JointReason;
    /**
     * What the units that were added are worth, or those taken off would have been: what they save
     * less what they cost.
     */
    worth: Money;
    /**
     * 1 for the product whose units are the most useful of all that were added for the same reason; of
     * those taken off, the least useful; of those ordered along, the first to be due.
     */
    rank: number;
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/** One product that the supplier sells. */
export interface JointItem {
    /** The product. */
    sku: Sku;
    /** What will be wanted of it. */
    demand: DemandSums;
    /** What there is and what is coming, less what is promised. */
    position: Quantity;
    /** What its own policy orders; zero when it orders nothing. */
    proposed: Quantity;
    /** What one unit costs. */
    unit_cost: Money;
    /**
     * What a shortage costs, and what it costs to hold a unit; without a cost of waste, a unit that is
     * left over costs what it cost.
     */
    costs: StockCosts;
    /** Orders are multiples of this; without it, of one unit. */
    order_multiple?: Quantity | null;
    /** The smallest quantity that is ordered. */
    minimum_order_quantity?: Quantity | null;
    /** What one unit takes of a truck, one entry a dimension: `0.4 kg`, `0.002 m3`, `0.01 pallet`. */
    load_per_unit?: Quantity[];
    /** Days that it can be sold from the day of receipt on, that day included. */
    shelf_life_days?: number | null;
    /** The last day on which it is sold. */
    last_day_of_sale?: Day | null;
    /** When it is ordered along with others; without it, it is not. */
    can_order?: CanOrder | null;
}

/**
 * One product in the order.
 */
export interface JointLine {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * What its own policy orders.
     */
    before: Quantity;
    /**
     * What is ordered.
     */
    after: Quantity;
    /**
     * What was added or taken off, in the order in which it was decided.
     */
    changes: JointChange[];
}

/**
 * The order that all products share.
 */
export interface JointOrder {
    /**
     * The day on which it is placed.
     */
    today: Day;
    /**
     * The day from which what is ordered now can be sold.
     */
    arrival: Day;
    /**
     * The next day on which one can order.
     */
    next_order_day: Day;
    /**
     * The day from which what is ordered then can be sold.
     */
    next_arrival: Day;
    /**
     * Nothing is added that is not expected to be sold within so many days of its arrival.
     */
    longest_cover_days: number;
    /**
     * The currency of every amount.
     */
    currency: Currency;
    /**
     * What one line of an order costs, however large.
     */
    per_line?: Money | null;
    /**
     * What the truck takes at most, one entry a dimension: `24000 kg`, `33 pallet`.
     */
    at_most?: Quantity[];
    /**
     * What a larger order would reach.
     */
    aims?: OrderAim[];
}

/**
 * Why units were added or taken off.
 */
export type JointReason = { type: "ordered_along"; due: Day } | { type: "truck_full" } | { type: "aim"; index: number };

/** The order after all that was added and taken off. */
export interface JointReplenishment {
    /** One answer a product, in the order in which they were given. */
    lines: Answered<JointLine>[];
    /** What became of each aim, in the order in which they were given. */
    outcomes: AimOutcome[];
    /** The value of what the products' own policies order. */
    value_before: Money;
    /** The value of the order now. */
    value_after: Money;
    /** What it takes of the truck, one entry for each dimension of a limit or aim. */
    loads: Quantity[];
}

/**
 * A product that is put together from others: its bill of material.
 *
 * A component may itself be a kit, to any depth.
 */
export interface Kit {
    /**
     * The kit.
     */
    sku: Sku;
    /**
     * The unit in which it is counted, such as `each`.
     */
    unit: Unit;
    /**
     * What one of it is made of.
     */
    components: Component[];
    /**
     * Days from having the components until the kit can be sold.
     */
    assembly_days?: number;
}

export interface KnownLine {
    line: LineId;
    confirmed?: Stated<Quantity>;
    back_order?: Stated<BackOrder>;
    refused?: Stated<Quantity>;
    unit_price?: Stated<Money>;
    promised?: Stated<Day>;
    received?: Quantity;
    invoiced?: Quantity;
    invoiced_amount?: Money;
    credited?: Quantity;
    credited_amount?: Money;
}

/**
 * A basket's rungs.
 */
export interface LadderBasket {
    /**
     * The day on which it is ordered, and whose offers hold.
     */
    day: Day;
    /**
     * Its rungs; the number of baskets is 1.
     */
    total: LadderStep;
}

/** The files of a savings ladder: what was bought, what was offered when, what suppliers ask. */
export interface LadderFiles extends MarketFiles { history: TableFile; }

/**
 * A month's rungs.
 */
export interface LadderMonth {
    /**
     * The month, such as `2026-03`.
     */
    month: string;
    /**
     * Its baskets.
     */
    total: LadderStep;
}

/**
 * How past purchases are put together for comparison.
 */
export interface LadderOptions {
    /**
     * Days whose purchases count as one basket, ordered on the first of these days on which anything
     * was ordered; 1 or more. More than one assumes that what was bought later in these days was
     * already known to be needed.
     */
    group_days?: number;
    /**
     * Days from the order within which goods have to come. Without it, no later than from the supplier
     * that was used, where it had an offer on that day that says so; otherwise whenever they come.
     */
    within_days?: number | null;
}

/**
 * The rungs of some baskets.
 */
export interface LadderStep {
    /**
     * How many baskets.
     */
    baskets: number;
    /**
     * How many past purchases are in them.
     */
    purchases: number;
    /**
     * The five rungs, in the order of [`Rung::ALL`].
     */
    rungs: RungCost[];
    /**
     * No choice among the known offers costs less than this.
     */
    lower_bound: Money;
}

/**
 * A way from one location to another.
 */
export interface Lane {
    /**
     * Where goods are taken from.
     */
    from: LocationId;
    /**
     * Where they are brought to.
     */
    to: LocationId;
    /**
     * What moving one unit costs; zero or more.
     */
    per_unit: Money;
    /**
     * What one transfer costs, however large; zero or more.
     */
    per_transfer?: Money | null;
}

/**
 * The newest failure of an order; kept until something goes well.
 */
export interface LastError {
    /**
     * When it became known.
     */
    at: Timestamp;
    /**
     * What failed.
     */
    kind: FailureKind;
    /**
     * The other system's words, shortened; absent when it said none.
     */
    said?: string;
}

/**
 * What a product cost the last time.
 */
export interface LastPaid {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * From whom, if the price is to be compared with that supplier's alone. A supplier's own price
     * goes before one of nobody in particular; those of other suppliers are not looked at.
     */
    supplier?: SupplierId | null;
    /**
     * What the goods cost; zero or more.
     */
    price: Money;
    /**
     * For how much of them; more than zero, in any unit that converts to the order's.
     */
    per: Quantity;
}

/**
 * What a new product will sell.
 */
export interface LaunchForecast {
    /**
     * Expected demand of each period after the observed ones.
     */
    mean: number[];
    /**
     * A path for each probability asked for, in that order.
     */
    quantiles: QuantilePath[];
    /**
     * Mean demand of a period over the observed periods and the horizon.
     */
    level: number;
    /**
     * How much of the level comes from the product's own first periods, from 0 to 1.
     */
    own_weight: number;
    /**
     * Demand of each period from the launch on, in parts of the level.
     */
    profile: number[];
}

/**
 * What is asked of a forecast by analogy.
 */
export interface LaunchOptions {
    /**
     * Periods to forecast, from 1 to 10,000.
     */
    horizon?: number;
    /**
     * How large the new product is expected to be.
     */
    level?: ExpectedLevel;
    /**
     * What stands for all analogues' profiles.
     */
    profile?: ProfileAverage;
    /**
     * Probabilities whose quantiles are wanted for every period, ascending.
     */
    quantiles?: Probability[];
}

/**
 * Periods from placing an order until the goods can be sold.
 */
export type LeadTime = { type: "fixed"; periods: number } | { type: "empirical"; outcomes: LeadTimeOutcome[] };

/**
 * Demand summed over a lead time, as a distribution.
 */
export interface LeadTimeDemand {
    /**
     * Expected demand.
     */
    mean: number;
    /**
     * Demand that is not exceeded with each probability asked for, in that order.
     */
    quantiles: DemandQuantile[];
}

/**
 * One outcome of a random lead time.
 */
export interface LeadTimeOutcome {
    /**
     * Periods, such as days.
     */
    periods: number;
    /**
     * How likely it is.
     */
    probability: Probability;
}

/**
 * What zeros before the first demand mean.
 */
export type LeadingZeros = "launch" | "keep";

/**
 * Why a product could not be replayed.
 */
export interface LeftOut {
    /**
     * What it is called.
     */
    id: string;
    /**
     * Stable name of the kind of problem.
     */
    code: string;
    /**
     * The problem in words.
     */
    message: string;
}

/**
 * A past purchase that is in no figure.
 */
export interface LeftOutPurchase {
    /**
     * Its order.
     */
    order: PurchaseOrderId;
    /**
     * Its day.
     */
    date: Day;
    /**
     * Its product.
     */
    sku: Sku;
    /**
     * The first rung that cannot serve it.
     */
    rung: Rung;
    /**
     * Why not.
     */
    reason: LeftOutReason;
}

/**
 * Why a purchase cannot be compared.
 */
export type LeftOutReason = { type: "invalid"; problem: Invalid } | { type: "no_default_supplier" } | { type: "no_offer"; supplier: SupplierId | null } | { type: "order_refused"; problem: string };

/**
 * What becomes of stock that is less than the next location in turn can be sent.
 */
export type Leftover = "kept" | "passed_on";

/**
 * Statuses that may stand beside each other.
 */
export interface LegalStatuses {
    /**
     * What this situation is called.
     */
    name: string;
    /**
     * The statuses it allows; a system that is not listed may have any.
     */
    systems: SystemStatuses[];
    /**
     * How many sets of living documents each sale order has then.
     */
    live_documents: LiveDocuments;
}

/**
 * When levels are asked. An approval counts whenever it is given.
 */
export type LevelSequence = "one_by_one" | "at_once";

/**
 * How far a price or an amount may be off, either way: every limit given must hold, and with none
 * given nothing may differ.
 *
 * So buyers state it: a share alone, an amount alone, or a share that is not to exceed an amount.
 */
export interface Limit {
    /**
     * Share of what was expected.
     */
    share?: Rate | null;
    /**
     * In the order's currency.
     */
    amount?: Rate | null;
}

/**
 * A discount, charge or tax of one line.
 */
export interface LineAdjustment {
    /**
     * Its name within the line. The same name on other lines is the same column, of the same kind;
     * none of the order's adjustments has it.
     */
    id: AdjustmentId;
    /**
     * What it is.
     */
    kind: AdjustmentKind;
    /**
     * How much: zero or less for a discount, zero or more for everything else; the other way round
     * where the line is given back.
     */
    amount: Money;
    /**
     * Whether a tax is contained in the line's amount rather than added to it.
     */
    included?: boolean;
    /**
     * What a tax was reckoned from, so that it can be checked.
     */
    tax?: TaxBase | null;
}

/**
 * What is different about a line, the weightiest that holds.
 */
export type LineChange = "kept" | "repriced" | "packs" | "delivery" | "offer" | "supplier" | "added" | "dropped";

/**
 * What is charged and given back with each purchase of an offer, beside its price.
 */
export interface LineCharges {
    /**
     * For each pack.
     */
    handling_per_pack?: Money | null;
    /**
     * Import duty as a share of the goods.
     */
    duty?: Rate | null;
    /**
     * For each line of an order that is imported.
     */
    import_fee?: Money | null;
    /**
     * Tax on goods, duty and charges of the line.
     */
    tax?: Tax | null;
    /**
     * Given back for each unit that the price is for.
     */
    rebate_per_unit?: Money | null;
    /**
     * Paid for what the goods come in, such as crates, and given back for most of it.
     */
    deposit?: Deposit | null;
}

/**
 * What one should know about a line before sending it.
 */
export type LineConcern = { code: "withdrawn" } | { code: "pack_changed"; pack_size: Quantity } | { code: "currency_changed"; currency: Currency } | { code: "invalid"; problem: Mistake } | { code: "expired"; valid_until: Day } | { code: "not_yet_valid"; valid_from: Day } | { code: "blocked"; reason: string } | { code: "not_enough"; packs: number } | { code: "too_few"; packs: number } | { code: "not_in_multiples"; packs: number } | { code: "availability_too_old"; as_of: Day } | { code: "price_risen"; rate: Rate } | { code: "tax_changed"; tax_rate: Rate | null } | { code: "too_late"; arrival: Day };

/**
 * How a requirement is served before and after.
 */
export interface LineDifference {
    /**
     * The product that is required.
     */
    sku: Sku;
    /**
     * The day by which.
     */
    need_by: Day;
    /**
     * What is different.
     */
    change: LineChange;
    /**
     * From whom it was bought in the first allocation; none where it was not.
     */
    before: LinePurchase[];
    /**
     * From whom in the second one.
     */
    after: LinePurchase[];
    /**
     * What the purchases cost by themselves.
     */
    landed_cost: MoneyDifference;
}

/**
 * A line's document in the other system.
 */
export interface LineDocument {
    /**
     * Our line.
     */
    line: LineId;
    /**
     * The other system's document.
     */
    document: DocumentId;
    /**
     * When it was known not to be alive any more; absent while it lives.
     */
    ended_at?: Timestamp;
}

/**
 * What is said or known of one line. Every figure is for the whole line so far.
 */
export interface LineFact {
    /**
     * Our line.
     */
    line: LineId;
    /**
     * How much will come on the promised day.
     */
    confirmed?: Quantity;
    /**
     * How much will come later.
     */
    back_order?: BackOrder;
    /**
     * How much will not come.
     */
    refused?: Quantity;
    /**
     * The price, for one of what the order's price is for.
     */
    unit_price?: Money;
    /**
     * The day on which the confirmed goods come.
     */
    promised?: Day;
    /**
     * How much has come.
     */
    received?: Quantity;
    /**
     * How much is invoiced, credit notes not deducted.
     */
    invoiced?: Quantity;
    /**
     * What is invoiced for it without tax, credit notes not deducted.
     */
    invoiced_amount?: Money;
    /**
     * How much of the invoiced quantity is credited.
     */
    credited?: Quantity;
    /**
     * What is credited without tax.
     */
    credited_amount?: Money;
}

/**
 * One line of an order as one system keeps it.
 */
export interface LineFacts {
    /**
     * Its id, by which documents refer to it.
     */
    line?: LineId;
    /**
     * The product, in the system's own name.
     */
    sku: Sku;
    /**
     * How much of it.
     */
    quantity: Quantity;
    /**
     * The price of one unit of the quantity, with or without tax as the rules say.
     */
    unit_price?: Money;
    /**
     * The tax on one unit: by it prices with and without tax are compared.
     */
    unit_tax?: Money;
}

export type LineId = Identifier;

/**
 * A purchase of a line.
 */
export interface LinePurchase {
    /**
     * The offer.
     */
    offer: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * The delivery that it comes with, where deliveries are split.
     */
    delivery: Day | null;
    /**
     * Whole packs.
     */
    packs: number;
    /**
     * What it costs by itself.
     */
    landed_cost: Money;
}

/**
 * Some of a line.
 */
export interface LineQuantity {
    /**
     * The line.
     */
    line: LineId;
    /**
     * How much of it.
     */
    quantity: Quantity;
}

/**
 * The lines of an order in one system, from lists of equal length.
 */
export interface LinesPlan {
    /**
     * The products.
     */
    sku: string;
    /**
     * The quantities, with their unit where it is not pieces.
     */
    quantity: string;
    /**
     * The prices of one unit.
     */
    unit_price?: string;
}

/**
 * How many sets of living documents a sale order has. A set has one document for each line.
 */
export type LiveDocuments = "at_most_one" | "one" | "nothing";

export type LocationId = Identifier;

/**
 * What one location is sent.
 */
export interface LocationShare {
    /**
     * The location.
     */
    location: LocationId;
    /**
     * What it is sent; zero or more.
     */
    quantity: Quantity;
    /**
     * What would bring it to its level, in what can be sent to it.
     */
    wanted: Quantity;
    /**
     * How likely it does not run out if it is sent nothing.
     */
    service_before: Probability;
    /**
     * How likely it does not run out with what it is sent.
     */
    service_after: Probability;
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * How a write in doubt is looked up.
 */
export interface LookupPlan {
    /**
     * Where, as a template; always a GET.
     */
    path: string;
    /**
     * Where the answer names the documents that carry our reference: none, the write was not
     * applied; one, once; several, more than once. When left out, an answer counts as one.
     */
    documents?: string;
    /**
     * What a positive status must say besides to be an answer at all, such as a business flag:
     * an answer without it neither finds a document nor says that there is none.
     */
    success_when?: AnswerTest[];
    /**
     * What the answer must say besides for the write to have been applied.
     */
    applied_when?: AnswerTest[];
    /**
     * Whether status 404 means that nothing was applied; otherwise it may as well be a wrong
     * address.
     */
    not_found_is_absence?: boolean;
    /**
     * What is kept of the answer: everything the step keeps of its own, by the same names.
     */
    captures?: Record<string, Capture>;
}

/**
 * What an order shall achieve.
 */
export type LostSalesGoal = { type: "cost"; holding: number; shortage: number; left_over: number } | { type: "service"; level: Probability };

/**
 * How much to order, and what is to be expected of it.
 */
export interface LostSalesOrder {
    /**
     * How much; 0 when nothing need be ordered.
     */
    quantity: number;
    /**
     * Expected stock, without the order, when it arrives.
     */
    left_on_arrival: number;
    /**
     * Expected lost demand before the order arrives, which no order can change.
     */
    lost_before: number;
    /**
     * Expected lost demand from its arrival until the next order's.
     */
    lost: number;
    /**
     * How likely some demand is lost then.
     */
    stock_out_risk: Probability;
    /**
     * Expected stock when the next order arrives, without that one.
     */
    left_over: number;
}

/**
 * A part of the stock on hand that expires.
 */
export interface Lot {
    /**
     * How much.
     */
    quantity: Quantity;
    /**
     * The last day on which it can be sold.
     */
    expires: Day;
}

/**
 * What sets the economic order quantity, in one currency (Harris 1913).
 */
export interface LotCosts {
    /**
     * Of one order line, however large.
     */
    per_order: Money;
    /**
     * Of one unit that lies for a day.
     */
    holding_per_unit_and_day: Money;
}

/** How much to order in each period, and what ordering and holding cost together. */
export interface LotPlan { quantities: Float64Array; cost: number; }

/** A lot size, the price tier it is bought in (0 without tiers), and its cost in a unit of time. */
export interface LotSize { quantity: number; tier: number; cost: number; }

/** The files that say what suppliers offer and ask, and what other currencies are worth. */
export interface MarketFiles { offers: TableFile; terms?: TableFile; exchange_rates?: TableFile; }

/**
 * What holding order, goods and invoice against each other gave.
 */
export interface Match {
    /**
     * In a word.
     */
    outcome: MatchOutcome;
    /**
     * Every difference, in order of the lines, those of the whole order last.
     */
    differences: MatchDifference[];
}

/**
 * One difference between order, goods and invoice.
 */
export interface MatchDifference {
    /**
     * The line; absent when it concerns the whole order.
     */
    line?: LineId;
    /**
     * What disagrees.
     */
    disagreement: Disagreement;
    /**
     * What follows from it.
     */
    bearing: Bearing;
}

/**
 * Whether order, goods and invoice agree.
 */
export type MatchOutcome = "matched" | "matches_so_far" | "mismatch";

/**
 * How far order, goods and invoice may disagree; by default not at all.
 */
export interface MatchTolerance {
    /**
     * Share of a line's ordered quantity by which more may come.
     */
    over_delivery?: Rate;
    /**
     * Share of a line's ordered quantity that may be missing and nobody waits for it.
     */
    under_delivery?: Rate;
    /**
     * Share of a line's received quantity by which the invoice may be off.
     */
    invoiced_quantity?: Rate;
    /**
     * Difference of a line's invoiced amount, and of freight and charges.
     */
    price?: Limit;
    /**
     * Difference of all invoiced amounts together, in the order's currency; absent when only the
     * lines count.
     */
    total?: Rate | null;
}

/**
 * What one order costs less than two; negative where it costs more.
 */
export interface MergeSaving {
    /**
     * On goods, since a sum reaches other price breaks than its parts.
     */
    goods: Money;
    /**
     * On handling and deposits of the lines.
     */
    line_charges: Money;
    /**
     * On freight.
     */
    freight: Money;
    /**
     * On handling of the orders and surcharges below the minimum.
     */
    charges: Money;
    /**
     * On tax.
     */
    tax: Money;
    /**
     * All of these: what the supplier invoices less.
     */
    total: Money;
    /**
     * What placing and receiving one order fewer saves the buyer beside it.
     */
    order_cost: Money;
}

/**
 * Two open drafts of one supplier, and what one order for both would save.
 */
export interface MergeSuggestion {
    /**
     * The one that is requested earlier, which takes the other one in.
     */
    open: PurchaseOrderId;
    /**
     * The other one.
     */
    addition: PurchaseOrderId;
    /**
     * How many days lie between the deliveries that they request.
     */
    days_apart: number;
    /**
     * What one order costs less.
     */
    saving: MergeSaving;
    /**
     * The merged draft.
     */
    order: PurchaseOrder;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * An open draft with another one merged into it.
 */
export interface Merged {
    /**
     * The open draft's next revision; the open draft itself if the other one was part of it already.
     */
    order: PurchaseOrder;
    /**
     * Whether the other one was part of it already, so that nothing changed.
     */
    already_merged: boolean;
    /**
     * What became of each line of the other draft, in the order of its lines.
     */
    lines: MergedLine[];
    /**
     * What one order costs less than two, at today's prices and terms.
     */
    saving: MergeSaving;
    /**
     * What both drafts together would cost more by themselves at the prices and terms of today than
     * they say; negative where it is less. What they say, and this, less the saving, is the total of
     * the merged order.
     */
    repriced: Money;
    /**
     * What people should know, in words.
     */
    notes: string[];
}

/**
 * A draft that became part of another.
 */
export interface MergedDraft {
    /**
     * Which.
     */
    id: PurchaseOrderId;
    /**
     * As it was then.
     */
    revision: number;
}

/**
 * What merging a statement did.
 */
export type MergedFact = "new" | "known" | "older";

/**
 * What became of a line of the draft that was merged.
 */
export interface MergedLine {
    /**
     * The line of the merged order that holds it.
     */
    id: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How it came there.
     */
    change: MergedLineChange;
    /**
     * Packs that came with it.
     */
    packs: number;
    /**
     * Why the price was kept rather than looked up for the sum, if so.
     */
    price_kept: string | null;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * How a line came into the merged order.
 */
export type MergedLineChange = "joined" | "added";

/**
 * How a request is made.
 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * What counts towards a vendor's minimum.
 */
export type MinimumBase = "discounted" | "goods" | "total";

/**
 * What a period without a value (NaN) means.
 */
export type MissingPeriods = "refuse" | "unknown" | "zero";

export type Mistake = Invalid;

/**
 * A model by name, with a parameter behind a colon where it has one: `"auto_ets"`, `"ses:0.3"`,
 * `"window_mean:8"`, `"ets:MAdM"`. Case, spaces, hyphens and underscores do not matter.
 */
export type Model = string;

/** `"auto"`, a model, or several: `"mean:auto_ets+theta"`, `"median:…"`, `"weighted:…"`. */
export type ModelChoice = string;

/**
 * What a kept model says of the next periods.
 */
export interface ModelForecast {
    /**
     * Expected demand of each period.
     */
    mean: number[];
    /**
     * A path for each probability asked for, in that order.
     */
    quantiles: QuantilePath[];
}

/**
 * An exact amount and its ISO-4217 currency, such as `"12.50 EUR"`.
 * @pattern ^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$
 */
export type Money = string;

/**
 * An amount before and after.
 */
export interface MoneyDifference {
    /**
     * In the first of the two.
     */
    before: Money;
    /**
     * In the second one.
     */
    after: Money;
    /**
     * How much more it is in the second one; negative where it is less.
     */
    difference: Money;
}

/**
 * One line of an order and the document that carries it in the other system.
 */
export interface NamedDocument {
    /**
     * Our line.
     */
    line: LineId;
    /**
     * The other system's document; several lines may share one.
     */
    document: DocumentId;
}

/**
 * A requirement, and what may be done to serve it.
 *
 * A [`Requirement`] alone is one: to be covered wholly, by one supplier, surplus being worth nothing.
 */
export interface Need {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much, in the product's stock unit; more than zero.
     */
    quantity: Quantity;
    /**
     * The day by which it must be there.
     */
    need_by: Day;
    /**
     * More than this is never bought, such as what can be sold within its shelf life; without it, as
     * much as packs, minimums and price breaks make sensible.
     */
    maximum_quantity?: Quantity | null;
    /**
     * What each unit costs that is not bought, such as the price of buying it in an emergency;
     * without it, the requirement has to be covered.
     */
    shortage_cost?: Money | null;
    /**
     * What each unit bought beyond the quantity is worth; zero for what perishes.
     */
    surplus_value?: Money | null;
    /**
     * How many offers may share it; 1 or more.
     */
    maximum_sources?: number;
    /**
     * Days that the goods have to keep once they are there.
     */
    minimum_shelf_life_days?: number | null;
    /**
     * From whom alone it may be bought; without it, from anybody.
     */
    suppliers?: SupplierId[] | null;
}

/**
 * Approvals that are needed on a level.
 */
export interface NeededLevel {
    /**
     * Which.
     */
    level: number;
    /**
     * The rules that ask, by name.
     */
    rules: string[];
    /**
     * Whoever has one of these roles, ...
     */
    roles: string[];
    /**
     * ... and these people.
     */
    persons: PersonId[];
    /**
     * How many are needed, beside those that a narrower need of the same level asks of the same
     * people.
     */
    needed: number;
    /**
     * How many of them are missing.
     */
    missing: number;
    /**
     * Who can help today; on another level too, if that sets somebody free for this one.
     */
    may_approve: PersonId[];
    /**
     * How many stay missing even if everybody approves who can: while it is not zero, somebody has
     * to change the order or the rules.
     */
    out_of_reach: number;
}

/**
 * What a negative value means, such as returns that exceed the sales of a period.
 */
export type NegativeDemand = "refuse" | "keep" | "zero";

/**
 * What happens next to an order.
 */
export type NextStep = "waits_for_submit" | "sends_again" | "looks_up" | "waits_for_answer" | "waits_for_token" | "cancels_next_document" | "cancels_again" | "asks_person" | "waits_for_person" | "waits_for_late_answer" | "nothing";

/**
 * What a person is told about an order.
 */
export type Notice = "late_answer" | "lines_without_document" | "accepted_without_document" | "rejected" | "undeliverable" | "outcome_unknown" | "two_attempts_may_live" | "duplicate_in_erp" | "accepted_but_not_found" | "second_erp_order" | "rejected_yet_present" | "nullified_remotely" | "partly_nullified_remotely" | "cancel_refused" | "cancel_undeliverable" | "cancel_outcome_unknown" | "nothing_to_cancel" | "partly_cancelled" | "alive_after_nullification" | "document_of_another_order";

/**
 * How far the delivery of one notification, or of one digest, is.
 *
 * It is stored beside the message and never inside an order: it takes no order and gives none
 * back, and no input of any order speaks of it.
 *
 * ```
 * use replenish::flow::{NoticeDelivery, NoticeDeliveryEvent, NoticeDeliveryState, FlowPolicy, step_notice_delivery};
 * use replenish::unit::Timestamp;
 * let policy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
 * let mut delivery = NoticeDelivery::new("SO-1/notify/rejected/1/0", Timestamp(0));
 * let failed = NoticeDeliveryEvent::Failed { message: "mailbox full".into() };
 * for (at, wake_at) in [(0, 1_000), (1_000, 3_000), (3_000, 7_000)] {
 *     delivery = step_notice_delivery(&delivery, &failed, Timestamp(at), &policy)?;
 *     assert_eq!(delivery.wake_at(), Some(Timestamp(wake_at)));
 * }
 * delivery = step_notice_delivery(&delivery, &failed, Timestamp(7_000), &policy)?;
 * assert_eq!((delivery.state(), delivery.failures()), (NoticeDeliveryState::GivenUp, 4));
 * # Ok::<(), replenish::flow::TransitionError>(())
 * ```
 */
export interface NoticeDelivery {
    /**
     * The format of this value.
     */
    version: number;
    /**
     * The key of the message; the waits depend on it.
     */
    key: string;
    state: NoticeDeliveryState;
    /**
     * How often it failed since it was last begun.
     */
    failures: number;
    begun_at: Timestamp;
    last_at: Timestamp;
    wake_at?: Timestamp;
    /**
     * Why it failed last.
     */
    last_error?: string;
}

/**
 * What can happen to the delivery of a message.
 */
export type NoticeDeliveryEvent = { type: "sent" } | { type: "failed"; message: string } | { type: "try_again" };

/**
 * Where the delivery of a message stands.
 */
export type NoticeDeliveryState = "pending" | "sent" | "given_up";

/**
 * One thing that a person is told about one object.
 *
 * Made from a command to notify; the host stores it under its key, which is the same for every
 * repetition of it, and drops what is stored already.
 */
export interface Notification {
    /**
     * What kind of object it is about.
     */
    object: ObjectKind;
    /**
     * Which object it is about.
     */
    id: string;
    /**
     * Stable name of what happened.
     */
    code: string;
    /**
     * How soon a person must act.
     */
    severity: Severity;
    /**
     * The same for every repetition of it.
     */
    key: string;
    /**
     * Details in the other system's words, or the documents concerned.
     */
    detail: string;
    /**
     * When it was first told.
     */
    at: Timestamp;
}

/**
 * A sequence of numbers, such as `PO-000123`.
 */
export interface Numbering {
    /**
     * Stands before the number; at most 64 printable characters.
     */
    prefix?: string;
    /**
     * The first number that is free.
     */
    next: number;
    /**
     * How many digits a number has, zeros before it included; from 1 to 15.
     */
    digits: number;
}

/**
 * What kind of object a life belongs to.
 */
export type ObjectKind = "sale_order" | "purchase_order" | "token" | "poll" | "run";

/**
 * One supplier's offer for one product.
 *
 * Quantities may be in any unit that converts exactly to the unit of the requirement. Prices are for
 * one unit of what their break counts: pieces or kilograms of content; where the content is counted
 * in pieces and the break in kilograms, the weight of the packs (catch weight); where the break is in
 * the unit `pack`, whole packs. Minimum, availability and contract may be in any of these as well.
 *
 * Nothing is sold below the first price break, since no price is stated there.
 *
 * [`Offer::new`] is a plain offer; everything else is a change to one of its fields.
 */
export interface Offer {
    /**
     * Its name; ties are broken by it.
     */
    id: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * What is offered.
     */
    sku: Sku;
    /**
     * Prices by quantity ordered, the smallest quantity first, all in one currency. Without any, only
     * what is left of the contract can be bought.
     */
    price_breaks: PriceBreak[];
    /**
     * What a price break is the price of.
     */
    pricing?: Pricing;
    /**
     * A price that holds for a limited quantity, such as what is left of a contract. It is used up
     * first and counts towards the price breaks: what is bought beyond it costs the price that the
     * whole quantity reaches, or, where breaks are incremental, what these units cost behind the
     * contract's. Below the first break the first price holds for them.
     */
    contract?: ContractPrice | null;
    /**
     * Content of one pack: only whole packs are sold.
     */
    pack_size: Quantity;
    /**
     * Weight of one pack, for prices and freight by weight; of catch-weight goods the usual one.
     */
    pack_weight?: Quantity | null;
    /**
     * The smallest quantity that is sold.
     */
    minimum_order_quantity: Quantity;
    /**
     * Packs are sold in multiples of this many, such as a layer of a pallet; without it, singly.
     */
    order_multiple_packs?: number | null;
    /**
     * Days from the day on which the order is taken until the goods can be sold; the supplier's
     * calendar moves the arrival to its next delivery day.
     */
    lead_time_days: number;
    /**
     * The share of deliveries of this offer that came in time, where that is known; otherwise the
     * supplier's counts.
     */
    on_time?: number | null;
    /**
     * How much the supplier has, where it says so; otherwise as much as anybody wants.
     */
    available?: Quantity | null;
    /**
     * The day on which the supplier had it; without it, today.
     */
    available_as_of?: Day | null;
    /**
     * First day of ordering on which the offer holds; without it, since ever.
     */
    valid_from?: Day | null;
    /**
     * Last day of ordering on which the offer holds; without it, for ever.
     */
    valid_until?: Day | null;
    /**
     * What is charged and given back beside the price.
     */
    charges?: LineCharges;
    /**
     * Days that the goods can still be sold once they are there; without it they keep.
     */
    shelf_life_days?: number | null;
    /**
     * Whether it goes before others that cost the same.
     */
    preferred?: boolean;
    /**
     * Why nothing may be bought from it, if so.
     */
    blocked?: string | null;
}

/**
 * Requirements, their offers, and the suppliers, in columns of whole numbers: quantities in units of
 * what each product is counted in, amounts in minor units of one currency. A column that is absent
 * asks nothing.
 */
export interface OfferColumns {
    /** Of each requirement, how many units are needed; 1 or more. */
    quantities: Float64Array;
    /** Of each requirement, in how many days it must be there. */
    need_in_days?: Float64Array | undefined;
    /** Where the offers of each requirement begin, and at the end where the last ones end. */
    offers: Uint32Array;
    /** Of each offer, its supplier's place in the columns of suppliers. */
    suppliers?: Uint32Array | undefined;
    /** Of each offer, units in a pack. */
    pack_contents: Float64Array;
    /** Of each offer, the fewest packs that are sold. */
    minimum_packs?: Float64Array | undefined;
    /** Of each offer, how many packs there are; `Infinity` where nobody says. */
    available_packs?: Float64Array | undefined;
    /** Of each offer, days until the goods are there. */
    lead_times?: Float64Array | undefined;
    /** Where the prices of each offer begin, and at the end where the last ones end. */
    prices: Uint32Array;
    /**
     * Of each price, from how many packs on it holds for all of them, ascending within an offer; below
     * the first one nothing is sold.
     */
    from_packs: Float64Array;
    /** Of each price, minor units for one pack; 1 or more, and no more than the price for fewer packs. */
    pack_prices: Float64Array;
    /** Of each supplier, freight of an order. */
    freights?: Float64Array | undefined;
    /** Of each supplier, from which value of goods on freight is free; `Infinity` for never. */
    free_freight_from?: Float64Array | undefined;
    /** Of each supplier, the value of goods that an order must reach. */
    minimum_order_values?: Float64Array | undefined;
    /** Of each supplier, what placing an order costs. */
    order_costs?: Float64Array | undefined;
    /** Of each supplier, value of the goods that go into the same order anyway; 0 for no order yet. */
    goods_so_far?: Float64Array | undefined;
}

export type OfferId = Identifier;

/**
 * Some packs of an offer as the supplier invoices them, in the offer's own currency.
 */
export interface OfferPrice {
    /**
     * Whole packs.
     */
    packs: number;
    /**
     * Price of one unit at the break reached; with a contract or incremental breaks the average, to
     * six decimals.
     */
    unit_price: Money;
    /**
     * From which quantity on that price holds, where several are stated and not all is bought at the
     * price of a contract.
     */
    price_break: Quantity | null;
    /**
     * Quantity times price, rounded half up to the minor unit once.
     */
    amount: Money;
    /**
     * For handling the packs, rounded half up once.
     */
    handling: Money;
    /**
     * Paid for what the packs come in, whether or not it comes back, rounded half up once.
     */
    deposit: Money;
    /**
     * Of all packs, unrounded, where it is known.
     */
    weight: Quantity | null;
}

/**
 * What a request asks of the other system.
 */
export type Operation = { type: "create" } | { type: "lookup" } | { type: "cancel"; document: DocumentId } | { type: "price" } | { type: "read"; documents: DocumentId[] } | { type: "accept"; documents: DocumentId[]; revision: number; lines: OrderedLine[] };

/**
 * What a larger order would reach.
 */
export type OrderAim = { type: "minimum_value"; value: Money } | { type: "free_freight"; value: Money; saves: Money } | { type: "price_level"; value: Money; discount: number } | { type: "fill_to"; load: Quantity };

/**
 * The last moment at which an order can be placed.
 */
export interface OrderBy {
    /**
     * The day at the supplier's place.
     */
    day: Day;
    /**
     * The time of that day there; without it, any.
     */
    time?: TimeOfDay | null;
    /**
     * How far the supplier's clocks are ahead of UTC, where that is known.
     */
    utc_offset?: UtcOffset | null;
}

/**
 * What an order costs beside its goods, in the currency of the comparison.
 */
export interface OrderCharges {
    /**
     * Freight of an order of this value and weight.
     */
    freight: Money;
    /**
     * What the supplier charges for handling it.
     */
    handling: Money;
    /**
     * What placing and receiving it costs the buyer.
     */
    order_cost: Money;
    /**
     * Below the supplier's minimum: the surcharge if there is one, otherwise what is missing, which
     * has to be spent on something. Zero when the minimum is reached.
     */
    below_minimum: Money;
    /**
     * Whether the supplier refuses it: below the minimum, and no surcharge is stated.
     */
    refused: boolean;
    /**
     * What the supplier gives back at the end of the year because of this order; zero or negative.
     */
    yearly_rebate: Money;
}

/**
 * Orders of one currency, their lines, adjustments and payments one behind the other; amounts in whole
 * minor units.
 */
export interface OrderColumns {
    /** Of every amount. */
    currency: Currency;
    /** Where each order's lines begin, and at the end where the last ones end. */
    lines: Uint32Array;
    /** Of each line, the number of who fulfils it; 0 for nobody in particular. */
    vendors: Uint32Array;
    /** Of each line, how many units. */
    quantities: Uint32Array;
    /** Of each line, what it costs before any adjustment; zero or more. */
    amounts: Float64Array;
    /** Where each order's adjustments begin, and at the end where the last ones end. */
    adjustments: Uint32Array;
    /** Of each adjustment 0 for a discount, 1 for shipping, 2 for a fee, 3 for a tax that is added. */
    kinds: Uint32Array;
    /** Of each adjustment: zero or less of a discount, else zero or more. */
    adjustment_amounts: Float64Array;
    /** Of each adjustment, the vendor whose lines alone it is for; 0 for all lines. */
    adjustment_vendors?: Uint32Array | undefined;
    /** Of each adjustment, which one of its order it follows, counted from 1; 0 for none. */
    follows?: Uint32Array | undefined;
    /** Where each order's payments begin, and at the end where the last ones end. */
    payments?: Uint32Array | undefined;
    /** Of each payment. */
    payment_amounts?: Float64Array | undefined;
}

/**
 * What one should know about an order before sending it.
 */
export type OrderConcern = { code: "supplier_blocked"; reason: string } | { code: "below_minimum"; missing: Money } | { code: "total_risen"; rate: Rate } | { code: "delivery_too_early"; possible: Day };

/**
 * What decides how much a buyer with fixed quantities orders at once.
 */
export interface OrderCosts {
    /**
     * Of placing and receiving one order line.
     */
    order_cost: number;
    /**
     * Of holding one unit for one period.
     */
    holding_cost: number;
}

/**
 * An order before and after.
 */
export interface OrderDifference {
    /**
     * Who gets it.
     */
    supplier: SupplierId;
    /**
     * The day on which it is delivered, where deliveries are split.
     */
    delivery: Day | null;
    /**
     * How many lines it had.
     */
    lines_before: number;
    /**
     * How many lines it has.
     */
    lines_after: number;
    /**
     * Goods.
     */
    goods: MoneyDifference;
    /**
     * Freight.
     */
    freight: MoneyDifference;
    /**
     * All of it.
     */
    total: MoneyDifference;
}

/**
 * One order, or one part of an order, as one system keeps it.
 */
export interface OrderFacts {
    /**
     * Which part of the order it is; absent when it is the whole.
     */
    sale_order?: SaleOrderId;
    /**
     * Its own id and every reference to another system's.
     */
    ids?: OrderReference[];
    /**
     * What is ordered.
     */
    lines?: LineFacts[];
    /**
     * Sums of money by kind.
     */
    totals?: TotalFact[];
    /**
     * The status, in the system's own word.
     */
    status?: string;
    /**
     * When what happened.
     */
    times?: TimeFact[];
    /**
     * The documents it knows, alive and cancelled ones.
     */
    documents?: DocumentFact[];
    /**
     * Payments taken.
     */
    captures?: Money[];
    /**
     * Payments given back.
     */
    refunds?: Money[];
}

export type OrderId = Identifier;

/**
 * One line of a customer's order.
 *
 * [`OrderLine::new`] is a plain line; everything else is a change to one of its fields.
 */
export interface OrderLine {
    /**
     * Its name within the order.
     */
    id: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * Who fulfils it; nobody in particular when null.
     */
    vendor?: VendorId | null;
    /**
     * How much, also of what is given back.
     */
    quantity: Quantity;
    /**
     * What the customer pays for the line before any adjustment; zero or less of a line that is
     * given back.
     */
    amount: Money;
    /**
     * Whether the goods are given back; signs of amounts are then turned round.
     */
    returned?: boolean;
    /**
     * Discounts, charges and taxes of this line alone. They apply before the order's; lines whose
     * adjustments have one name share a column.
     */
    adjustments?: LineAdjustment[];
    /**
     * Where it ships from.
     */
    ship_from?: LocationId | null;
    /**
     * How much of it is on hand; the rest is a back-order. Without it everything is on hand, but
     * nothing of a product that has still to come out.
     */
    on_hand?: Quantity | null;
    /**
     * The day on which the product comes out; what is not on hand is then a pre-order. To be left
     * out once the day has come.
     */
    release_date?: Day | null;
    /**
     * By which way it ships, such as `parcel` or `pallet`.
     */
    shipping_category?: string | null;
    /**
     * How warm it may get.
     */
    temperature?: Temperature | null;
    /**
     * The class of dangerous goods it belongs to, such as `3` for flammable liquids.
     */
    hazardous_class?: string | null;
    /**
     * The currency in which its vendor is paid.
     */
    settlement_currency?: Currency | null;
    /**
     * Weight of one unit of the quantity, packing included.
     */
    weight?: Quantity | null;
    /**
     * Volume of one unit of the quantity, packing included.
     */
    volume?: Quantity | null;
    /**
     * The agreement that it is taken from.
     */
    contract?: ContractId | null;
    /**
     * Whatever else belongs to the line, such as an engraving: kept with it, and by name something
     * to split by.
     */
    attributes?: Record<string, string>;
}

/**
 * An id by which an order is known.
 */
export interface OrderReference {
    /**
     * Whose numbering it is, such as `cart`, `order` or `b2b`.
     */
    kind: string;
    /**
     * The id.
     */
    id: string;
}

/**
 * How large an order is: the bands of one supplier are all by value or all by weight.
 */
export type OrderSize = { value: Money } | { weight: Quantity };

/**
 * Goods that go to a supplier in the same order anyway.
 */
export interface OrderSoFar {
    /**
     * Who.
     */
    supplier: SupplierId;
    /**
     * Value of those goods, in the currency of the comparison; zero for no order.
     */
    goods: Money;
    /**
     * Their weight; without it, offers of a supplier whose freight goes by weight are excluded.
     */
    weight?: Quantity | null;
}

/**
 * What one line of a purchase order asks for, as sent to the supplier or as agreed with it since.
 */
export interface OrderedLine {
    /**
     * Its name within the order.
     */
    line: LineId;
    /**
     * How much; what the supplier says of the line is brought to this unit. Nothing of a line that
     * was given up.
     */
    quantity: Quantity;
    /**
     * The price as the order states it, for one of whatever the supplier prices: a piece, a case, a
     * kilogram. What the supplier states is a price for the same.
     */
    unit_price: Money;
    /**
     * What the goods of the whole line cost, without tax.
     */
    amount: Money;
    /**
     * The day on which the goods shall come.
     */
    requested: Day;
    /**
     * How much of what was ordered at first was agreed not to come, so that the supplier's refusal
     * of it is not taken for another one; absent as long as nothing was.
     */
    given_up?: Quantity | null;
    /**
     * What was agreed to come later than the rest; absent as long as nothing was.
     */
    back_order?: BackOrder | null;
}

/**
 * What a line buys, and how much of it was given back to sourcing.
 */
export interface OrderedProduct {
    sku: Sku;
    offer: OfferId;
    need_by: Day;
    /**
     * As drafted.
     */
    quantity: Quantity;
    /**
     * How much of it does not come and was dealt with: bought elsewhere, or not wanted any more.
     */
    sourced: Quantity;
}

/**
 * Which origins a backtest has.
 */
export type Origins = { from: { first: number } } | { last: { count: number } };

/**
 * How an attempt ended, as the host saw it.
 */
export type Outcome = { type: "not_sent" } | { type: "no_answer" } | { type: "body_cut"; status: number } | { type: "answer"; status: number; retry_after_ms?: number; body?: AnswerBody };

/**
 * What happens to periods that stand out.
 */
export type Outliers = "keep" | "replace";

/**
 * What happens next by itself, and how many attempts there have been.
 */
export interface Outlook {
    /**
     * What happens next: when it wakes, or when somebody does something.
     */
    next: NextStep;
    /**
     * Attempts at what is under way or was given up; absent before the first and after success.
     */
    count?: OutlookCount;
}

/**
 * Attempt `number` of `allowed`.
 */
export interface OutlookCount {
    /**
     * At what.
     */
    what: AttemptKind;
    /**
     * How many there have been.
     */
    number: number;
    /**
     * How many there may be.
     */
    allowed: number;
    /**
     * Whether number and total time will allow one more when it wakes.
     */
    another: boolean;
}

/** What customers want of one product itself, over an interval. */
export interface OwnDemand {
    /** What will be wanted of it. */
    demand: DemandSums;
    /** The interval: so many of the first periods of the demand. */
    periods: number;
    /**
     * Of a kit, what lies there put together and promised to nobody; it is sold before another is put
     * together. Of another product, its unit alone counts: its stock is compared with the demand that
     * comes out.
     */
    stock: Quantity;
}

/**
 * Who pays what of a sale order, after everything that has become of it.
 */
export interface PaidSaleOrder {
    /**
     * Which.
     */
    sale_order: SaleOrderId;
    /**
     * Its part of each payment; parts of zero are left out.
     */
    payments: PaymentShare[];
    /**
     * What lines that are given back pay of it.
     */
    offset?: Money | null;
}

/**
 * The word for a parent order, the most pressing first match.
 */
export type ParentStatus = "not_prepared" | "nullified" | "needs_review" | "in_doubt" | "cancellation_pending" | "cancellation_pending_mixed" | "pending_with_errors" | "partially_sent" | "pending" | "partially_failed" | "failed" | "partially_nullified" | "sent";

/**
 * What the lines of a sale order have in common.
 */
export interface PartKey {
    /**
     * In what.
     */
    by: SplitKey;
    /**
     * Which; null where the lines say nothing. Availability is `on_hand`, `backorder`, or `preorder`
     * and its day.
     */
    value: string | null;
}

/**
 * A line of a purchase order of the past.
 */
export interface PastPurchase {
    /**
     * The order it was part of: one day, one supplier.
     */
    order: PurchaseOrderId;
    /**
     * The day of the order.
     */
    date: Day;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much was bought; more than zero.
     */
    quantity: Quantity;
    /**
     * From whom.
     */
    supplier: SupplierId;
    /**
     * The price paid for one unit of the quantity.
     */
    unit_price: Money;
    /**
     * Freight paid for the whole order, where it is known; on one of its lines, or the same on several.
     */
    freight?: Money | null;
}

/**
 * A payment of an order.
 */
export interface Payment {
    /**
     * Its name within the order.
     */
    id: PaymentId;
    /**
     * By what.
     */
    kind: PaymentKind;
    /**
     * How much; zero or less where the order's total is, since money then goes back.
     */
    amount: Money;
}

export type PaymentId = Identifier;

/**
 * By what is paid.
 */
export type PaymentKind = "card" | "transfer" | "cash" | "gift_card" | "store_credit" | "on_account";

/**
 * A part of a payment.
 */
export interface PaymentShare {
    /**
     * The order's payment.
     */
    id: PaymentId;
    /**
     * The part.
     */
    amount: Money;
}

/**
 * When goods have to be paid.
 */
export interface PaymentTerms {
    /**
     * Days from the order until payment is due.
     */
    days: number;
    /**
     * A discount for paying earlier, taken when it is worth more than paying later.
     */
    early?: EarlyPayment | null;
}

/**
 * How long a period is.
 */
export type Period = "day" | "week" | "month" | "quarter" | "year";

/**
 * Goods on their way, by period.
 */
export interface PeriodReceipt {
    /**
     * The period, counted from 0, from whose beginning on they can be sold.
     */
    period: number;
    /**
     * How much comes.
     */
    quantity: number;
}

/**
 * How often one person counts in a decision.
 */
export type PersonCounts = "once" | "once_per_level";

export type PersonId = Identifier;

/**
 * Every document that an order has led to. None is ever rewritten: what stands is the sale orders
 * and amendments without the refunds, added up column by column.
 */
export interface Placed {
    /**
     * As they were made, those of earlier revisions first.
     */
    sale_orders?: SaleOrder[];
    /**
     * What was given back, each sale order's in their sequence.
     */
    refunds?: Refund[];
    /**
     * What changed besides, each sale order's in their sequence.
     */
    amendments?: Amendment[];
}

/**
 * What to buy today, and why.
 */
export interface Plan {
    /**
     * The day on which the orders would be placed.
     */
    today: Day;
    /**
     * In which offers are compared, and of every amount of the allocation; purchase orders are in
     * that of the supplier's invoice.
     */
    currency: Currency;
    /**
     * Every product, in the order given.
     */
    products: ProductPlan[];
    /**
     * Who gets what.
     */
    allocation: Allocation;
    /**
     * One draft for each supplier that gets something, and for each currency and location.
     */
    purchase_orders: PurchaseOrder[];
    /**
     * The number that is free behind theirs, where they are numbered.
     */
    next_number?: number | null;
    /**
     * What was read but not used, in words.
     */
    notes: string[];
}

/**
 * What holds for every product of a plan that does not say otherwise.
 */
export interface PlanOptions {
    /**
     * The day on which orders would be placed; history ends the day before.
     */
    today: Day;
    /**
     * The time of that day at the suppliers' place, for their cut-off; without it, it is early.
     */
    time?: TimeOfDay | null;
    /**
     * How long a period of demand is; without it, the dates of the demand say it, and numbers without
     * dates are of days.
     */
    period?: Period | null;
    /**
     * Days from one review to the next; 1 when every day is an order day. Never less than a period.
     */
    review_period_days: number;
    /**
     * Cycle service level of products that state no target.
     */
    service_level: Probability;
    /**
     * How to forecast. The horizon is what a chart shows; a season of 7 becomes the usual one where
     * periods are no days.
     */
    forecast: ForecastOptions;
    /**
     * Whose demand a season is learnt from.
     */
    season_from?: SeasonFrom;
    /**
     * How many of the last days of each history the plan repeats, for charts.
     */
    history_days: number;
}

/**
 * What is planned, beside the history of demand.
 */
export interface PlanRequest {
    /**
     * What holds for all.
     */
    options: PlanOptions;
    /**
     * The products, in the order of their histories.
     */
    products: Product[];
    /**
     * What suppliers offer.
     */
    offers: Offer[];
    /**
     * What suppliers ask of whole orders.
     */
    terms: SupplierTerms[];
    /**
     * The currency in which offers are compared.
     */
    currency: Currency;
    /**
     * What other currencies are worth; offers in others are excluded.
     */
    exchange_rates?: ExchangeRate[];
    /**
     * How to draft purchase orders, and what to write on them.
     */
    drafts?: DraftOptions;
}

/**
 * A request that a run would make.
 */
export interface PlannedRequest {
    /**
     * The step it is for.
     */
    step: string;
    /**
     * Which system.
     */
    system: string;
    /**
     * How.
     */
    method: Method;
    /**
     * Where, the system's base included; secrets are `***`, and what an earlier answer has to give
     * first stands as it is written: `{cart_id}`.
     */
    url: string;
    /**
     * The JSON text, in the same way; a list that is not known yet shows one entry.
     */
    body?: string;
    /**
     * The key of a write.
     */
    idempotency_key?: string;
    /**
     * How often at most: attempts, or probes of a poll.
     */
    at_most: number;
    /**
     * The variables that earlier answers have to give.
     */
    unresolved: string[];
}

/**
 * How one product is replenished.
 *
 * [`Policy::order_up_to`] is what suits most products; everything else is a change to one of its
 * fields.
 */
export interface Policy {
    /**
     * When to order and how much.
     */
    rule?: Rule;
    /**
     * What the parameters of the rule are derived from, where they are not given by hand.
     */
    target: Target;
    /**
     * Days from placing an order until the goods can be sold.
     */
    lead_time: LeadTime;
    /**
     * Days from one review to the next; 1 when every day is an order day.
     */
    review_period_days: number;
    /**
     * On which days the supplier takes orders and delivers; without it, on every day.
     */
    calendar?: Calendar | null;
    /**
     * What becomes of demand that finds no stock.
     */
    unmet_demand?: UnmetDemand;
    /**
     * Days that goods can be sold from the day of receipt on, that day included; without it they keep.
     */
    shelf_life_days?: number | null;
    /**
     * Which goods are sold first where some expire.
     */
    issue?: Issue;
    /**
     * The last day on which the product is sold; without it, sales go on.
     */
    last_day_of_sale?: Day | null;
    /**
     * The smallest quantity that is ordered.
     */
    minimum_order_quantity?: Quantity | null;
    /**
     * Orders are multiples of this, such as a pack; of a catch-weight product, its usual weight.
     */
    order_multiple?: Quantity | null;
    /**
     * The shape of demand over an interval.
     */
    demand_shape?: DemandShape;
}

/**
 * One of our policies against a baseline at equal stock value.
 */
export interface PolicyComparison {
    /**
     * Ours.
     */
    ours: BacktestPolicy;
    /**
     * The other.
     */
    baseline: BacktestPolicy;
    /**
     * Where the baseline was compared: its settings that came nearest to each fill rate in
     * [`FILL_RATES`] while dials were chosen, each setting once.
     */
    points: ComparisonPoint[];
    /**
     * Our emergency lines over the baseline's, the mean of the points; absent without any.
     */
    ratio: number | null;
    /**
     * How sure that is.
     */
    interval: ConfidenceInterval | null;
    /**
     * Settings of the baseline whose stock ours can be held to.
     */
    comparable: number;
    /**
     * Of these, the ones at which ours had more emergency lines, by stock value.
     */
    worse: WorsePoint[];
}

/**
 * What a policy's choice costs beside the cheapest.
 */
export interface PolicyCost {
    /**
     * The offer with the lowest net cost of those that are in time.
     */
    cheapest: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * How many packs of it.
     */
    packs: number;
    /**
     * Its net cost.
     */
    net_cost: Money;
    /**
     * How much more the policy's choice costs; negative where that comes too late.
     */
    difference: Money;
    /**
     * The same in words.
     */
    note: string;
}

/**
 * A policy at every setting of its dial.
 */
export interface PolicyCurve {
    /**
     * The policy.
     */
    policy: BacktestPolicy;
    /**
     * From little stock to much, as the dial has it.
     */
    points: CurvePoint[];
}

/**
 * What a policy leads to, over all products.
 */
export interface PolicyMeasures {
    /**
     * Value in stock at the end of a period, all products together, on average.
     */
    stock_value: number;
    /**
     * The same in the block in which it was highest; absent while dials are chosen.
     */
    highest_stock_value: number | null;
    /**
     * Demands of a period that stock did not cover, in a thousand product-periods.
     */
    emergency_lines: number;
    /**
     * Share of demand that stock covered at once, by value.
     */
    fill_rate: number;
    /**
     * Share of order cycles without a shortage.
     */
    cycle_service_level: number;
    /**
     * Share of what was received that expired, by value.
     */
    waste_share: number;
    /**
     * Regular order lines a period, all products together.
     */
    order_lines: number;
    /**
     * What was paid, the premium of emergencies included, over the usual value of demand.
     */
    spend_index: number;
    /**
     * Variance of orders over variance of demand, the mean of all products.
     */
    bullwhip: number;
    /**
     * For how many periods of average demand the stock would last, by value.
     */
    periods_of_cover: number;
}

/**
 * What a person can do about a poll.
 */
export type PollAction = "start" | "cancel";

/**
 * Whether a person can do this now, and why not.
 */
export interface PollActionAvailability {
    /**
     * What is to be done.
     */
    action: PollAction;
    /**
     * Why it is not possible; absent when it is.
     */
    refusal?: PollRefusal;
}

/**
 * What a probe that did not end the poll came to.
 */
export type PollAnswer = "missing" | "not_yet" | "transient";

/**
 * Why a poll stopped early.
 */
export type PollCause = "contradiction" | "reject";

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type PollCommand = { type: "probe"; probe: number; max_probes: number; deadline_at: Timestamp } | { type: "abort"; probe: number } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" } | { type: "log"; message: string } | { type: "notify" } | { type: "report"; report: PollReport };

/**
 * What can happen to a poll. Answers name the probe they answer.
 */
export type PollEvent = { type: "start" } | { type: "cancel" } | { type: "match"; probe: number; evidence: string } | { type: "missing"; probe: number; status: number } | { type: "not_yet"; probe: number; status: number } | { type: "contradiction"; probe: number; detail: string } | { type: "transient"; probe: number; status?: number; retry_after_ms?: number } | { type: "reject"; probe: number; status: number } | { type: "timer_due" } | { type: "recover" };

/**
 * What is known about one poll; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{PollLife, PollPolicy};
 * let poll = PollLife::new("RUN-7/visible", &PollPolicy::default());
 * assert_eq!(poll.progress(), "probe 0 of 4");
 * ```
 */
export interface PollLife {
    /**
     * The format of this value.
     */
    version: number;
    id: string;
    state: PollState;
    /**
     * The newest probe, 0 before the first.
     */
    probe: number;
    /**
     * How many probes are sent at most; fixed when the poll is made.
     */
    max_probes: number;
    /**
     * Probes without a usable answer.
     */
    unanswered: number;
    /**
     * What the newest answered or given-up probe saw.
     */
    last?: PollAnswer;
    /**
     * A sighting after the end was reported.
     */
    seen_late: boolean;
    started_at?: Timestamp;
    wake_at?: Timestamp;
    /**
     * When the last event was accepted.
     */
    moved_at?: Timestamp;
    /**
     * Answers and timers that came after their turn and changed nothing.
     */
    superseded: number;
}

/**
 * What happens to a poll next.
 */
export type PollNext = "start" | "probe" | "answer" | "nothing";

/**
 * Asking again and again.
 */
export interface PollPlan {
    /**
     * How often it is asked at most; 4 is four requests.
     */
    max_probes?: number;
    /**
     * The wait before the first probe, in milliseconds.
     */
    initial_delay_ms?: number;
    /**
     * The wait after the first probe, in milliseconds; each further one is twice as long.
     */
    interval_ms?: number;
    /**
     * The answer that is waited for: all of these hold.
     */
    until: AnswerTest[];
    /**
     * The answer after which waiting is in vain: all of these hold, and there is one at least.
     */
    contradicted_when?: AnswerTest[];
}

/**
 * How something is waited for in another system. All spans are milliseconds.
 *
 * `max_probes: 4` sends at most 4 probes, whatever becomes of them. The wait after the first probe
 * is the interval, and each further one is longer by the factor, up to the cap.
 *
 * ```
 * use replenish::flow::PollPolicy;
 * let policy = PollPolicy { jitter_percent: 0, ..PollPolicy::default() };
 * let waits: Vec<u64> = (1..=3).map(|probe| policy.wait_ms("SO-1", probe)).collect();
 * assert_eq!(waits, [5_000, 10_000, 20_000]);
 * ```
 */
export interface PollPolicy {
    /**
     * Counts the changes of this policy, so that a record says which one was in force.
     */
    revision?: number;
    /**
     * How many probes are sent at most; a poll without any ends as soon as it begins.
     */
    max_probes?: number;
    /**
     * How long after the beginning the first probe is sent.
     */
    initial_delay_ms?: number;
    /**
     * How long after a probe's end the second one is sent.
     */
    interval_ms?: number;
    /**
     * How much longer each further wait is, in percent of the one before: 200 doubles it, 100
     * leaves it as it is.
     */
    factor_percent?: number;
    /**
     * Longest wait between probes that we choose ourselves.
     */
    interval_cap_ms?: number;
    /**
     * Longest wait that the server may ask for.
     */
    retry_after_cap_ms?: number;
    /**
     * Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
     */
    jitter_percent?: number;
    /**
     * Chooses the jitter; the same seed gives the same waits.
     */
    jitter_seed?: number;
    /**
     * How long one probe may stay without an answer.
     */
    probe_deadline_ms?: number;
    /**
     * No probe is planned for a time later than this after the beginning.
     */
    total_deadline_ms?: number;
}

/**
 * Why a person cannot do something about a poll now.
 */
export type PollRefusal = "running" | "ended";

/**
 * What came of a poll, for its owner.
 */
export type PollReport = { type: "found"; probe: number; max_probes: number; elapsed_ms: number; evidence: string } | { type: "exhausted"; probe: number; max_probes: number; elapsed_ms: number; last?: PollAnswer; unanswered: number } | { type: "failed"; probe: number; max_probes: number; elapsed_ms: number; cause: PollCause; detail: string } | { type: "late_found"; probe: number; evidence: string };

/**
 * What a positive answer shows of the thing that is waited for, judged by the host.
 */
export type PollSighting = { type: "match"; evidence: string } | { type: "missing" } | { type: "not_yet" } | { type: "contradiction"; detail: string };

/**
 * Where a poll stands.
 */
export type PollState = "idle" | "waiting" | "probing" | "found" | "exhausted" | "failed" | "cancelled";

/**
 * The next life of a poll and what is to be done once it is stored.
 */
export interface PollStep {
    /**
     * The next life.
     */
    life: PollLife;
    /**
     * What to do, in order.
     */
    commands: PollCommand[];
}

/**
 * What a page shows of a poll.
 */
export interface PollView {
    /**
     * Its owner's name for it.
     */
    id: string;
    /**
     * Where it stands.
     */
    state: PollState;
    /**
     * The newest probe, 0 before the first.
     */
    probe: number;
    /**
     * How many probes are sent at most.
     */
    max_probes: number;
    /**
     * Probes without a usable answer.
     */
    unanswered: number;
    /**
     * What the newest answered or given-up probe saw.
     */
    last?: PollAnswer;
    /**
     * Whether it was seen after the poll had ended otherwise.
     */
    seen_late: boolean;
    /**
     * What a person can do, and why not the rest.
     */
    actions: PollActionAvailability[];
    /**
     * What happens next.
     */
    next: PollNext;
    /**
     * When; absent when it waits for somebody or has ended.
     */
    wake_at?: Timestamp;
}

/**
 * Who was to fulfil a line before.
 */
export interface PreviousVendor {
    /**
     * Nobody in particular when null.
     */
    vendor: VendorId | null;
}

/**
 * Whether unit prices contain tax.
 */
export type PriceBasis = "without_tax" | "with_tax";

/**
 * A price that holds from some quantity on.
 */
export interface PriceBreak {
    /**
     * From this quantity on.
     */
    minimum_quantity: Quantity;
    /**
     * Price of one unit of `minimum_quantity`.
     */
    unit_price: Money;
}

/**
 * Whether a line costs more than drafted.
 */
export type PriceChange = "unchanged" | "risen" | "fallen" | "unknown";

/**
 * A draft at the prices of today.
 */
export interface PriceCheck {
    /**
     * Every line, in the draft's order.
     */
    lines: CheckedLine[];
    /**
     * What concerns the whole order.
     */
    concerns: OrderConcern[];
    /**
     * Sum of the lines' amounts, as drafted and today.
     */
    goods: MoneyDifference;
    /**
     * Freight.
     */
    freight: MoneyDifference;
    /**
     * Handling and surcharges of the order.
     */
    charges: MoneyDifference;
    /**
     * Everything but tax.
     */
    net: MoneyDifference;
    /**
     * Tax.
     */
    tax: MoneyDifference;
    /**
     * Everything.
     */
    total: MoneyDifference;
    /**
     * Whether no concern speaks against sending the draft as it is.
     */
    may_be_sent: boolean;
    /**
     * The draft's next revision, at the prices of today; none where it would be as it is. Lines whose
     * offer cannot be priced keep what they say.
     */
    repriced: PurchaseOrder | null;
}

/**
 * How much may have changed since the draft.
 */
export interface PriceCheckOptions {
    /**
     * By what share a line, and the order's total, may cost more than drafted; without it, nothing.
     */
    tolerance?: Rate;
    /**
     * After how many days what a supplier says to have counts for nothing; without it, never.
     */
    availability_max_age_days?: number | null;
}

/**
 * What a price break is the price of.
 */
export type Pricing = "all_units" | "incremental";

/** From 0 to 1. */
export type Probability = number;

/**
 * A product that is planned.
 */
export interface Product {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * What people call it.
     */
    description: string;
    /**
     * What there is.
     */
    stock: StockPosition;
    /**
     * From whom it is bought when nobody compares.
     */
    default_supplier?: SupplierId | null;
    /**
     * How it is replenished, where it is not as the plan says.
     */
    policy?: ProductPolicy;
}

/** The files that say what is wanted and what there is. */
export interface ProductFiles { demand: TableFile; stock: TableFile; pipeline?: TableFile; lots?: TableFile; }

/**
 * What one product needs.
 */
export interface ProductPlan {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * What people call it.
     */
    description: string;
    /**
     * The last periods of demand, oldest first, the last one ending yesterday.
     */
    history: number[];
    /**
     * What will be wanted; none when there is a problem.
     */
    forecast: Forecast | null;
    /**
     * What must be bought; none when there is a problem.
     */
    replenishment: Replenishment | null;
    /**
     * Why the product cannot be planned.
     */
    problem: ProductProblem | null;
}

/**
 * How one product is replenished: what is left out is as the plan says. Each field means what it means
 * in [`Policy`].
 */
export interface ProductPolicy {
    /**
     * When to order and how much.
     */
    rule?: Rule | null;
    /**
     * What levels are derived from.
     */
    target?: Target | null;
    /**
     * Days from placing an order until the goods can be sold; without it, as offers say.
     */
    lead_time?: LeadTime | null;
    /**
     * Days from one review to the next.
     */
    review_period_days?: number | null;
    /**
     * On which days the supplier takes orders and delivers.
     */
    calendar?: Calendar | null;
    /**
     * What becomes of demand that finds no stock.
     */
    unmet_demand?: UnmetDemand | null;
    /**
     * Days that goods can be sold from the day of receipt on.
     */
    shelf_life_days?: number | null;
    /**
     * Which goods are sold first where some expire.
     */
    issue?: Issue | null;
    /**
     * The last day on which it is sold.
     */
    last_day_of_sale?: Day | null;
    /**
     * The smallest quantity that is ordered.
     */
    minimum_order_quantity?: Quantity | null;
    /**
     * Orders are multiples of this.
     */
    order_multiple?: Quantity | null;
}

/**
 * Why a product cannot be planned.
 */
export interface ProductProblem {
    /**
     * Stable name of the kind of problem, for programs.
     */
    code: string;
    /**
     * The problem in words.
     */
    message: string;
}

/**
 * What stands for all analogues' profiles.
 */
export type ProfileAverage = "mean" | "median";

/**
 * The columns of an order beside those of its parts.
 */
export interface Proof {
    /**
     * Goods, total, offset (where payments are known), the lines' adjustments by name, the order's
     * in their sequence, payments, commissions each with its tax.
     */
    columns: ProvedColumn[];
    /**
     * Whether nothing is wrong.
     */
    conserved: boolean;
    /**
     * What is wrong.
     */
    breaches: Breach[];
}

/**
 * One column of money.
 */
export interface ProvedColumn {
    /**
     * What it is of.
     */
    column: ColumnKind;
    /**
     * Of which adjustment, payment or commission.
     */
    id: string | null;
    /**
     * What the order says, or what its terms come to.
     */
    order: Money;
    /**
     * Sum over the sale orders.
     */
    parts: Money;
    /**
     * What no line could take; order is parts and this.
     */
    unapplied: Money;
}

/**
 * The five words other systems know for the state of a sale order.
 */
export type PublicStatus = "initial" | "sent" | "failed" | "nullified" | "cancellation_pending";

/**
 * Some packs of one offer, priced.
 */
export interface Purchase {
    /**
     * Whole packs.
     */
    packs: number;
    /**
     * What they contain, in the unit of the requirement; of a substitute, what they replace.
     */
    quantity: Quantity;
    /**
     * Price of one unit of the offer at the break reached, in the offer's currency; with a contract
     * or incremental breaks the average, to six decimals.
     */
    unit_price: Money;
    /**
     * Quantity times price in the offer's currency, rounded half up to its minor unit once, on the
     * line: what the supplier invoices.
     */
    amount: Money;
    /**
     * The same in the currency of the comparison, rounded again where that is another.
     */
    goods: Money;
}

/**
 * A purchase order that nobody has approved yet.
 *
 * Every amount is in the currency in which the supplier invoices.
 */
export interface PurchaseOrder {
    /**
     * Derived from day, supplier and content (products, offers, packs, where and when they go): the
     * same proposal has the same name, another one another.
     */
    id: PurchaseOrderId;
    /**
     * Its number in the buyer's sequence, where one was given.
     */
    number?: string | null;
    /**
     * Counts the changes of the draft, from 1.
     */
    revision: number;
    /**
     * From whom we buy.
     */
    supplier: SupplierId;
    /**
     * What people call the supplier.
     */
    supplier_name?: string | null;
    /**
     * Where the goods go.
     */
    location?: LocationId | null;
    /**
     * In which the supplier invoices.
     */
    currency: Currency;
    /**
     * The day on which it would be placed.
     */
    order_date: Day;
    /**
     * The day on which the goods shall come: the last day on which the supplier delivers before
     * anything of it is needed late, or else the first on which it can.
     */
    requested_delivery: Day;
    /**
     * The last moment at which the supplier takes the order for that day, where its lead times are
     * known.
     */
    order_by?: OrderBy | null;
    /**
     * The lines in order of the products.
     */
    lines: PurchaseOrderLine[];
    /**
     * Sum of the lines' amounts.
     */
    goods: Money;
    /**
     * Charged for the whole order.
     */
    freight: Money;
    /**
     * What the supplier charges beside it for the whole order: handling, and the surcharge of an
     * order below its minimum.
     */
    charges: Money;
    /**
     * Tax on freight and charges, where they are taxed.
     */
    charges_tax_rate?: Rate | null;
    /**
     * Goods, the lines' charges, freight and charges of the order.
     */
    net: Money;
    /**
     * Tax by rate, the lowest rate first; the base of a rate is what the lines of that rate and their
     * charges cost, and freight and charges of the order where they are taxed at it.
     */
    taxes: PurchaseTax[];
    /**
     * All tax.
     */
    tax: Money;
    /**
     * Net and tax.
     */
    total: Money;
    /**
     * The day on which the last line can be sold when it is delivered as requested.
     */
    expected_arrival: Day;
    /**
     * For the supplier and for whoever approves.
     */
    notes?: string[];
    /**
     * The drafts that were merged into it, so that none is ordered twice.
     */
    merged?: MergedDraft[];
}

/**
 * What a person can ask of a purchase order.
 */
export type PurchaseOrderAction = "lines_changed" | "request_approval" | "approve" | "decline" | "submit" | "cancel_requested" | "accept_change" | "decline_change" | "close_short" | "operator_present" | "operator_absent" | "operator_settle";

/**
 * Whether a person can ask this now, and why not.
 */
export interface PurchaseOrderActionAvailability {
    /**
     * What is asked.
     */
    action: PurchaseOrderAction;
    /**
     * Why it is not possible; absent when it is.
     */
    refusal?: PurchaseOrderRefusal;
}

/**
 * The next flow and what is to be done once it is stored.
 */
export interface PurchaseOrderAdvance {
    /**
     * The next flow.
     */
    flow: PurchaseOrderFlow;
    /**
     * What to do, in order.
     */
    commands: PurchaseOrderHostCommand[];
}

/**
 * What is kept for the record about an order.
 */
export type PurchaseOrderAudit = "approved" | "declined" | "never_sent" | "never_applied" | "attempt_rejected" | "proved_absent" | "stated" | "operator_said_present" | "operator_said_absent" | "operator_settled" | "closed_short" | "late_cancel_result" | "request_log";

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type PurchaseOrderCommand = { type: "price"; request: number; idempotency_key: string; payload: string } | { type: "create"; request: number; attempt: number; idempotency_key: string; payload: string } | { type: "lookup"; request: number; attempt: number; idempotency_key: string } | { type: "read"; request: number; probe: number; idempotency_key: string; documents: DocumentId[] } | { type: "cancel"; request: number; attempt: number; idempotency_key: string; document: DocumentId } | { type: "accept"; request: number; idempotency_key: string; documents: DocumentId[]; revision: number; lines: OrderedLine[] } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" } | { type: "notify"; notice: PurchaseOrderNotice; key: string; detail: string } | { type: "audit"; audit: PurchaseOrderAudit; detail: string } | { type: "parent" } | { type: "source_elsewhere"; key: string; why: SourceReason; supplier: SupplierId; lines: ElsewhereLine[] } | { type: "post_invoice"; key: string };

/**
 * What can happen to a purchase order. Answers name the request they answer; what the supplier says
 * comes as a [`SupplierFact`] whose figures are cumulative.
 */
export type PurchaseOrderEvent = { type: "lines_changed"; draft: PurchaseOrder; payload: string } | { type: "priced"; request: number; net: Money; unavailable?: LineId[] } | { type: "request_approval"; case: ApprovalCase } | { type: "approve"; by: PersonId; words?: string; case: ApprovalCase } | { type: "decline"; by: PersonId; reason: string; case: ApprovalCase } | { type: "submit" } | { type: "timer_due" } | { type: "cancel_requested" } | { type: "recover" } | { type: "accept_change" } | { type: "decline_change" } | { type: "close_short" } | { type: "wh_confirmed"; fact: SupplierFact } | { type: "wh_rejected"; fact: SupplierFact } | { type: "wh_fulfilled"; fact: SupplierFact } | { type: "wh_cancelled"; fact: SupplierFact } | { type: "wh_invoiced"; fact: SupplierFact } | { type: "ok"; request: number; documents: NamedDocument[] } | { type: "ok_incomplete"; request: number; documents: NamedDocument[] } | { type: "duplicate"; request: number; documents: NamedDocument[] } | { type: "reject"; request: number; message: string } | { type: "not_sent"; request: number } | { type: "throttled"; request: number; retry_after_ms?: number } | { type: "ambiguous"; request: number; retry_after_ms?: number } | { type: "late_ok"; documents: NamedDocument[] } | { type: "lookup_found"; request: number; documents: NamedDocument[] } | { type: "lookup_absent"; request: number } | { type: "lookup_fail"; request: number; retry_after_ms?: number } | { type: "cancel_ok"; request: number } | { type: "cancel_refused"; request: number; reason: string } | { type: "cancel_ambiguous"; request: number; retry_after_ms?: number } | { type: "foreign_answer"; request: number; reference: string; documents: NamedDocument[] } | { type: "operator_present"; documents: NamedDocument[] } | { type: "operator_absent" } | { type: "operator_settle" };

/**
 * A purchase order and its requests: one value to store, pass back and leave alone.
 */
export interface PurchaseOrderFlow {
    /**
     * The format of this value.
     */
    version: number;
    order: PurchaseOrderLife;
    /**
     * Those that are running, by number.
     */
    requests?: RequestLife[];
    /**
     * Those that have ended and whose late answers count, in the order in which they ended.
     */
    ended?: EndedRequest[];
    /**
     * The newest failure, until something goes well.
     */
    last_error?: LastError;
    /**
     * How far its records go.
     */
    trail?: Trail;
}

/**
 * What the host does once the new flow is stored.
 */
export type PurchaseOrderHostCommand = { type: "need_token"; request_id: number; refused_generation?: number } | { type: "send"; request_id: number; attempt: number; operation: Operation; reference: PurchaseOrderId; idempotency_key: string; payload?: string; token_generation?: number; deadline_at: Timestamp } | { type: "abort"; request_id: number; attempt: number } | { type: "wake"; at: Timestamp } | { type: "notify"; notice: PurchaseOrderNotice; key: string; detail: string } | { type: "audit"; audit: PurchaseOrderAudit; detail: string } | { type: "parent" } | { type: "source_elsewhere"; key: string; why: SourceReason; supplier: SupplierId; lines: ElsewhereLine[] } | { type: "post_invoice"; key: string };

export type PurchaseOrderId = Identifier;

/**
 * What the host tells a purchase order.
 */
export type PurchaseOrderInput = { type: "lines_changed"; draft: PurchaseOrder; payload: string } | { type: "request_approval"; case: ApprovalCase } | { type: "approve"; by: PersonId; words?: string; case: ApprovalCase } | { type: "decline"; by: PersonId; reason: string; case: ApprovalCase } | { type: "submit" } | { type: "cancel_requested" } | { type: "accept_change" } | { type: "decline_change" } | { type: "close_short" } | { type: "supplier_says"; fact: SupplierFact } | { type: "operator_present"; documents: NamedDocument[] } | { type: "operator_absent" } | { type: "operator_settle" } | { type: "woke" } | { type: "recover" } | { type: "outcome"; request_id: number; attempt: number; outcome: Outcome } | { type: "token_ready"; request_id: number; generation: number } | { type: "token_failed"; request_id: number; message: string };

/**
 * What is known about one purchase order; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{PurchaseOrderLife, PurchaseOrderState};
 * # let draft = serde_json::from_str(r#"{
 * #     "id": "po-1", "revision": 1, "supplier": "farm", "currency": "EUR",
 * #     "order_date": "2026-11-21", "requested_delivery": "2026-11-23", "goods": "20.00 EUR",
 * #     "lines": [{"id": "apple", "sku": "apple", "offer": "o-1", "packs": 1,
 * #         "pack_size": "10 kg", "quantity": "10 kg", "unit_price": "2 EUR",
 * #         "amount": "20.00 EUR", "charges": "0.00 EUR", "need_by": "2026-11-24",
 * #         "arrival": "2026-11-23"}],
 * #     "freight": "0.00 EUR", "charges": "0.00 EUR", "net": "20.00 EUR", "taxes": [],
 * #     "tax": "0.00 EUR", "total": "20.00 EUR", "expected_arrival": "2026-11-23"
 * # }"#)?;
 * let life = PurchaseOrderLife::new(&draft, r#"{"sku":"apple"}"#)?;
 * assert_eq!(life.state(), PurchaseOrderState::Draft);
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface PurchaseOrderLife {
    /**
     * The format of this value.
     */
    version: number;
    id: PurchaseOrderId;
    state: PurchaseOrderState;
    terms: Terms;
    quote?: Quote;
    /**
     * Everything that was said about the draft; what holds of it is decided anew every time.
     */
    given?: Word[];
    submission: Submission;
    documents: Documents;
    cancellation: Cancellation;
    facts: Facts;
    /**
     * We do not wait any more for what has not come.
     */
    short: boolean;
    /**
     * It is cancelled because of what the supplier promises, so that it is bought elsewhere.
     */
    still_wanted: boolean;
    /**
     * Two attempts with different keys may both be alive, until a person says what there is.
     */
    two_may_live: boolean;
    /**
     * How often the supplier was asked whether it confirms.
     */
    probes: number;
    /**
     * The newest request made for this order, 0 before the first.
     */
    last_request: number;
    /**
     * The request whose answer this state waits for.
     */
    awaited?: Awaited;
    /**
     * The one running timer.
     */
    wake_at?: Timestamp;
    /**
     * Answers, statements and timers that came after their turn and changed nothing.
     */
    superseded: number;
    /**
     * When the last event was taken; none is taken before it.
     */
    last_at?: Timestamp;
}

/**
 * One line of a purchase order.
 */
export interface PurchaseOrderLine {
    /**
     * Its name within the order: the product's, with a number where the order has it again.
     */
    id: LineId;
    /**
     * The product that is bought.
     */
    sku: Sku;
    /**
     * What the buyer calls it, where that is not the product's name.
     */
    buyer_code?: string | null;
    /**
     * What the supplier calls it.
     */
    supplier_code?: string | null;
    /**
     * What people call it.
     */
    description?: string | null;
    /**
     * Where it goes, where that is not where the order goes.
     */
    location?: LocationId | null;
    /**
     * The offer it takes up.
     */
    offer: OfferId;
    /**
     * Whole packs.
     */
    packs: number;
    /**
     * Content of one pack, in the supplier's unit.
     */
    pack_size: Quantity;
    /**
     * What they contain, in the unit in which stock is kept.
     */
    quantity: Quantity;
    /**
     * Price of one unit of the offer; an average to six decimals where a contract or incremental
     * breaks give several.
     */
    unit_price: Money;
    /**
     * What that price is for one of, where the offer is known.
     */
    price_unit?: Unit | null;
    /**
     * From which quantity on the price holds, where it is one of several.
     */
    price_break?: Quantity | null;
    /**
     * What the goods of the line cost.
     */
    amount: Money;
    /**
     * What the supplier charges on the line beside the goods, such as handling and deposits.
     */
    charges: Money;
    /**
     * Tax on the line, where the offer states one.
     */
    tax_rate?: Rate | null;
    /**
     * The day on which it is needed.
     */
    need_by: Day;
    /**
     * The first day on which it could be sold, as far as the offer allows.
     */
    arrival: Day;
    /**
     * Why it is bought: from the forecast to the choice of the offer, in words and numbers.
     */
    reasons?: Reason[];
}

/**
 * What happens to an order next, when nobody does anything.
 */
export type PurchaseOrderNext = "waits_for_person" | "reminds_approver" | "sends" | "waits_for_answer" | "finds_out" | "waits_for_confirmation" | "waits_for_goods" | "waits_for_invoice" | "cancels_next_document" | "nothing";

/**
 * What a person is told about an order.
 */
export type PurchaseOrderNotice = "approval_needed" | "approval_reminder" | "approval_void" | "declined" | "not_priced" | "lines_unavailable" | "late_answer" | "lines_without_document" | "accepted_without_document" | "submit_rejected" | "undeliverable" | "outcome_unknown" | "two_attempts_may_live" | "duplicate_at_supplier" | "accepted_but_not_found" | "second_purchase_order" | "rejected_yet_present" | "change_proposed" | "supplier_rejected" | "not_confirmed" | "delivery_late" | "supplier_cancelled" | "over_delivery" | "goods_after_close" | "invoiced_before_goods" | "invoice_missing" | "invoice_mismatch" | "invoice_after_close" | "accept_undelivered" | "cancel_too_late" | "cancel_refused" | "cancel_undeliverable" | "cancel_outcome_unknown" | "nothing_to_cancel" | "partly_cancelled" | "alive_after_cancellation" | "document_of_another_order" | "goods_given_back";

/**
 * Why a person cannot ask something now.
 */
export type PurchaseOrderRefusal = "not_approved" | "approval_not_requested" | "approval_requested" | "frozen" | "in_doubt" | "already_sent" | "needs_review" | "being_cancelled" | "already_received" | "over" | "no_change_proposed" | "not_partly_received" | "nothing_to_review" | "rejected";

/**
 * Where a purchase order stands.
 */
export type PurchaseOrderState = "draft" | "pending_approval" | "approved" | "submitting" | "unknown" | "verifying" | "submitted" | "change_review" | "confirmed" | "partially_fulfilled" | "fulfilled" | "invoiced" | "cancel_pending" | "cancelling" | "supplier_rejected" | "submit_rejected" | "submit_failed" | "declined" | "cancelled" | "review";

/**
 * The words other systems know for the state of a purchase order.
 */
export type PurchaseOrderStatus = "draft" | "pending_approval" | "initial" | "sent" | "confirmed" | "partially_fulfilled" | "fulfilled" | "invoiced" | "cancellation_pending" | "failed" | "nullified";

/**
 * The next life of an order and what is to be done once it is stored.
 */
export interface PurchaseOrderStep {
    /**
     * The next life.
     */
    life: PurchaseOrderLife;
    /**
     * What to do, in order.
     */
    commands: PurchaseOrderCommand[];
}

/**
 * What a page shows of a purchase order.
 */
export interface PurchaseOrderView {
    /**
     * The order.
     */
    id: PurchaseOrderId;
    /**
     * The word other systems know.
     */
    status: PurchaseOrderStatus;
    /**
     * The finer state.
     */
    state: PurchaseOrderState;
    /**
     * The draft's revision, one more for every change of the supplier's that was accepted.
     */
    revision: number;
    /**
     * Whether the outcome of some attempt is unknown.
     */
    in_doubt: boolean;
    /**
     * Whether a cancel is remembered.
     */
    cancel_requested: boolean;
    /**
     * Whether what has not come is not awaited any more.
     */
    short: boolean;
    /**
     * Counted attempts of the current submission.
     */
    attempts: number;
    /**
     * What its lines ask for, as drafted or as agreed since.
     */
    ordered: OrderedLine[];
    /**
     * How much of that has come.
     */
    fulfilment: Fulfilment;
    /**
     * Everything the supplier has said.
     */
    facts: Facts;
    /**
     * Every document ever named, ended ones included.
     */
    documents: LineDocument[];
    /**
     * What a person can ask, and why not the rest.
     */
    actions: PurchaseOrderActionAvailability[];
    /**
     * What happens next, when nobody does anything.
     */
    next: PurchaseOrderNext;
    /**
     * When something happens by itself; absent when the order rests or waits for a person.
     */
    wake_at?: Timestamp;
    /**
     * The newest failure; absent once something has gone well after it.
     */
    last_error?: LastError;
    /**
     * Attempts at what is under way or was given up, under the supplier's policy; absent when no
     * policy was given, before the first attempt and after success.
     */
    count?: OutlookCount;
}

/**
 * How purchase orders at one supplier are driven. All spans are milliseconds.
 *
 * The defaults are patient and exact: a quote holds as long as shops hold theirs, people are
 * reminded once a day, and nothing may differ from the order unless somebody writes down by how
 * much.
 *
 * ```
 * use replenish::flow::PurchasePolicy;
 * let policy: PurchasePolicy = serde_json::from_str(r#"{
 *     "price_drift": "0.02", "confirmation": {"days_later": 2}, "matching": {"over_delivery": "0.05"}
 * }"#)?;
 * assert_eq!(policy.quote_validity_ms, Some(900_000));
 * assert_eq!((policy.poll_interval_ms, policy.max_probes), (900_000, 4));
 * # Ok::<(), serde_json::Error>(())
 * ```
 */
export interface PurchasePolicy {
    /**
     * How its connection is driven. Its revision is that of the whole policy: whoever changes anything
     * here raises it.
     */
    connection?: FlowPolicy;
    /**
     * How long a quote holds; without it the supplier gives none, and none is asked for.
     */
    quote_validity_ms?: number;
    /**
     * By which share of the order's net amount its quote may be off, either way, for an approval of
     * the order to hold.
     */
    price_drift?: Rate;
    /**
     * How long an approver may take before being reminded, again and again.
     */
    approval_reminder_ms?: number;
    /**
     * How long after an order was placed, and after each look, the supplier is asked whether it
     * confirms, in case its webhook is lost.
     */
    poll_interval_ms?: number;
    /**
     * How often it is asked before a person is told that nothing is confirmed.
     */
    max_probes?: number;
    /**
     * How often an order that is overdue at the supplier is looked at again: one that is not
     * confirmed after all probes, and one whose promised day has passed.
     */
    overdue_interval_ms?: number;
    /**
     * How long after the last goods the invoice may take before a person is told, again and again.
     */
    invoice_reminder_ms?: number;
    /**
     * How far a promise may be off before a person has to agree.
     */
    confirmation?: ConfirmationTolerance;
    /**
     * How far order, goods and invoice may disagree.
     */
    matching?: MatchTolerance;
}

/**
 * What a parent order's purchase orders come to.
 */
export interface PurchaseRollup {
    /**
     * How far the least advanced living order is; absent when there are no orders. Cancelled and
     * declined ones count only when all are, and those that the supplier rejected only when nothing
     * lives.
     */
    lifecycle?: PurchaseOrderStatus;
    /**
     * How much of what the living orders ask for has come.
     */
    fulfilment: Extent;
    /**
     * How much of it is invoiced, credit notes deducted.
     */
    invoicing: Extent;
    /**
     * Whether a person must look: some order is in review, its promise is, or it is rejected.
     */
    exception: boolean;
    /**
     * How many orders stand where, in order of the words.
     */
    counts: StatusCount[];
}

/**
 * Tax of one rate.
 */
export interface PurchaseTax {
    /**
     * Share of the base.
     */
    rate: Rate;
    /**
     * What is taxed.
     */
    base: Money;
    /**
     * The tax, rounded half up once on the base.
     */
    amount: Money;
}

/**
 * What a request is for.
 */
export type Purpose = { type: "act" } | { type: "probe"; probe: number; max_probes: number } | { type: "look_up" };

/**
 * The demand of each period that is not exceeded with one probability.
 */
export interface QuantilePath {
    /**
     * The probability.
     */
    probability: Probability;
    /**
     * The quantile of each period.
     */
    values: number[];
}

/**
 * How good the forecasts of one quantile were.
 */
export interface QuantileScore {
    /**
     * The probability.
     */
    probability: Probability;
    /**
     * [`scaled_pinball`].
     */
    scaled_pinball: number | undefined;
    /**
     * [`coverage`].
     */
    coverage: number | undefined;
}

/**
 * An exact amount and its unit, such as `"12 each"` or `"2.5 kg"`.
 * @pattern ^-?[0-9]+(\.[0-9]+)? [A-Za-z0-9_]{1,12}$
 */
export type Quantity = string;

/**
 * What the supplier asks for the draft.
 */
export interface Quote {
    at: Timestamp;
    net: Money;
    /**
     * Lines that the supplier cannot deliver.
     */
    unavailable: LineId[];
}

/**
 * What a supplier asks for a purchase order that is not placed yet.
 */
export interface QuotedPrice {
    /**
     * For all lines that it can deliver, freight and charges included, without tax.
     */
    net: Money;
    /**
     * Our lines that it cannot deliver.
     */
    unavailable?: LineId[];
}

/**
 * An offer that can serve, and what serving from it adds to the bill.
 */
export interface RankedOffer {
    /**
     * The offer.
     */
    offer: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * How much to buy, and the goods' price.
     */
    purchase: Purchase;
    /**
     * All that the line costs, without what is zero: components of the line, and of the order as the
     * line changes them.
     */
    costs: Cost[];
    /**
     * What the line changes in the supplier's freight: negative when it brings free freight.
     */
    freight: Money;
    /**
     * What the line changes in the surcharge of an order below the supplier's minimum or, without
     * one, in the money missing to it, which has to be spent on something.
     */
    minimum_order_excess: Money;
    /**
     * All costs together.
     */
    landed_cost: Money;
    /**
     * Landed cost of one unit of the need that is covered, to a ten-thousandth.
     */
    landed_cost_per_required_unit: Money;
    /**
     * Bought beyond the need, for packs, minimum quantity, a price break or free freight.
     */
    surplus: Quantity;
    /**
     * What the surplus is worth, as the need says.
     */
    surplus_value: Money;
    /**
     * What the purchase leaves uncovered of the need.
     */
    uncovered: Quantity;
    /**
     * What that costs, as the need says.
     */
    shortage_cost: Money;
    /**
     * Landed cost and shortage cost less the surplus value: what offers are compared at.
     */
    net_cost: Money;
    /**
     * The day on which the supplier takes the order.
     */
    order_day: Day;
    /**
     * The day on which the goods can be sold.
     */
    arrival: Day;
    /**
     * Days after the need; 0 in time.
     */
    late_days: number;
    /**
     * By what it is ranked, lower being better: net cost, price of a unit, or weighted score; under
     * rules that look at none of them its rank, from 1.
     */
    score: number;
    /**
     * What a weighted score is made of.
     */
    score_parts?: ScoreParts;
}

/**
 * An exact factor of zero or more, such as a tax rate of `"0.19"`.
 * @pattern ^[0-9]+(\.[0-9]+)?$
 */
export type Rate = string;

/**
 * A step of the reasoning that led to a line.
 */
export interface Reason {
    /**
     * Which.
     */
    step: ReasonStep;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * The steps from a forecast to a line.
 */
export type ReasonStep = "forecast" | "requirement" | "allocation";

/**
 * A share that is given back from some yearly value on.
 */
export interface RebateTier {
    /**
     * From this much goods a year on.
     */
    from: Money;
    /**
     * Share of the goods.
     */
    rate: Rate;
}

/**
 * How far goods on order are. All of them count, so that no need is ordered twice.
 */
export type ReceiptStage = "draft" | "ordered" | "in_transit" | "postponed" | "quarantined";

/**
 * How forecasts that do not add up are made to.
 */
export type ReconcileMethod = "bottom_up" | "average_historical" | "historical_averages" | "forecast_proportions" | "ordinary_least_squares" | "structural" | "variance" | "minimum_trace";

/**
 * How forecasts that do not add up are made to.
 */
export interface ReconcileOptions {
    /**
     * The method.
     */
    method?: ReconcileMethod;
    /**
     * Whether reconciled values may be below zero.
     */
    sign?: ReconciledSign;
    /**
     * For `variance` and `minimum_trace`: one-step errors of each node, all equally long.
     */
    residuals?: number[][];
    /**
     * For `average_historical` and `historical_averages`: past demand of each node, all equally
     * long.
     */
    history?: number[][];
}

/**
 * Whether reconciled values may be below zero.
 */
export type ReconciledSign = "non_negative" | "any";

/**
 * A server's look-up by our reference.
 */
export interface ReferenceLookup {
    /**
     * How long after we gave up on a request it may still be applied or become visible. Only a
     * look-up asked after this window proves absence.
     */
    settle_window_ms: number;
}

/**
 * How often a forecaster learns everything anew.
 */
export type Refit = "every_origin" | "update";

/**
 * What is given back of a sale order.
 *
 * Amounts have the signs that they have in the sale order, so that what stands is the sale order
 * without its refunds: a discount is below zero here too, and undoing a return asks the customer for
 * the money again with a total below zero.
 */
export interface Refund {
    /**
     * Of what.
     */
    sale_order: SaleOrderId;
    /**
     * Counts the refunds of the sale order, from 1. With the sale order it names the refund: asking
     * again with the same earlier refunds gives the same name and the same figures.
     */
    number: number;
    /**
     * Of every amount.
     */
    currency: Currency;
    /**
     * The lines, in the sequence of the sale order.
     */
    lines: RefundLine[];
    /**
     * Sum of the lines' amounts before adjustments.
     */
    goods: Money;
    /**
     * What is given back of each adjustment, in the sequence of the sale order; parts of zero are
     * left out.
     */
    adjustments: Share[];
    /**
     * What is kept of charges, by the request's policies.
     */
    kept?: Share[];
    /**
     * Goods and adjustments given back, without taxes that are contained in them.
     */
    total: Money;
    /**
     * What goes back to each payment.
     */
    payments?: PaymentShare[];
    /**
     * What lines given back had paid of it: the customer's credit again, to be paid out or credited
     * as agreed, for no payment holds it.
     */
    offset?: Money | null;
    /**
     * What rounding leaves to a later refund, since a payment never gives back more than it gave
     * and never takes. Total is payments, offset and this, where payments are known.
     */
    rounding?: Money | null;
    /**
     * What the operator gives back of each commission.
     */
    commissions?: CommissionShare[];
}

/**
 * What is given back of one line.
 */
export interface RefundLine {
    /**
     * The line.
     */
    line: LineId;
    /**
     * How much of it.
     */
    quantity: Quantity;
    /**
     * The amount before adjustments.
     */
    amount: Money;
    /**
     * What is given back of each adjustment; parts of zero are left out.
     */
    adjustments: Share[];
    /**
     * What is kept of charges.
     */
    kept?: Share[];
    /**
     * Amount and adjustments given back, without taxes that are contained in them.
     */
    total: Money;
    /**
     * What goes back to each payment.
     */
    payments?: PaymentShare[];
    /**
     * What lines given back had paid of it.
     */
    offset?: Money | null;
    /**
     * What rounding leaves to a later refund.
     */
    rounding?: Money | null;
    /**
     * What the operator gives back of each commission.
     */
    commissions?: CommissionShare[];
}

/**
 * What shall be given back of a sale order.
 *
 * Charges are a matter of the shop's terms and of law, so there is no default for them.
 */
export interface RefundRequest {
    /**
     * Which goods.
     */
    what: RefundScope;
    /**
     * Whether their part of shipping charges is given back, with the taxes and discounts on it.
     */
    shipping: ChargePolicy;
    /**
     * The same for their part of other fees.
     */
    fees: ChargePolicy;
}

/**
 * Which goods are given back.
 */
export type RefundScope = { type: "line"; line: LineId } | { type: "units"; line: LineId; quantity: Quantity } | { type: "sale_order" };

/**
 * Why a person cannot ask something now.
 */
export type Refusal = "running" | "in_doubt" | "already_sent" | "needs_review" | "being_cancelled" | "already_nullified" | "nothing_to_review";

/** Something known beforehand that may move demand; NaN where it is not known. */
export interface Regressor { name: string; kind: RegressorKind; values: Float64Array; }

/**
 * One regressor of many series: for each its history and, behind it, the whole horizon, or nothing;
 * NaN where it is not known.
 */
export interface RegressorColumn {
    name: string;
    kind: RegressorKind;
    values: Float64Array;
    offsets: Uint32Array;
}

/**
 * What the values of a regressor mean.
 */
export type RegressorKind = "promotion" | "price" | "event" | "closed" | "other";

/**
 * A line that a supplier did not accept as ordered.
 */
export interface RejectedLine {
    /**
     * Who.
     */
    supplier: SupplierId;
    /**
     * The offer that it was ordered from: the supplier has no more of it than it confirms.
     */
    offer: OfferId;
    /**
     * Packs that it would deliver; none if left out. They may be bought, and need not be: together with
     * another offer only where the need allows more than one source.
     */
    confirmed_packs?: number;
}

/**
 * What dropping a condition would give.
 */
export interface Relaxation {
    /**
     * The condition.
     */
    condition: Condition;
    /**
     * What that comes to, in words and numbers, such as "an order 3.00 EUR below the minimum of mill".
     */
    words: string;
    /**
     * What the plan without it would cost, the cheapest that was found.
     */
    total: Money;
    /**
     * Requirements that have to be covered and would still be left out, or covered in part.
     */
    left_out: number;
}

/**
 * What a substitute does for a requirement.
 */
export interface Replacement {
    /**
     * The substitute.
     */
    sku: Sku;
    /**
     * What becomes of it.
     */
    status: ReplacementStatus;
    /**
     * How much of the requirement it serves.
     */
    serves: Quantity;
    /**
     * How much of the substitute that takes.
     */
    takes: Quantity;
    /**
     * What serving it so costs.
     */
    penalty: Money;
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * What becomes of a substitute.
 */
export type ReplacementStatus = "used" | "nothing_to_spare" | "dearer_than_buying" | "not_needed";

/**
 * Whether an attempt may be repeated when its outcome is unknown.
 */
export type Replay = "safe" | "idempotent" | "once";

/**
 * What to do about one product, and the arithmetic behind it.
 */
export interface Replenishment {
    /**
     * What must be bought; none when the stock will do until the next review.
     */
    requirement: Requirement | null;
    /**
     * How pressing it is.
     */
    urgency: Urgency;
    /**
     * The first day on which the supplier takes an order.
     */
    order_on: Day;
    /**
     * The first day at whose end demand exceeds, at the service level, what can be sold by then; none
     * when nothing must be bought.
     */
    runs_out: Day | null;
    /**
     * The latest day to order so that it is there before the stock runs out; before today when it
     * is already late.
     */
    order_by: Day | null;
    /**
     * An order is placed when the inventory position is at or below this; below it where the rule
     * has only an order-up-to level, which then is both.
     */
    reorder_point: Quantity;
    /**
     * Stock and orders together shall reach this level.
     */
    order_up_to_level: Quantity;
    /**
     * The reorder point less expected demand until the next order arrives.
     */
    safety_stock: number;
    /**
     * What there is, less what is promised, and all that is coming.
     */
    inventory_position: Quantity;
    /**
     * Expected demand until the next order arrives.
     */
    expected_demand: number;
    /**
     * How likely demand until then exceeds the inventory position if nothing is ordered; where goods
     * expire or sales are lost, how likely something is short once an order could be there.
     */
    stock_out_risk: Probability;
    /**
     * How likely it does when the requirement is ordered.
     */
    stock_out_risk_after: Probability;
    /**
     * Expected demand that finds no stock until then when the requirement is ordered; where goods
     * expire or sales are lost, from its arrival on, for no order helps before.
     */
    expected_shortage: number;
    /**
     * What is expected to expire, of what there is, what is coming and what is ordered now.
     */
    expected_waste: number;
    /**
     * The highest service level that the history's length can tell apart.
     */
    service_level_resolution: Probability;
    /**
     * The arithmetic, term by term, in the order in which a person would read it.
     */
    terms: Term[];
}

/**
 * How an attempt ended, as the host saw it.
 */
export type Reply = { type: "not_sent" } | { type: "no_answer" } | { type: "body_cut"; status: number } | { type: "answer"; status: number; retry_after_ms?: number; facts?: AnswerFacts };

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type RequestCommand = { type: "need_token"; refused_generation?: number } | { type: "http"; attempt: number; generation: number; deadline_at: Timestamp } | { type: "abort"; attempt: number } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" } | { type: "log"; message: string } | { type: "notify" } | { type: "report"; report: RequestReport };

/**
 * What can happen to a request. Answers name the attempt they answer.
 */
export type RequestEvent = { type: "start" } | { type: "cancel" } | { type: "token_ready"; generation: number } | { type: "token_failed"; message: string } | { type: "answer2xx"; attempt: number; complete: boolean; answer: Answer } | { type: "body_invalid"; attempt: number; answer: Answer } | { type: "answer_business_fail"; attempt: number; answer: Answer } | { type: "answer401"; attempt: number; answer: Answer } | { type: "answer429"; attempt: number; retry_after_ms?: number } | { type: "answer4xx"; attempt: number; duplicate_of_our_key: boolean; answer: Answer } | { type: "answer5xx"; attempt: number; retry_after_ms?: number; status: number } | { type: "not_sent"; attempt: number } | { type: "no_answer"; attempt: number } | { type: "timer_due" } | { type: "recover" };

/**
 * What is known about one request; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{Operation, Replay, RequestLife, RequestState};
 * let request = RequestLife::new(1, Operation::Lookup {}, "lookup:1:SO-1", Replay::Safe, 3, 60_000);
 * assert_eq!(request.state(), RequestState::Queued);
 * ```
 */
export interface RequestLife {
    /**
     * The format of this value.
     */
    version: number;
    id: number;
    operation: Operation;
    idempotency_key: string;
    replay: Replay;
    max_retries?: number;
    /**
     * How long it may go on trying, in milliseconds.
     */
    total_deadline_ms?: number;
    state: RequestState;
    started_at?: Timestamp;
    /**
     * The newest attempt, 0 before the first.
     */
    attempt?: number;
    /**
     * Attempts after the first that count against the retries.
     */
    retries?: number;
    /**
     * Attempts that were turned away because of too many requests.
     */
    throttles?: number;
    /**
     * A token of this request was refused once.
     */
    unauthorized?: boolean;
    /**
     * An earlier attempt may have been applied unseen.
     */
    ambiguous?: boolean;
    /**
     * Which token the newest attempt carried.
     */
    token_generation?: number;
    wake_at?: Timestamp;
    /**
     * Answers and timers that came after their turn and changed nothing.
     */
    superseded?: number;
}

/**
 * A request of some object, so that its owner can be answered.
 */
export interface RequestReference {
    /**
     * What kind of object made the request.
     */
    owner: ObjectKind;
    /**
     * Which object.
     */
    owner_id: string;
    /**
     * The request's number within its owner.
     */
    request_id: number;
}

/**
 * How a request ended, for its owner.
 */
export type RequestReport = { type: "ok"; answer: Answer } | { type: "ok_incomplete"; answer: Answer } | { type: "duplicate"; answer: Answer } | { type: "reject"; answer: Answer } | { type: "reject_after_ambiguous"; answer: Answer } | { type: "not_sent" } | { type: "throttled"; retry_after_ms?: number } | { type: "ambiguous"; retry_after_ms?: number } | { type: "unanswered"; retry_after_ms?: number } | { type: "late_ok"; answer: Answer };

/**
 * Where a request stands.
 */
export type RequestState = "queued" | "await_token" | "in_flight" | "backoff" | "succeeded" | "rejected" | "ambiguous" | "exhausted" | "cancelled";

/**
 * The next life of a request and what is to be done once it is stored.
 */
export interface RequestStep {
    /**
     * The next life.
     */
    life: RequestLife;
    /**
     * What to do, in order.
     */
    commands: RequestCommand[];
}

/**
 * Something that must be bought.
 */
export interface Requirement {
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much, in the product's stock unit; more than zero.
     */
    quantity: Quantity;
    /**
     * The day by which it must be there: when the stock runs out, but not before an order placed now
     * can arrive in the lead time that the quantity allows for.
     */
    need_by: Day;
}

/**
 * What every product needs, before anybody asks from whom.
 */
export interface Requirements {
    /**
     * The day on which orders would be placed.
     */
    today: Day;
    /**
     * How long a period of demand is.
     */
    period: Period;
    /**
     * Every product, in the order of the SKUs.
     */
    products: ProductPlan[];
    /**
     * What was read but not used, in words.
     */
    notes: string[];
}

/**
 * An allocation revised.
 */
export interface RevisedAllocation {
    /**
     * What to buy now. Its status and lower bound are those of the basket allocated afresh: `gap` is
     * what keeping to the earlier plan leaves on the table.
     */
    allocation: Allocation;
    /**
     * What is different from the allocation before, everything.
     */
    difference: AllocationDifference;
    /**
     * Order lines that are dropped, amended or added, and why, in order of the products and days.
     */
    changes: RevisedLine[];
    /**
     * For how many of them `change_cost` is counted: all but what is rejected or no longer possible.
     */
    counted_changes: number;
    /**
     * What the basket costs more than before; negative where it costs less.
     */
    cost_of_change: Money;
    /**
     * What the basket allocated afresh would save in addition.
     */
    further_saving: Money;
    /**
     * Whether it is proved that nothing costs less, changes counted.
     */
    proved: boolean;
}

/**
 * An order line that is not as it was.
 */
export interface RevisedLine {
    /**
     * The product that is required.
     */
    sku: Sku;
    /**
     * The day by which.
     */
    need_by: Day;
    /**
     * Whose line it is.
     */
    supplier: SupplierId;
    /**
     * Of which offer.
     */
    offer: OfferId;
    /**
     * The delivery that it comes with, where deliveries are split.
     */
    delivery: Day | null;
    /**
     * Packs before; 0 for a new line.
     */
    packs_before: number;
    /**
     * Packs now; 0 for a dropped one.
     */
    packs_after: number;
    /**
     * Why.
     */
    reason: RevisionReason;
    /**
     * The same in words.
     */
    words: string;
}

/**
 * What an edit of an order changes.
 */
export interface Revision {
    /**
     * The customer's order.
     */
    order: OrderId;
    /**
     * Of the order.
     */
    revision: number;
    /**
     * Of every amount.
     */
    currency: Currency;
    /**
     * What is added: new lines and the added units of others.
     */
    sale_orders: SaleOrder[];
    /**
     * What is taken out: lines that are gone or moved, and the units by which others were lowered.
     * Their payments are free for the revised order again; see the balance.
     */
    refunds: Refund[];
    /**
     * What changes for sale orders that stay.
     */
    amendments: Amendment[];
    /**
     * Parts of discounts that no line of the revised order could take.
     */
    unapplied?: Share[];
    /**
     * Who pays what of every sale order that is new or now paid otherwise.
     */
    payments?: PaidSaleOrder[];
    /**
     * What has to be taken from each payment, or less than zero what has to go back to it: what it
     * pays now without what it paid before the edit.
     */
    balance?: PaymentShare[];
    /**
     * All documents with those of this revision, for the next one and for refunds.
     */
    placed: Placed;
}

/**
 * What changed since an allocation, and what further change may cost.
 */
export interface RevisionOptions {
    /**
     * What each changed order line counts for, beside what is paid: with zero the basket is allocated
     * afresh, with very much nothing changes that need not. A line that a supplier gets no more, gets
     * in another number of packs, or gets anew is one change each; to move a product from one supplier
     * to another is two. What is rejected or no longer possible is no change that could be avoided.
     */
    change_cost: Money;
    /**
     * Lines that suppliers did not accept as ordered.
     */
    rejected?: RejectedLine[];
    /**
     * Requirements whose purchases stay as they are, such as lines that are confirmed.
     */
    frozen?: FrozenLine[];
}

/**
 * Why an order line is not as it was.
 */
export type RevisionReason = "rejected" | "not_possible" | "not_required" | "replacement" | "newly_served" | "saving";

/**
 * What happens to the charges on goods that an edit takes out of an order.
 */
export interface RevisionTerms {
    /**
     * To their part of shipping charges that the order still has.
     */
    shipping: ChargePolicy;
    /**
     * To their part of other fees that the order still has.
     */
    fees: ChargePolicy;
}

/**
 * A parent order's status and the counts behind the word.
 */
export interface Rollup {
    /**
     * The word.
     */
    status: ParentStatus;
    /**
     * What the word stands for.
     */
    counts: RollupCounts;
}

/**
 * How many sale orders stand where.
 */
export interface RollupCounts {
    /**
     * To be sent or being sent.
     */
    pending: number;
    /**
     * Outcome unknown.
     */
    in_doubt: number;
    /**
     * A person must look.
     */
    review: number;
    /**
     * Alive in the other system.
     */
    sent: number;
    /**
     * Rejected or given up.
     */
    failed: number;
    /**
     * Being cancelled.
     */
    cancelling: number;
    /**
     * Cancelled.
     */
    nullified: number;
}

/**
 * When to order and how much. What is not given by hand follows from the target.
 *
 * Reviews are [`Policy::review_period_days`] apart, so each rule is the one of continuous review
 * where that is 1 and of periodic review otherwise (Silver, Pyke and Thomas, "Inventory and Production
 * Management in Supply Chains", 4th edition, chapters 6 and 7).
 */
export type Rule = { type: "order_up_to"; order_up_to_level?: Quantity | null } | { type: "reorder_up_to"; reorder_point?: Quantity | null; order_up_to_level?: Quantity | null; costs?: LotCosts | null } | { type: "reorder_quantity"; reorder_point?: Quantity | null; order_quantity?: Quantity | null; costs?: LotCosts | null } | { type: "days_of_cover"; minimum_days?: number | null; days: number } | { type: "demand_driven"; lead_time_factor: number; variability_factor: number } | { type: "order_once" };

/**
 * The next run and what is to be done once it is stored.
 */
export interface RunAdvance {
    /**
     * The next run.
     */
    run: RunLife;
    /**
     * What to do, in order.
     */
    commands: RunCommand[];
}

/**
 * What the host does once the new run is stored.
 */
export type RunCommand = { type: "need_token"; request_id: number; system: string; refused_generation?: number } | { type: "send"; step: string; request_id: number; attempt: number; purpose: Purpose; system: string; method: Method; path: string; body?: string; idempotency_key?: string; token_generation?: number; secrets?: Record<string, string>; deadline_at: Timestamp } | { type: "abort"; request_id: number; attempt: number } | { type: "wake"; at: Timestamp } | { type: "record"; record: RunRecord } | { type: "finished"; outcome: RunOutcome; exit_code: number };

/**
 * What can happen in a run.
 */
export type RunEntry = { type: "started"; round: number } | { type: "asked"; request_id: number; attempt: number; purpose: Purpose; method: Method; path: string; idempotency_key?: string } | { type: "answered"; request_id: number; attempt: number; status?: number; saw: string; duration_ms: number } | { type: "noted"; message: string } | { type: "looked_up"; documents: number } | { type: "captured"; names: string[]; recovered: boolean } | { type: "differs"; difference: AnswerDifference } | { type: "late_answer" } | { type: "second_document"; documents: string[] } | { type: "ended"; state: FlowStepState; cause?: FlowStepCause; about?: string; recovered: boolean } | { type: "abort_requested" } | { type: "deadline_over" } | { type: "compared"; matrix: ConsistencyMatrix } | { type: "finished"; outcome: RunOutcome };

/**
 * What the host tells a run.
 */
export type RunInput = { type: "start" } | { type: "reply"; request_id: number; attempt: number; reply: Reply } | { type: "woke" } | { type: "recover" } | { type: "abort" } | { type: "token_ready"; request_id: number; generation: number } | { type: "token_failed"; request_id: number; message: string };

/**
 * A run: its plan, its steps and everything asked so far; one value to store, pass back and leave
 * alone.
 */
export interface RunLife {
    /**
     * The format of this value.
     */
    version: number;
    id: string;
    plan: FlowPlan;
    state: RunState;
    outcome?: RunOutcome;
    deadline_at?: Timestamp;
    /**
     * When it was last told something.
     */
    last_at?: Timestamp;
    /**
     * The values given and captured, secrets by name only.
     */
    values: Record<string, RunValue>;
    /**
     * In the order of the plan.
     */
    steps: StepRun[];
    /**
     * The newest request, 0 before the first.
     */
    last_request: number;
}

/**
 * How a run ended. When several are true the later one in this list is the outcome; the steps'
 * own states still show the others.
 *
 * The sequence follows what a person has to know first:
 *
 * 1. *Internal* first: then nothing else in the report can be trusted.
 * 2. *In doubt* before every other: something may exist that nobody knows of, and running again
 *    could make it twice. All other outcomes allow another run once their reason is gone.
 * 3. *Failed*: something is known to be wrong in the systems, whatever else kept the run from
 *    its end.
 * 4. *Config*: the plan is wrong; what it led to says little about the systems. It stands below
 *    *failed*, for a variable without a value is often only the consequence.
 * 5. *Exhausted*: a system answered, and did not have what was waited for.
 * 6. *Unreachable*: a system did not answer, so that nothing is known but that.
 * 7. *Aborted*: somebody, or the run's deadline, stopped it with nothing wrong until then.
 */
export type RunOutcome = "passed" | "aborted" | "unreachable" | "exhausted" | "config" | "failed" | "in_doubt" | "internal";

/**
 * Something that happened in a run.
 */
export interface RunRecord {
    /**
     * When.
     */
    at: Timestamp;
    /**
     * In which step; absent for the run itself.
     */
    step?: string;
    /**
     * What.
     */
    entry: RunEntry;
}

/**
 * Where a run stands.
 */
export type RunState = "planned" | "running" | "finished";

/**
 * What came of a run.
 */
export interface RunSummary {
    /**
     * How it ended; absent while it runs.
     */
    outcome?: RunOutcome;
    /**
     * How long it took, in milliseconds.
     */
    duration_ms?: number;
    /**
     * Each step that was told anything, in the order in which it was.
     */
    steps?: StepSummary[];
}

/**
 * A value that a plan gives or an answer gave.
 *
 * Not tagged by a field as others are: a tagged value is read through a buffer in which the places
 * of a list would have become texts.
 */
export type RunValue = { one: { value: string } } | { many: { values: Record<number, string> } } | { secret: {} };

/**
 * A way of choosing suppliers.
 */
export type Rung = "actual" | "default_supplier" | "cheapest_sticker" | "cheapest_landed" | "joint";

/**
 * What one way of choosing costs.
 */
export interface RungCost {
    /**
     * Which way.
     */
    rung: Rung;
    /**
     * Lines at landed cost, and what orders cost as a whole.
     */
    cost: Money;
    /**
     * How many orders that takes.
     */
    orders: number;
    /**
     * How much less than the rung before; negative where it costs more, zero for the first.
     */
    step: Money;
    /**
     * The step as a share of the rung before.
     */
    step_share: number;
    /**
     * How much less than what was done; negative where it costs more.
     */
    saving: Money;
    /**
     * The saving as a share of what was done.
     */
    saving_share: number;
}

/**
 * What a requirement would otherwise be served by.
 */
export interface RunnerUp {
    /**
     * The offer; none where the best would be not to buy and to bear the cost of shortage.
     */
    offer: OfferId | undefined;
    /**
     * Who offers.
     */
    supplier: SupplierId | undefined;
    /**
     * How many packs.
     */
    packs: number;
    /**
     * What it would cost more than all that now serves the requirement: `line` and `order` together.
     * Below zero only where the search ended before the optimum was found.
     */
    difference: Money;
    /**
     * The part of it on the requirement: purchases, shortage and surplus.
     */
    line: Money;
    /**
     * The part of it on the orders that goods leave and join: freight, surcharges, rebates.
     */
    order: Money;
}

/**
 * One vendor's part of a customer's order, every amount re-summed from the order's lines and never
 * priced again.
 */
export interface SaleOrder {
    /**
     * Derived from order, revision and key, so that a second split names the same document.
     */
    id: SaleOrderId;
    /**
     * The customer's order.
     */
    order: OrderId;
    /**
     * The revision of it that made this sale order.
     */
    revision: number;
    /**
     * Who fulfils it; nobody in particular when null.
     */
    vendor: VendorId | null;
    /**
     * What its lines have in common beside the vendor, as the rules ask.
     */
    keys?: PartKey[];
    /**
     * Which of the parcels it is, counted from 1, where the rules state a capacity or goods that
     * never share.
     */
    parcel?: number | null;
    /**
     * Whether it is a single unit that no parcel can take.
     */
    over_capacity?: boolean;
    /**
     * Of every amount.
     */
    currency: Currency;
    /**
     * The lines in order of their names.
     */
    lines: SaleOrderLine[];
    /**
     * Sum of the lines' amounts before adjustments.
     */
    goods: Money;
    /**
     * This part of each adjustment: the lines' own in order of their names, then the order's in
     * their sequence; parts of zero are left out.
     */
    adjustments: Share[];
    /**
     * Goods and adjustments, without taxes that are contained in them.
     */
    total: Money;
    /**
     * This part of each payment, in their sequence; parts of zero are left out.
     */
    payments?: PaymentShare[];
    /**
     * What lines that are given back pay of it, or less than zero what its own such lines pay of
     * others; over the whole order nothing. Total is payments and this, where payments are known.
     */
    offset?: Money | null;
    /**
     * This part of each commission, in their sequence; parts of zero are left out.
     */
    commissions?: CommissionShare[];
}

/**
 * The next flow and what is to be done once it is stored.
 */
export interface SaleOrderAdvance {
    /**
     * The next flow.
     */
    flow: SaleOrderFlow;
    /**
     * What to do, in order.
     */
    commands: SaleOrderHostCommand[];
}

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type SaleOrderCommand = { type: "create"; request: number; attempt: number; idempotency_key: string; payload: string } | { type: "lookup"; request: number; attempt: number; idempotency_key: string } | { type: "cancel"; request: number; attempt: number; idempotency_key: string; document: DocumentId } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" } | { type: "notify"; notice: Notice; key: string; detail: string } | { type: "audit"; audit: Audit; detail: string } | { type: "parent" };

/**
 * What can happen to a sale order. Answers name the request they answer.
 */
export type SaleOrderEvent = { type: "submit"; payload: string } | { type: "timer_due" } | { type: "cancel_requested" } | { type: "recover" } | { type: "ok"; request: number; documents: NamedDocument[] } | { type: "ok_incomplete"; request: number; documents: NamedDocument[] } | { type: "duplicate"; request: number; documents: NamedDocument[] } | { type: "reject"; request: number; message: string } | { type: "not_sent"; request: number } | { type: "throttled"; request: number; retry_after_ms?: number } | { type: "ambiguous"; request: number; retry_after_ms?: number } | { type: "late_ok"; documents: NamedDocument[] } | { type: "lookup_found"; request: number; documents: NamedDocument[] } | { type: "lookup_absent"; request: number } | { type: "lookup_fail"; request: number; retry_after_ms?: number } | { type: "cancel_ok"; request: number } | { type: "cancel_gone"; request: number; already_cancelled: boolean } | { type: "cancel_refused"; request: number; reason: string } | { type: "cancel_ambiguous"; request: number; retry_after_ms?: number } | { type: "foreign_answer"; request: number; reference: string; documents: NamedDocument[] } | { type: "remote_nullified"; documents: DocumentId[] } | { type: "operator_present"; documents: NamedDocument[] } | { type: "operator_absent" };

/**
 * A sale order and its requests: one value to store, pass back and leave alone.
 */
export interface SaleOrderFlow {
    /**
     * The format of this value.
     */
    version: number;
    order: SaleOrderLife;
    /**
     * The requests under way, by number.
     */
    requests?: RequestLife[];
    /**
     * The requests that have ended, by number: a late positive answer to any of them counts.
     */
    ended?: EndedRequest[];
    /**
     * The newest failure, until something goes well.
     */
    last_error?: LastError;
    /**
     * How far its records go.
     */
    trail?: Trail;
}

/**
 * What the host does once the new flow is stored.
 */
export type SaleOrderHostCommand = { type: "need_token"; request_id: number; refused_generation?: number } | { type: "send"; request_id: number; attempt: number; operation: Operation; reference: SaleOrderId; idempotency_key: string; payload?: string; token_generation?: number; deadline_at: Timestamp } | { type: "abort"; request_id: number; attempt: number } | { type: "wake"; at: Timestamp } | { type: "notify"; notice: Notice; key: string; detail: string } | { type: "audit"; audit: Audit; detail: string } | { type: "parent" };

export type SaleOrderId = Identifier;

/**
 * What the host tells an order.
 */
export type SaleOrderInput = { type: "submit"; payload: string } | { type: "cancel_requested" } | { type: "operator_present"; documents: NamedDocument[] } | { type: "operator_absent" } | { type: "remote_nullified"; documents: DocumentId[] } | { type: "remote_created"; documents: NamedDocument[] } | { type: "woke" } | { type: "recover" } | { type: "outcome"; request_id: number; attempt: number; outcome: Outcome } | { type: "token_ready"; request_id: number; generation: number } | { type: "token_failed"; request_id: number; message: string };

/**
 * What is known about one sale order; store it, pass it back, change nothing in it.
 *
 * ```
 * use replenish::flow::{PublicStatus, SaleOrderLife};
 * use replenish::unit::{LineId, SaleOrderId};
 * let life = SaleOrderLife::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
 * assert_eq!(life.status(), PublicStatus::Initial);
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface SaleOrderLife {
    /**
     * The format of this value.
     */
    version: number;
    id: SaleOrderId;
    state: SaleOrderState;
    submission: Submission;
    documents: Documents;
    cancellation?: Cancellation;
    /**
     * The newest request made for this order, 0 before the first.
     */
    last_request?: number;
    /**
     * The request whose answer this state waits for.
     */
    awaited?: Awaited;
    /**
     * The one running timer.
     */
    wake_at?: Timestamp;
    /**
     * When the last event was taken; none is taken before it.
     */
    last_at?: Timestamp;
    /**
     * Answers and timers that came after their turn and changed nothing.
     */
    superseded?: number;
}

/**
 * One line, or the part of it that is here, with its part of all money.
 */
export interface SaleOrderLine {
    /**
     * The order's line.
     */
    id: LineId;
    /**
     * The product.
     */
    sku: Sku;
    /**
     * How much of it is here.
     */
    quantity: Quantity;
    /**
     * Whether the goods are given back.
     */
    returned?: boolean;
    /**
     * Who was to fulfil it when it was put into the cart, where that has changed.
     */
    vendor_before?: PreviousVendor | null;
    /**
     * The agreement that it is taken from.
     */
    contract?: ContractId | null;
    /**
     * Whatever else belongs to the line.
     */
    attributes?: Record<string, string>;
    /**
     * The amount before adjustments.
     */
    amount: Money;
    /**
     * Its part of each adjustment: its own in order of their names, then the order's in their
     * sequence; parts of zero are left out.
     */
    adjustments: Share[];
    /**
     * Amount and adjustments, without taxes that are contained in them.
     */
    total: Money;
    /**
     * Its part of each payment, in their sequence; parts of zero are left out.
     */
    payments?: PaymentShare[];
    /**
     * What lines that are given back pay of it, or less than zero what it pays of others.
     */
    offset?: Money | null;
    /**
     * Its part of each commission, in their sequence; parts of zero are left out.
     */
    commissions?: CommissionShare[];
}

/**
 * Where a sale order stands.
 */
export type SaleOrderState = "initial" | "sending" | "unknown" | "verifying" | "sent" | "rejected" | "failed" | "review" | "cancel_pending" | "cancelling" | "cancel_unknown" | "nullified";

/**
 * The next life of an order and what is to be done once it is stored.
 */
export interface SaleOrderStep {
    /**
     * The next life.
     */
    life: SaleOrderLife;
    /**
     * What to do, in order.
     */
    commands: SaleOrderCommand[];
}

/**
 * What a page shows of an order.
 */
export interface SaleOrderView {
    /**
     * The order.
     */
    id: SaleOrderId;
    /**
     * The word other systems know.
     */
    status: PublicStatus;
    /**
     * The finer state.
     */
    state: SaleOrderState;
    /**
     * Whether the outcome of some attempt is unknown.
     */
    in_doubt: boolean;
    /**
     * Whether a cancel is remembered.
     */
    cancel_requested: boolean;
    /**
     * Counted attempts of the current submission.
     */
    attempts: number;
    /**
     * Every document ever named, ended ones included.
     */
    documents: LineDocument[];
    /**
     * What a person can ask, and why not the rest.
     */
    actions: ActionAvailability[];
    /**
     * When something happens by itself; absent when the order rests or waits for a person.
     */
    wake_at?: Timestamp;
    /**
     * The newest failure; absent once something has gone well after it.
     */
    last_error?: LastError;
    /**
     * What happens next under the connection's policy; absent when no policy was given.
     */
    outlook?: Outlook;
}

/**
 * What each way of choosing would have paid.
 *
 * All of them are costed alike: landed cost of the lines, and what orders cost as a whole. The ways
 * that choose line by line fix whose offer each line takes; how many packs are then bought is as good
 * as it can be there (price breaks, minimum orders and free freight are reached where that pays), so
 * that what is saved is due to the choice alone. Whatever they choose could be chosen for the whole
 * basket, therefore [`Rung::Joint`] never costs more than these three. No other order is certain: what
 * is cheapest line by line may cost more freight than what was done, and what was paid may be less
 * than any offer that is known.
 */
export interface SavingsLadder {
    /**
     * The currency of all amounts.
     */
    currency: Currency;
    /**
     * All baskets together.
     */
    total: LadderStep;
    /**
     * The same by month, in order of the months; each basket counts in the month of its day.
     */
    months: LadderMonth[];
    /**
     * The same by basket, in order of the days.
     */
    baskets: LadderBasket[];
    /**
     * Purchases that are in no figure of any rung, and why, in order of the history.
     */
    left_out: LeftOutPurchase[];
}

/**
 * A savings ladder and what was not read.
 */
export interface SavingsReport {
    /**
     * The ladder.
     */
    ladder: SavingsLadder;
    /**
     * Rows of the history that cannot be accepted, each left out alone; at most ten thousand.
     */
    problems: TableProblem[];
    /**
     * How many rows those are.
     */
    refused_rows: number;
    /**
     * Columns that are not read, by the file's name.
     */
    ignored_columns: Map<string, string[]>;
}

/**
 * The denominators of scaled errors, taken once from a series' history.
 *
 * A naive forecast's own errors inside the history make errors of series of any size comparable
 * (Hyndman and Koehler, "Another look at measures of forecast accuracy", International Journal of
 * Forecasting 22, 2006). What has no known value, or is zero, is `None`: scaled errors of such a
 * series are undefined.
 *
 * ```
 * use replenish::forecast::accuracy::Scale;
 * let scale = Scale::of(&[0.0, 0.0, 4.0, 6.0, 8.0, 6.0], 2);
 * assert_eq!(scale.seasonal, Some((4.0 + 6.0 + 4.0 + 0.0) / 4.0));
 * assert_eq!(scale.absolute, Some(2.0)); // |6 − 4|, |8 − 6|, |6 − 8|
 * assert_eq!(scale.squared, Some(4.0));
 * assert_eq!(scale.mean, Some(4.0));
 * assert_eq!(Scale::of(&[5.0, 5.0, 5.0], 1).absolute, None);
 * ```
 */
export interface Scale {
    /**
     * Mean of `|y(t) − y(t − m)|`, for MASE; of `|y(t) − y(t − 1)|` when the history is not longer
     * than a season.
     */
    seasonal: number | undefined;
    /**
     * Mean of `|y(t) − y(t − 1)|` from the first demand on, for quantile losses and biases
     * (Makridakis, Spiliotis and Assimakopoulos, "The M5 competition", International Journal of
     * Forecasting 38, 2022).
     */
    absolute: number | undefined;
    /**
     * Mean of `(y(t) − y(t − 1))²` from the first demand on, for RMSSE (the same).
     */
    squared: number | undefined;
    /**
     * Mean of the known values, for errors told in periods of demand.
     */
    mean: number | undefined;
}

/**
 * What a weighted score is the sum of.
 */
export interface ScoreParts {
    /**
     * Weight times net cost as a multiple of the lowest one.
     */
    cost: number;
    /**
     * Weight times days until arrival as a multiple of the days until the need.
     */
    time: number;
    /**
     * Weight times the probability that the delivery fails.
     */
    risk: number;
}

/**
 * How good a forecast was, or many on average.
 *
 * What is undefined for a series is `None`, and does not enter a mean.
 */
export interface Scores {
    /**
     * Known periods that were scored, over all series.
     */
    periods: number;
    /**
     * Series or origins behind the figures: those with a known period.
     */
    forecasts: number;
    /**
     * [`mae`], in units of demand.
     */
    mae: number | undefined;
    /**
     * [`rmse`], in units of demand.
     */
    rmse: number | undefined;
    /**
     * [`bias`], in units of demand.
     */
    bias: number | undefined;
    /**
     * [`smape`], from 0 to 200.
     */
    smape: number | undefined;
    /**
     * [`mase`].
     */
    mase: number | undefined;
    /**
     * [`rmsse`].
     */
    rmsse: number | undefined;
    /**
     * [`scaled_bias`].
     */
    scaled_bias: number | undefined;
    /**
     * [`scaled_cumulative_absolute_error`].
     */
    scaled_cumulative_absolute_error: number | undefined;
    /**
     * The size of [`scaled_periods_in_stock`].
     */
    scaled_absolute_periods_in_stock: number | undefined;
    /**
     * [`crps_from_quantiles`](super::crps_from_quantiles), scaled as pinball losses are.
     */
    scaled_crps: number | undefined;
    /**
     * [`smape`] of [`naive2`].
     */
    naive2_smape: number | undefined;
    /**
     * [`mase`] of [`naive2`].
     */
    naive2_mase: number | undefined;
    /**
     * Of each quantile, by ascending probability.
     */
    quantiles: QuantileScore[];
    /**
     * Sum of what was forecast for known periods.
     */
    total_forecast: number;
    /**
     * Sum of the known actuals.
     */
    total_actual: number;
    /**
     * Sum of `|f − y|`.
     */
    total_absolute_error: number;
}

/** How long a search for the least cost may go on. */
export interface SearchBudget {
    /** Steps of the search, which are the same everywhere; the usual number when left out. */
    steps?: number | null;
}

/**
 * Whose demand a product's season is learnt from.
 */
export type SeasonFrom = "long_histories" | "itself" | "all_products";

/** Demand of one product by period, oldest first, and what is known about the periods. */
export interface SeriesColumns {
    /** Demand; NaN where it is not known. */
    values: Float64Array;
    /** For each value 0 where the product was not there to be sold, otherwise 1. */
    in_stock?: Uint8Array | undefined;
    /** What is known to move demand: for each its history and, behind it, the whole horizon. */
    regressors?: readonly Regressor[] | undefined;
}

/**
 * Why one series of a batch has no forecast.
 */
export interface SeriesProblem {
    /**
     * Which series, counted from 0.
     */
    index: number;
    /**
     * Stable name of the kind of problem.
     */
    code: string;
    /**
     * The problem in words.
     */
    message: string;
}

/** Many series in columns, as a file holds them; a bad one is told and left out. */
export interface SeriesTable {
    /** What each series is called, in the order of the file. */
    ids: string[];
    /** All histories, one behind the other, oldest value first; NaN where a value is missing. */
    values: Float64Array;
    /** Where each history begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each value 0 where nothing could be sold for want of stock, otherwise 1. */
    in_stock?: Uint8Array;
    /** What is known of past and future periods beside the demand. */
    regressors: RegressorColumn[];
    /** Periods in one season of each series. */
    season_lengths: Uint32Array;
    /** Periods in a longer season of each series that its calendar suggests; 0 for none. */
    longer_seasons: Float64Array;
    /** Periods to forecast of each series. */
    horizons: Uint32Array;
    /** How long a period is, where the file has dates. */
    period: Period | null;
    /** The series that could not be read, and rows of which nobody knows to what series they belong. */
    problems: SeriesTableProblem[];
    /** Columns of the file that are not read. */
    ignored_columns: string[];
}

/**
 * How a file of series is to be read.
 */
export interface SeriesTableOptions {
    /**
     * Periods to forecast of every series; when absent, column `h` says it for each.
     */
    horizon?: number | undefined;
    /**
     * Periods in one season of every series; when absent, column `season` says it for each, and
     * where that is blank the length of its period does. Only when it is absent does the calendar
     * suggest a longer season beside it.
     */
    season_length?: number | undefined;
    /**
     * How long the periods of a file with dates are; when absent, the dates say it.
     */
    period?: Period | undefined;
}

/**
 * Why a series could not be read.
 */
export interface SeriesTableProblem extends TableProblem {
    /**
     * The series; empty where the row does not say it.
     */
    id: string;
}

/**
 * What may differ from the built-in flow.
 *
 * ```
 * use replenish::flow::{FlowPlan, SevenSteps, StepChange};
 * let options: SevenSteps = serde_json::from_str(r#"{
 *     "data": { "skus": ["A", "B"], "quantities": ["2", "1"], "unit_prices": ["19.90", "5.00"] },
 *     "changes": { "await_b2b_order": { "poll": { "max_probes": 5, "until": [] } } }
 * }"#)?;
 * let plan: FlowPlan = FlowPlan::seven_steps(&options)?;
 * assert_eq!(plan.steps.len(), 7);
 * assert_eq!(plan.step("await_b2b_order").and_then(|step| step.poll.as_ref()).map(|poll| poll.max_probes), Some(5));
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export interface SevenSteps {
    /**
     * The systems `cart`, `checkout`, `order`, `b2b`, `erp` and `storefront` where they are not
     * as by default: address, capabilities, patience. Others may be added.
     */
    systems?: Record<string, SystemPlan>;
    /**
     * Test data: `skus`, `quantities`, `unit_prices`, `currency`, and whatever templates name.
     */
    data?: Record<string, DataValue>;
    /**
     * Names of values that only the host knows.
     */
    secrets?: string[];
    /**
     * What is different about the built-in steps, by their names.
     */
    changes?: Record<string, StepChange>;
    /**
     * Steps besides.
     */
    add?: StepPlan[];
    /**
     * How long the run may take, in milliseconds.
     */
    deadline_ms?: number | undefined;
    /**
     * What is known of the order in each system, where that is not as by default.
     */
    facts?: Record<string, SystemFactsPlan>;
    /**
     * How these are compared, where that is not as by default.
     */
    consistency?: ConsistencyRules | undefined;
}

/**
 * How soon a person must act.
 */
export type Severity = "information" | "warning" | "decision" | "urgent";

/**
 * A part of an adjustment.
 */
export interface Share {
    /**
     * The adjustment.
     */
    id: AdjustmentId;
    /**
     * What it is.
     */
    kind: AdjustmentKind;
    /**
     * Whether a tax is contained in the amounts rather than added to them.
     */
    included?: boolean;
    /**
     * The charge whose tax or discount it is.
     */
    follows?: AdjustmentId | null;
    /**
     * The part.
     */
    amount: Money;
}

/**
 * What waits for what is not on hand.
 *
 * What waits does so for the latest: on hand comes before the pre-orders by their days, and these
 * before back-orders, of which nobody knows the day. Goods that are given back never wait, and
 * nothing waits for them.
 */
export type ShipComplete = "nothing" | "line" | "sale_order" | "order";

/**
 * Who orders how much: by levels for every period, or one entry that is always the same.
 * `order_up_to`: up to the level whenever the inventory position is below it. `reorder_up_to`: up to
 * the level once the position is at the reorder point or below, (s, S). `reorder_quantity`: the
 * fewest of the quantity that lift it above the point, (r, nQ). `quantities`: what is written down.
 */
export type SimulationControl =
| { type: "order_up_to"; order_up_to_levels: Float64Array }
| { type: "reorder_up_to"; reorder_points: Float64Array; order_up_to_levels: Float64Array }
| { type: "reorder_quantity"; reorder_points: Float64Array; order_quantities: Float64Array }
| { type: "quantities"; quantities: Float64Array };

/**
 * What a product costs, in any one currency; all zero or more.
 */
export interface SimulationCosts {
    /**
     * Price of one unit in the usual way.
     */
    unit_cost?: number;
    /**
     * For each unit in the closing stock of a period.
     */
    holding_per_unit_and_period?: number;
    /**
     * For each unit lost; where customers wait, for each unit that still waits at the end of a period.
     * An emergency costs its premium instead.
     */
    shortage_per_unit?: number;
    /**
     * For each order placed.
     */
    order_line?: number;
    /**
     * For each unit that expires, with what was paid for it where that shall count.
     */
    waste_per_unit?: number;
    /**
     * What an emergency costs above the usual price, as a share of it: 0.2 for 20 %.
     */
    emergency_premium?: number;
}

/**
 * Goods of one age.
 */
export interface SimulationLot {
    /**
     * The first period in which they can no longer be sold.
     */
    expires: number;
    /**
     * How much.
     */
    quantity: number;
}

/**
 * What a policy did over the counted periods of one product, in sums: those of several products or
 * of several stretches of time add up.
 *
 * ```
 * use replenish::inventory::simulate::{Control, Scenario, simulate};
 * let first = simulate(&Scenario::new(&[2.0, 0.0, 4.0]), Control::OrderUpTo(&[3.0]))?;
 * let second = simulate(&Scenario::new(&[1.0, 1.0, 1.0]), Control::OrderUpTo(&[3.0]))?;
 * let both = first + second;
 * assert_eq!(both.periods, 6);
 * assert_eq!(both.lost, 4.0); // 2 + 1 of the first product, 1 of the second: the shelves were empty
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface SimulationOutcome {
    /**
     * Periods that were counted; of several products, those of each.
     */
    periods: number;
    /**
     * Units that customers wanted.
     */
    demand: number;
    /**
     * Units that they got at once from regular stock.
     */
    served_from_stock: number;
    /**
     * Units that they went without.
     */
    lost: number;
    /**
     * Units for which they had to wait.
     */
    back_ordered: number;
    /**
     * Units that were bought outside the calendar.
     */
    emergency_units: number;
    /**
     * Periods in which stock did not cover the demand: where shortages are bought, each is a line of
     * an emergency order.
     */
    emergency_lines: number;
    /**
     * Order cycles, each from one receipt to the next, that ended in the counted periods.
     */
    cycles: number;
    /**
     * Of these, the ones in which stock did not always cover the demand.
     */
    cycles_short: number;
    /**
     * Units received from regular orders.
     */
    received: number;
    /**
     * Units that expired.
     */
    wasted: number;
    /**
     * Regular orders placed.
     */
    order_lines: number;
    /**
     * Units ordered with them.
     */
    ordered: number;
    /**
     * What stock, less what customers wait for, rose from start to end.
     */
    stock_rise: number;
    /**
     * Closing stocks of all periods, added up.
     */
    stock_periods: number;
    /**
     * Their value at unit cost.
     */
    stock_value_periods: number;
    /**
     * Units waited for at the end of each period, added up.
     */
    back_order_periods: number;
    /**
     * The highest closing stock; of several products, the highest of any.
     */
    maximum_stock: number;
    /**
     * What was paid to suppliers: regular orders and emergencies with their premium.
     */
    spend: number;
    /**
     * Of that, the premium.
     */
    emergency_cost: number;
    /**
     * For holding stock.
     */
    holding_cost: number;
    /**
     * For going short.
     */
    shortage_cost: number;
    /**
     * For placing orders.
     */
    ordering_cost: number;
    /**
     * For what expired.
     */
    waste_cost: number;
    /**
     * Squared differences of each period's demand from the mean of its product, added up.
     */
    demand_deviations: number;
    /**
     * The same of the quantities ordered.
     */
    order_deviations: number;
}

/**
 * Goods on their way.
 */
export interface SimulationReceipt {
    /**
     * The period before whose customers they arrive, counted from 0; they stay on order when that
     * lies behind the demand.
     */
    period: number;
    /**
     * How much.
     */
    quantity: number;
}

/**
 * A product and the world around it; what is left out is the plainest: orders in every period that
 * arrive in the next, no expiry, demand lost where there is no stock, no costs, an empty shelf.
 */
export interface SimulationScenario {
    /**
     * Periods until an order placed in each period can be sold, cycled when shorter than the demand.
     * An order of lead time 0 arrives behind the period's customers and counts in its closing stock;
     * one of lead time L arrives before the customers of period t + L.
     */
    lead_times?: Uint32Array | undefined;
    /**
     * In which periods an order may be placed: every so many from the period `offset` on, or where it
     * is not 0, cycled when shorter than the demand: seven entries are a week.
     */
    order_days?: { periods: number; offset?: number | undefined } | Uint8Array | undefined;
    /** In how many periods goods can be sold from their receipt on; for ever when left out. */
    shelf_life?: number | undefined;
    /**
     * Which goods customers get; the oldest when left out, which are at once the first in and the
     * first to expire.
     */
    issue?: Issue | undefined;
    /** What becomes of demand that stock does not cover. */
    unmet?: SimulationUnmetDemand | undefined;
    /** The least that may be ordered; 0 for none. */
    minimum_order_quantity?: number | undefined;
    /** Orders are rounded up to a multiple of this; 0 for none. */
    order_multiple?: number | undefined;
    /** What everything costs. */
    costs?: SimulationCosts | undefined;
    /** Stock at the start, as fresh as if it had just been received. */
    on_hand?: number | undefined;
    /** More stock at the start, which is older, by ascending `expires`; only with a shelf life. */
    lots?: readonly SimulationLot[] | undefined;
    /** Ordered before the start and not yet received. */
    pipeline?: readonly SimulationReceipt[] | undefined;
    /** Periods at the start that are simulated but not counted. */
    warm_up?: number | undefined;
}

/** Every period of a simulation, in columns. */
export interface SimulationTrace {
    /** Units received, those that were ordered in it and arrived at once included. */
    received: Float64Array;
    /** Units that expired. */
    wasted: Float64Array;
    /** What stock did not cover. */
    short: Float64Array;
    /** Units ordered. */
    ordered: Float64Array;
    /** Units on the shelf at the end. */
    on_hand: Float64Array;
    /** Units for which customers wait at the end. */
    back_ordered: Float64Array;
    /** Units ordered and not received at the end. */
    on_order: Float64Array;
}

/**
 * What becomes of demand that stock does not cover.
 */
export type SimulationUnmetDemand = "lost" | "back_ordered" | "emergency";

export type Sku = Identifier;

/**
 * A product under another name.
 */
export interface SkuMapping {
    /**
     * The system's name.
     */
    theirs: Sku;
    /**
     * The name that the systems are compared by.
     */
    ours: Sku;
}

/**
 * Some of the products, told apart by what was known before the replay.
 */
export type SliceKind = "intermittent" | "regular" | "long_lead_time" | "short_lead_time" | "promoted";

/**
 * Why something is to be bought elsewhere.
 */
export type SourceReason = "unavailable" | "rejected" | "reduced" | "supplier_cancelled" | "change_declined" | "closed_short";

/** The files of a comparison or an allocation: what has to be bought, what suppliers offer and ask. */
export interface SourcingFiles extends MarketFiles { needs: TableFile; }

/**
 * What holds for every comparison and allocation of one buying cycle.
 *
 * [`SourcingOptions::new`] has the usual ones.
 */
export interface SourcingOptions {
    /**
     * The day on which orders would be placed, in UTC.
     */
    today: Day;
    /**
     * The time of that day, in UTC; without it, early enough for every cut-off.
     */
    time?: TimeOfDay | null;
    /**
     * The currency in which offers are compared.
     */
    currency: Currency;
    /**
     * What other currencies are worth. Offers in a currency without a rate are excluded.
     */
    exchange_rates?: ExchangeRate[];
    /**
     * Days after which an exchange rate is too old to be used; without it, none is.
     */
    exchange_rate_max_age_days?: number | null;
    /**
     * Days after which a stated availability is too old to be relied on; without it, none is.
     */
    availability_max_age_days?: number | null;
    /**
     * From whom each product is bought when nobody compares, for the baseline of the saving.
     */
    default_suppliers?: Map<Sku, SupplierId>;
    /**
     * By what offers are ranked.
     */
    policy?: ComparisonPolicy;
    /**
     * What money costs a year, as a share: paying later and buying later are worth so much. Without
     * it, payment terms make no difference.
     */
    interest_rate?: Rate | null;
    /**
     * What a delivery costs that comes late or not as ordered; with it, offers cost more the more
     * often that happens.
     */
    failure_cost?: Money | null;
    /**
     * Offers that are known to be in time less often are excluded.
     */
    minimum_on_time?: number | null;
    /**
     * Suppliers that are known to deliver as ordered less often are excluded.
     */
    minimum_quality?: number | null;
    /**
     * Products that may be bought instead of others.
     */
    substitutes?: SubstituteProduct[];
    /**
     * Suppliers that have to get an order.
     */
    required_suppliers?: SupplierId[];
    /**
     * Suppliers that may not get an order.
     */
    forbidden_suppliers?: SupplierId[];
    /**
     * The largest share of the value of all goods that a supplier may get.
     */
    maximum_shares?: Map<SupplierId, Rate>;
    /**
     * Whether a supplier may get several orders, each delivered on a day of its own, with freight and
     * minimum each; otherwise everything comes at its earliest day in one order.
     */
    split_deliveries?: boolean;
    /**
     * How much work an allocation may be, in options looked at; without it, as much as usual. The
     * same number gives the same answer on every machine.
     */
    steps?: number | null;
}

/**
 * All that [`compare`](super::compare) and [`allocate`](super::allocate) take.
 */
export interface SourcingRequest {
    /**
     * What has to be bought.
     */
    needs: Need[];
    /**
     * What suppliers offer.
     */
    offers: Offer[];
    /**
     * What suppliers ask of whole orders.
     */
    terms: SupplierTerms[];
    /**
     * The usual options, with the currency and the exchange rates of the files.
     */
    options: SourcingOptions;
    /**
     * Columns that are not read, by the file's name.
     */
    ignored_columns: Map<string, string[]>;
}

/**
 * An order, divided.
 */
export interface Split {
    /**
     * The parts: first those without vendor, then by vendor, by the keys, by line, by parcel.
     */
    sale_orders: SaleOrder[];
    /**
     * Parts of discounts that no line could take, since none becomes negative.
     */
    unapplied: Share[];
    /**
     * Codes of the coupons used, each once for the whole order.
     */
    coupons?: string[];
}

/** What became of orders in columns; amounts in whole minor units. */
export interface SplitColumns {
    /** Of each line, its sale order: a place in the columns of parts. */
    parts: Uint32Array;
    /** Of each line, its amount and adjustments. */
    totals: Float64Array;
    /** Order by order, line by line: the line's part of each of the order's adjustments. */
    shares: Float64Array;
    /** Order by order, line by line: the line's part of each of the order's payments. */
    paid: Float64Array;
    /**
     * Where each order's sale orders begin, in order of the vendors, and at the end where the last ones
     * end. An order that is refused has none.
     */
    part_offsets: Uint32Array;
    /** Of each sale order. */
    part_totals: Float64Array;
    /** Of each adjustment, what no line could take. */
    unapplied: Float64Array;
    /** Orders that cannot be split; what stands for them in the other columns is zero. */
    problems: { order: number; refused: Invalid }[];
}

/**
 * What lines can have in common.
 */
export type SplitKey = "ship_from" | "availability" | "shipping_category" | "temperature" | "hazardous_class" | "settlement_currency" | { attribute: string };

/**
 * How an order is divided: always by vendor, then by what is stated here.
 *
 * Lines without vendor are a part of their own, before all others. So are lines that say nothing
 * about a key: to say nothing is something that lines have in common.
 */
export interface SplitRules {
    /**
     * What lines must have in common beside the vendor to stay together, in this order.
     */
    then_by?: SplitKey[];
    /**
     * Whether every line is a sale order, for systems that answer per product; a line that is cut
     * is one for each of its parts.
     */
    one_line_per_order?: boolean;
    /**
     * What waits for what is not on hand; it matters where orders are divided by availability.
     */
    ship_complete?: ShipComplete;
    /**
     * How much fits in one sale order; without it, anything.
     */
    capacity?: Capacity | null;
    /**
     * Goods that never share a sale order.
     */
    incompatible?: Incompatible[];
    /**
     * Who fulfils each product now, where that may have changed since the line was put into the
     * cart; a change is noted on the line. Products that are not named keep the line's vendor.
     */
    vendors?: Record<Sku, VendorId>;
    /**
     * Who may fulfil at all; a line of any other vendor is an error. Without it, anybody.
     */
    allowed_vendors?: VendorId[] | null;
}

/**
 * A value and how recent the statement was that said it.
 */
export interface Stated<T> {
    sequence?: number;
    value: T;
}

/**
 * What the shop reckoned for the whole order.
 */
export interface StatedTotals {
    /**
     * Of the lines before any adjustment.
     */
    goods?: Money | null;
    /**
     * Of all discounts that could be applied; zero or less.
     */
    discount?: Money | null;
    /**
     * Of all charges for the way.
     */
    shipping?: Money | null;
    /**
     * Of all fees.
     */
    fee?: Money | null;
    /**
     * Of all taxes that are added.
     */
    tax?: Money | null;
    /**
     * Of all taxes that are contained in other amounts.
     */
    included_tax?: Money | null;
    /**
     * What the customer pays.
     */
    total?: Money | null;
}

/**
 * How many orders stand at a word.
 */
export interface StatusCount {
    /**
     * The word.
     */
    status: PurchaseOrderStatus;
    /**
     * How many.
     */
    count: number;
}

/**
 * What is different about a built-in step; a field that is given replaces the whole field.
 */
export interface StepChange {
    /**
     *
     */
    system?: string;
    /**
     *
     */
    method?: Method;
    /**
     *
     */
    path?: string;
    /**
     *
     */
    body?: Record<string, FieldValue>;
    /**
     *
     */
    effect?: Access;
    /**
     *
     */
    repeatable?: boolean;
    /**
     *
     */
    depends_on?: string[];
    /**
     *
     */
    condition?: StepCondition;
    /**
     *
     */
    always_run?: boolean;
    /**
     *
     */
    max_retries?: number;
    /**
     *
     */
    deadline_ms?: number;
    /**
     *
     */
    poll?: PollPlan;
    /**
     *
     */
    success_when?: AnswerTest[];
    /**
     *
     */
    duplicate_when?: AnswerTest[];
    /**
     *
     */
    document?: string;
    /**
     *
     */
    captures?: Record<string, Capture>;
    /**
     *
     */
    checks?: AnswerTest[];
    /**
     *
     */
    soft_checks?: AnswerTest[];
    /**
     *
     */
    lookup?: LookupPlan;
    /**
     *
     */
    idempotency_key?: string;
    /**
     *
     */
    revision?: number;
}

/**
 * A condition on a value.
 */
export interface StepCondition {
    /**
     * Which value.
     */
    value: string;
    /**
     * What it must be.
     */
    is: Expectation;
}

/**
 * One step.
 */
export interface StepPlan {
    /**
     * Its name: letters, digits, `_`, `-` and `.`.
     */
    id: string;
    /**
     * Which system it asks.
     */
    system: string;
    /**
     * How.
     */
    method: Method;
    /**
     * Where, as a template; values are percent-encoded.
     */
    path: string;
    /**
     * The fields of the JSON body by JSON pointer; one with `*` gives a field for each value of a
     * list. Without fields there is no body.
     */
    body?: Record<string, FieldValue>;
    /**
     * Whether it changes the system; when left out, every method but GET does.
     */
    effect?: Access;
    /**
     * Repeating the write changes nothing, so that it may be sent again without a doubt: it sets
     * a status or fields to given values.
     */
    repeatable?: boolean;
    /**
     * Which steps have to be through before.
     */
    depends_on?: string[];
    /**
     * Only when this holds; otherwise the step is skipped and holds nobody up.
     */
    condition?: StepCondition;
    /**
     * It runs after all others, and also when they failed: cleanup, gathering of evidence.
     */
    always_run?: boolean;
    /**
     * Attempts after the first; when left out, as the system's policy says. For a poll see
     * [`PollPlan::max_probes`].
     */
    max_retries?: number;
    /**
     * How long the step may run, in milliseconds; when left out, as long as the system's policy
     * allows its attempts to go on.
     */
    deadline_ms?: number;
    /**
     * Ask again and again until the answer is as wanted; for reads only.
     */
    poll?: PollPlan;
    /**
     * What a positive status must say besides to be a success, such as a business flag.
     */
    success_when?: AnswerTest[];
    /**
     * By what an answer without a positive status shows that our key was applied before.
     */
    duplicate_when?: AnswerTest[];
    /**
     * Where a write's answer names the document it made. An answer without it leaves a doubt, and
     * two different ones fail the run.
     */
    document?: string;
    /**
     * What is kept of the answer, by name.
     */
    captures?: Record<string, Capture>;
    /**
     * What the answer must say; otherwise the step fails.
     */
    checks?: AnswerTest[];
    /**
     * What the answer should say; otherwise the step warns.
     */
    soft_checks?: AnswerTest[];
    /**
     * How a write in doubt is looked up; used where the system's policy offers look-up.
     */
    lookup?: LookupPlan;
    /**
     * The key of a write, as a template with percent-encoded values; when left out, run, step and
     * revision.
     */
    idempotency_key?: string;
    /**
     * Counts the changes of what is sent, from 1: another payload needs another key.
     */
    revision?: number;
}

/**
 * One step of a run and what it has asked.
 */
export interface StepRun {
    life: FlowStepLife;
    /**
     * What is sent, the same in every attempt.
     */
    frozen?: FrozenRequest;
    /**
     * Every request ever made: a late positive answer to any of them counts.
     */
    asked?: Asked[];
    poll?: PollLife;
    /**
     * When the look-up is to be asked: once a request given up can no longer be applied.
     */
    lookup_at?: Timestamp;
    /**
     * An answer was positive but named no document: never to be sent again.
     */
    accepted?: boolean;
    /**
     * What answers to this write have named as its documents; one set, when all is well.
     */
    documents?: string[][];
    /**
     * What was not as expected, hard checks first.
     */
    differences?: AnswerDifference[];
}

/**
 * What came of one step.
 */
export interface StepSummary {
    /**
     * Which step.
     */
    step?: string;
    /**
     * How it ended; absent while it runs.
     */
    state?: FlowStepState;
    /**
     * Why, when that is not well.
     */
    cause?: FlowStepCause;
    /**
     * The dependency or the variable concerned.
     */
    about?: string;
    /**
     * Attempts at what the step is there for.
     */
    attempts?: number;
    /**
     * Probes sent: `3 of 4`; empty without a poll.
     */
    probes?: string;
    /**
     * Look-ups sent.
     */
    lookups?: number;
    /**
     * The newest status.
     */
    last_status?: number;
    /**
     * From the first beginning to the end, in milliseconds.
     */
    duration_ms?: number;
    /**
     * A look-up or a late answer settled what had been in doubt.
     */
    recovered?: boolean;
    /**
     * Documents of one write that differ; none, when all is well.
     */
    second_documents?: string[];
    /**
     * What was not as expected.
     */
    differences?: AnswerDifference[];
}

/** What each location is sent. */
export interface StockAllocation {
    /** One answer a location, in the order in which they were given. */
    shares: Answered<LocationShare>[];
    /** What stays at the warehouse. */
    left: Quantity;
}

/**
 * What too little and too much stock cost, in one currency.
 */
export interface StockCosts {
    /**
     * Of one unit that was wanted and not there: the margin lost, or what an emergency costs more.
     */
    shortage_per_unit: Money;
    /**
     * Of one unit that lies for a day: capital, space, insurance.
     */
    holding_per_unit_and_day: Money;
    /**
     * Of one unit that is left when it expires or sales end: what it cost, less what it still
     * brings.
     */
    waste_per_unit?: Money | null;
}

/** One product at one location. */
export interface StockLocation {
    /** The location. */
    location: LocationId;
    /**
     * What it has and what is on the road to it, less what it has promised; below zero when it owes
     * more than that.
     */
    position: Quantity;
    /** What will be wanted there. */
    demand: DemandSums;
    /** Until what is sent the next time has arrived: so many of the first periods of the demand. */
    periods: number;
    /** With which probability its stock shall do until then; between 0 and 1, both excluded. */
    service_level: Probability;
    /** It is sent multiples of this, such as a pack; without it, of one unit. */
    order_multiple?: Quantity | null;
    /** The smallest quantity that is sent to it. */
    minimum_quantity?: Quantity | null;
    /** The day by which it must be there; of two that need it as much, the earlier comes first. */
    need_by?: Day | null;
}

/**
 * Stock of one product, all of it in one unit.
 *
 * ```
 * use replenish::inventory::StockPosition;
 * let mut stock = StockPosition::on_hand("10 each".parse()?);
 * stock.reserved = "4 each".parse()?;
 * assert_eq!(stock.inventory_position()?.to_string(), "6 each");
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface StockPosition {
    /**
     * The day at whose start it was counted; without it, the day for which one plans.
     */
    as_of?: Day | null;
    /**
     * Lying on the shelf and good to sell.
     */
    on_hand: Quantity;
    /**
     * Of that, promised to orders that are already known.
     */
    reserved: Quantity;
    /**
     * Sold although there was none: the first to be served from what comes.
     */
    back_ordered: Quantity;
    /**
     * Lying there beside what is on hand, and not to be sold: blocked, damaged, under inspection. It
     * counts for nothing; what is expected to be released counts as a receipt on that day.
     */
    quarantined?: Quantity | null;
    /**
     * Ordered and not yet received.
     */
    on_order: ExpectedReceipt[];
    /**
     * Which parts of what is on hand expire, and when; the rest keeps.
     */
    lots?: Lot[];
}

/**
 * Everything about creating an order in the other system but the documents that came of it.
 */
export interface Submission {
    /**
     * Counts the payloads given; the idempotency key depends on it.
     */
    revision: number;
    /**
     * Counts the submissions, which share a payload until it is revised.
     */
    count?: number;
    /**
     * Frozen at the first submit of a revision, so that every attempt sends the same bytes.
     */
    payload?: string;
    submitted_at?: Timestamp;
    /**
     * When the current key left for the first time: its retention at the server counts from here.
     */
    first_sent_at?: Timestamp;
    /**
     * Counted attempts to create in this submission.
     */
    attempts?: number;
    /**
     * Look-ups since the last doubtful attempt.
     */
    lookups?: number;
    /**
     * Attempts that were turned away unseen; they lengthen the waits and count for nothing else.
     */
    throttles?: number;
    /**
     * Some attempt to create may have been applied unseen.
     */
    ambiguous?: boolean;
    /**
     * Some attempt to create was ever ambiguous, whatever was found out about it later.
     */
    doubted?: boolean;
    /**
     * The other system has accepted the order, although not every document is known.
     */
    accepted?: boolean;
    /**
     * From here on a look-up that finds nothing proves absence.
     */
    settled_at?: Timestamp;
}

/**
 * A product that may serve in place of another.
 */
export interface Substitute {
    /**
     * The product that serves.
     */
    sku: Sku;
    /**
     * The product in whose place it serves.
     */
    replaces: Sku;
    /**
     * How much of it stands for one unit of the other, in its own unit; above zero.
     */
    quantity: Quantity;
    /**
     * What it costs to serve one unit of the other with it, beyond the goods: the lower price, the
     * repacking, the customer's displeasure. Zero or more.
     */
    penalty_per_unit: Money;
}

/**
 * A product that may be bought instead of another.
 */
export interface SubstituteProduct {
    /**
     * What is required.
     */
    instead_of: Sku;
    /**
     * What may be bought.
     */
    sku: Sku;
    /**
     * What this much of the substitute replaces ...
     */
    quantity: Quantity;
    /**
     * ... is this much of what is required.
     */
    replaces: Quantity;
    /**
     * What each unit of what is required costs more for being replaced, such as trouble and complaints.
     */
    penalty?: Money | null;
}

/** What there is of a product that may serve in place of others. */
export interface SubstituteStock {
    /** What there is and what is promised to nobody. */
    available: Quantity;
    /** What will be wanted of the product itself. */
    demand: DemandSums;
    /** Until more of it can be had: so many of the first periods of the demand. */
    periods: number;
    /** With which probability it shall do for that; between 0 and 1, both excluded. */
    service_level: Probability;
}

/**
 * A requirement, and what serves it instead of buying.
 */
export interface Substitution {
    /**
     * What must still be bought; none when substitutes serve all of it.
     */
    requirement: Requirement | null;
    /**
     * Everything that may serve it, the least penalty first.
     */
    replacements: Replacement[];
}

/**
 * Packs to add to a draft, and what that changes.
 *
 * Everything is at the prices and terms of today; tax is in `total` alone.
 */
export interface Suggestion {
    /**
     * What the order reaches, one at least.
     */
    reaches: Threshold[];
    /**
     * What to add: one offer or two.
     */
    additions: AddedPacks[];
    /**
     * What the lines then cost more, goods and their charges.
     */
    outlay: Money;
    /**
     * What the order as a whole then costs less: freight, charges and the yearly rebate.
     */
    saving: Money;
    /**
     * What all of it costs: outlay less saving; negative where the order gets cheaper.
     */
    cost: Money;
    /**
     * What the added goods are worth.
     */
    worth: Money;
    /**
     * Worth less cost: what the suggestion brings.
     */
    net_saving: Money;
    /**
     * The order without tax, as it is and with the addition.
     */
    net: MoneyDifference;
    /**
     * What comes back at the end of the year because of the order, zero or less.
     */
    yearly_rebate: MoneyDifference;
    /**
     * The order with tax.
     */
    total: MoneyDifference;
    /**
     * Whether the supplier refuses the order as it is and takes it so.
     */
    makes_possible: boolean;
    /**
     * The draft's next revision with the addition.
     */
    order: PurchaseOrder;
    /**
     * In words and numbers.
     */
    text: string;
}

/**
 * Which suggestions to make.
 */
export type SuggestionReport = "paying" | "all";

/**
 * What a supplier says of an order, by webhook or when asked.
 *
 * Words and figures are those of UBL 2.1 (Peppol BIS Ordering and Billing 3): order response,
 * despatch or receipt advice, invoice and credit note. Whatever is not stated is left as it is known.
 */
export interface SupplierFact {
    /**
     * The supplier's name for this statement, for the record. Repeating one changes nothing.
     */
    event_id: string;
    /**
     * Grows with what the supplier knows: a version of the order, or the time of the statement in
     * milliseconds. One without counts as older than any with.
     */
    sequence?: number;
    /**
     * Our order as the statement names it.
     */
    reference?: PurchaseOrderId;
    /**
     * The supplier's document.
     */
    document?: DocumentId;
    /**
     * The supplier's word for where the order stands.
     */
    status?: SupplierStatus;
    /**
     * What is said of single lines, each once.
     */
    lines?: LineFact[];
    /**
     * Freight and charges invoiced so far less those credited, without tax.
     */
    charges?: Money;
}

export type SupplierId = Identifier;

/**
 * One supplier's order.
 */
export interface SupplierOrder {
    /**
     * Who.
     */
    supplier: SupplierId;
    /**
     * What people call the supplier, where the terms say it.
     */
    name?: string | null;
    /**
     * The day on which it is delivered, where a supplier's deliveries are split.
     */
    delivery?: Day | null;
    /**
     * How many lines.
     */
    lines: number;
    /**
     * Value of the goods.
     */
    goods: Money;
    /**
     * What the lines cost beside their goods: handling, duty, fees, tax, deposits, rebates, interest.
     */
    line_charges: Money;
    /**
     * Freight of the whole order.
     */
    freight: Money;
    /**
     * What the supplier charges for handling it.
     */
    handling: Money;
    /**
     * What placing and receiving it costs.
     */
    order_cost: Money;
    /**
     * Surcharge for being below the supplier's minimum.
     */
    surcharge: Money;
    /**
     * What it brings in yearly rebate, zero or less.
     */
    yearly_rebate: Money;
    /**
     * All of it.
     */
    total: Money;
}

/**
 * The supplier's word for where an order stands, the most advanced last.
 */
export type SupplierStatus = "acknowledged" | "partially_confirmed" | "confirmed" | "rejected" | "partially_fulfilled" | "fulfilled" | "invoiced" | "cancelled";

/**
 * What a supplier asks of a whole order, and how it delivers.
 *
 * [`SupplierTerms::none`] asks nothing; everything else is a change to one of its fields. Thresholds
 * of value are reached by the goods alone, in the currency of the comparison: those in another are
 * exchanged first.
 */
export interface SupplierTerms {
    /**
     * Who.
     */
    supplier: SupplierId;
    /**
     * What people call the supplier.
     */
    name?: string | null;
    /**
     * Orders with less goods than this are refused, or taken at a surcharge.
     */
    minimum_order_value?: Money | null;
    /**
     * What an order below the minimum costs more; without it, such orders are refused.
     */
    below_minimum_surcharge?: Money | null;
    /**
     * Charged once an order, where no band says otherwise.
     */
    freight?: Money | null;
    /**
     * Freight by value or weight of the order, the smallest first; below the first, `freight` holds.
     */
    freight_bands?: FreightBand[];
    /**
     * Orders with at least this much goods pay no freight.
     */
    free_freight_from?: Money | null;
    /**
     * What the supplier charges for handling an order.
     */
    handling?: Money | null;
    /**
     * What placing and receiving an order costs the buyer.
     */
    order_cost?: Money | null;
    /**
     * What the supplier gives back at the end of the year.
     */
    yearly_rebate?: YearlyRebate | null;
    /**
     * When the goods have to be paid.
     */
    payment?: PaymentTerms | null;
    /**
     * On which days, and until which time of the supplier's day, orders are taken, and on which days
     * goods arrive; without it, always.
     */
    calendar?: Calendar | null;
    /**
     * How far the supplier's clocks are ahead of UTC on the day of ordering; without it, not at all.
     */
    utc_offset?: UtcOffset | null;
    /**
     * The share of deliveries that came in time.
     */
    on_time?: number | null;
    /**
     * The share of deliveries that were as ordered.
     */
    quality?: number | null;
    /**
     * Whether it goes before others that cost the same.
     */
    preferred?: boolean;
    /**
     * Why nothing may be ordered there, if so.
     */
    blocked?: string | null;
}

/**
 * How a product comes about.
 */
export type Supply = "assemble" | "buy";

/**
 * What a switching price says, or why there is none.
 */
export type SwitchOutcome = "wins_at" | "stays_until" | "wins_already" | "loses_already" | "never_wins" | "always_stays" | "not_possible" | "shared_contract";

/**
 * Which lines are asked about, and how thoroughly.
 */
export interface SwitchQuestion {
    /**
     * The products whose lines are asked about; without it, all.
     */
    skus?: Sku[] | null;
    /**
     * What the other lines may do. Without it the whole basket is allocated again where products are
     * named or the basket is small (at most 40 lines and 400 offers for them), otherwise the other
     * lines stay.
     */
    scope?: SwitchScope | null;
}

/**
 * What the other lines do when a price changes.
 */
export type SwitchScope = "whole_basket" | "others_stay";

/**
 * At which price an offer wins or loses a line, all else staying at today's terms.
 *
 * A price of so much means: the offer asks that much, at every price break and in its contract, where
 * it asks more today; for an offer that is already chosen, where it asks less.
 */
export interface SwitchingPrice {
    /**
     * The product that is required.
     */
    sku: Sku;
    /**
     * The day by which.
     */
    need_by: Day;
    /**
     * The offer.
     */
    offer: OfferId;
    /**
     * Who offers.
     */
    supplier: SupplierId;
    /**
     * Whether it serves the line now.
     */
    is_chosen: boolean;
    /**
     * What a unit costs from it today, in the number of packs in which it would best serve the line;
     * none if it cannot, together with the rest.
     */
    unit_price: Money | null;
    /**
     * Packs that would be bought from it at the switching price; at today's where there is none.
     */
    packs: number;
    /**
     * What everything would cost more today: with this offer on the line, or without it where it is
     * chosen. None if that is not possible.
     */
    difference: Money | null;
    /**
     * The highest price at which everything costs less with this offer on the line; where it is
     * chosen, the highest at which nothing costs less without it. To the offer's minor unit, or as
     * fine as its prices. None if there is no such price, see `outcome`.
     */
    switching_price: Money | null;
    /**
     * What the price says, or why there is none.
     */
    outcome: SwitchOutcome;
    /**
     * What the other lines do.
     */
    scope: SwitchScope;
    /**
     * Whether every cost behind the answer is proved to be the least.
     */
    proved: boolean;
}

/**
 * What one system tells about one order; whatever is left out, it does not tell.
 *
 * A system that could not be asked is given with its name alone: its cells then say so.
 */
export interface SystemFacts {
    /**
     * Its name, as the rules and the report call it.
     */
    system: string;
    /**
     * Into which parts it says the order is divided; the order itself, where nobody says.
     */
    sale_orders?: SaleOrderId[];
    /**
     * The order as the system keeps it: one entry, or one for each part that it keeps by itself.
     * Lines, totals, captures and refunds of several entries add up.
     */
    orders?: OrderFacts[];
}

/**
 * What is known of the order in one system: each a template over data and captures. A fact whose
 * value was not captured is not told.
 */
export interface SystemFactsPlan {
    /**
     * Ids by whose numbering it is: `order` = `{order_id}`.
     */
    ids?: Record<string, string>;
    /**
     * The lines, from lists.
     */
    lines?: LinesPlan;
    /**
     * Sums of money by kind: `total` = `{erp_total}`.
     */
    totals?: Record<string, string>;
    /**
     * The currency of sums and prices.
     */
    currency?: string;
    /**
     * The status in the system's own word.
     */
    status?: string;
    /**
     * Times by what happened, as milliseconds since 1970.
     */
    times?: Record<string, string>;
    /**
     * The living documents: one, or a list.
     */
    documents?: string;
}

/**
 * What a system that takes sale orders needs of every line.
 */
export interface SystemNeeds {
    /**
     * Whose lines go to it; all lines without it.
     */
    vendors?: VendorId[] | null;
    /**
     * Whether names of products have to be digits and nothing else.
     */
    numeric_skus?: boolean;
    /**
     * Whether every line has to name its contract.
     */
    contract?: boolean;
}

/**
 * One system and how it is driven.
 */
export interface SystemPlan {
    /**
     * Before every path; what the host makes of an empty one is its affair.
     */
    base_url?: string;
    /**
     * What it offers against doubt and how patient we are.
     */
    policy?: FlowPolicy;
}

/**
 * What is particular to one system.
 */
export interface SystemRules {
    /**
     * Its name.
     */
    system?: string;
    /**
     * Facts that it must tell; without them the order is not consistent.
     */
    must_tell?: Fact[];
    /**
     * Facts that it does not have.
     */
    has_not?: Fact[];
    /**
     * Whether its unit prices contain tax.
     */
    prices?: PriceBasis;
    /**
     * Its names of products.
     */
    skus?: SkuMapping[];
    /**
     * Its units of measure.
     */
    units?: UnitMapping[];
    /**
     * Its names of currencies.
     */
    currencies?: CurrencyMapping[];
}

/**
 * Statuses of one system.
 */
export interface SystemStatuses {
    /**
     * Its name.
     */
    system: string;
    /**
     * Its words, exactly as it writes them.
     */
    statuses: string[];
}

/** A file's name, which messages show, and its content. */
export interface TableFile { name: string; bytes: Uint8Array; }

/** The files of a plan. */
export interface TableFiles extends ProductFiles, MarketFiles {}

/**
 * What is wrong in a file, and where.
 */
export interface TableProblem {
    /**
     * Stable name of the kind of mistake, for programs.
     */
    code: string;
    /**
     * The file's name.
     */
    file: string;
    /**
     * The line, counted from 1.
     */
    line: number;
    /**
     * The column's name; empty where the whole line is meant.
     */
    column: string;
    /**
     * What would have been accepted, in words.
     */
    expected: string;
    /**
     * What came, shortened to a readable length.
     */
    got: string;
}

/**
 * What the parameters of a rule are derived from.
 */
export type Target = { type: "cycle_service_level"; probability: Probability } | { type: "fill_rate"; share: Probability } | ({ type: "least_cost" } & StockCosts) | { type: "cost_per_occasion"; shortage_per_occasion: Money; holding_per_unit_and_day: Money };

/**
 * Tax on a line.
 */
export interface Tax {
    /**
     * Share of what is taxed.
     */
    rate: Rate;
    /**
     * Whether the buyer gets it back, so that it is no cost.
     */
    recoverable: boolean;
}

/**
 * What a tax was reckoned from.
 *
 * A tax whose amount is further from rate times base than rounding every single unit explains is
 * refused.
 */
export interface TaxBase {
    /**
     * Share of the base.
     */
    rate: Rate;
    /**
     * The amount without the tax.
     */
    base: Money;
}

/**
 * Tax of a rate before and after; nothing where a draft does not have the rate.
 */
export interface TaxDifference {
    /**
     * Which rate.
     */
    rate: Rate;
    /**
     * What is taxed.
     */
    base: MoneyDifference;
    /**
     * The tax.
     */
    amount: MoneyDifference;
}

/**
 * How warm goods may get.
 */
export type Temperature = "ambient" | "chilled" | "frozen";

/**
 * One number of the arithmetic and what it is.
 */
export interface Term {
    /**
     * What the number is, in words.
     */
    name: string;
    /**
     * The number with its unit.
     */
    value: string;
}

/**
 * The order as it was last drafted, or as it was agreed with the supplier since.
 */
export interface Terms {
    /**
     * The draft's revision; one more for every change of the supplier's that was accepted.
     */
    revision: number;
    supplier: SupplierId;
    location?: LocationId;
    /**
     * What the draft costs without tax; never touched.
     */
    net: Money;
    /**
     * What the draft costs with tax; never touched.
     */
    total: Money;
    /**
     * Freight and charges of the whole order and of its lines: what the invoice may charge beside
     * the goods.
     */
    charges: Money;
    /**
     * In order of their names.
     */
    ordered: OrderedLine[];
    /**
     * What each of them buys, in the same order.
     */
    products: Product[];
}

/**
 * What an addition reaches.
 */
export type Threshold = { kind: "minimum_order_value"; from: Money } | { kind: "free_freight"; from: Money } | { kind: "freight_band"; from: OrderSize; freight: Money } | { kind: "rebate_tier"; from: Money; rate: Rate } | { kind: "price_break"; line: LineId; from: Quantity | null; unit_price: Money };

/**
 * When something happened to an order.
 */
export interface TimeFact {
    /**
     * What happened, as the rules' chain of times calls it.
     */
    event: string;
    /**
     * When, by the system's own clock.
     */
    at: Timestamp;
}

/** A time of the day, such as `"14:30"`. */
export type TimeOfDay = string;

/** Something told to an object, and when. */
export interface TimedInput<Input> { now: Timestamp; input: Input; }

/** Milliseconds since 1970-01-01T00:00Z. */
export type Timestamp = number;

/**
 * What a person can do about a token.
 */
export type TokenAction = "abort" | "operator_reset";

/**
 * Whether a person can do this now, and why not.
 */
export interface TokenActionAvailability {
    /**
     * What is to be done.
     */
    action: TokenAction;
    /**
     * Why it is not possible; absent when it is.
     */
    refusal?: TokenRefusal;
}

/**
 * What [`step`](super::step) wants done once the new life is stored.
 */
export type TokenCommand = { type: "fetch"; generation: number; deadline_at: Timestamp } | { type: "abort_fetch"; generation: number } | { type: "token_ready"; waiter: RequestReference; generation: number } | { type: "token_failed"; waiter: RequestReference; failure: TokenFailure } | { type: "timer"; at: Timestamp } | { type: "cancel_timer" } | { type: "notify"; notice: TokenNotice; key: string } | { type: "audit" } | { type: "log"; message: string };

/**
 * What can happen to a token. Answers name the generation that was asked for.
 */
export type TokenEvent = { type: "need"; waiter: RequestReference } | { type: "unauthorized"; waiter: RequestReference; generation: number } | { type: "fetch_ok"; generation: number; expires_in_ms?: number } | { type: "fetch_reject"; generation: number; message: string } | { type: "fetch_fail"; generation: number; retry_after_ms?: number } | { type: "timer_due" } | { type: "clock_jump" } | { type: "recover" } | { type: "abort" } | { type: "operator_reset" };

/**
 * Why a request gets no token.
 */
export type TokenFailure = "auth_denied" | "auth_unavailable" | "aborted";

/**
 * What is known about a connection's token; store it, pass it back, change nothing in it.
 *
 * It holds generations and times, never a token.
 *
 * ```
 * use replenish::flow::{ConnectionId, TokenLife, TokenState};
 * let life = TokenLife::new(ConnectionId::new("erp-1")?);
 * assert_eq!(life.state(), TokenState::Absent);
 * # Ok::<(), replenish::unit::Invalid>(())
 * ```
 */
export interface TokenLife {
    /**
     * The format of this value.
     */
    version: number;
    connection: ConnectionId;
    state: TokenState;
    /**
     * The newest fetch, 0 before the first; the token it brings is of this generation.
     */
    fetch: number;
    /**
     * When the running fetch was sent: the token's life is counted from here, so that a slow
     * answer does not lengthen it.
     */
    asked_at?: Timestamp;
    /**
     * The token in hand.
     */
    generation?: number;
    /**
     * When the token in hand ends.
     */
    expires_at?: Timestamp;
    /**
     * The newest generation that ever served, 0 before the first.
     */
    last_generation: number;
    /**
     * Fetches that failed one after the other since anybody began to wait for one.
     */
    failures: number;
    /**
     * Who waits, in the order in which they came, each once.
     */
    waiters: RequestReference[];
    wake_at?: Timestamp;
    /**
     * When the last event was accepted.
     */
    moved_at?: Timestamp;
    /**
     * Answers and timers that came after their turn and changed nothing.
     */
    superseded: number;
}

/**
 * What happens to a token next.
 */
export type TokenNext = "fetch_when_needed" | "answer" | "fetch_again" | "renew" | "operator";

/**
 * What a person is told.
 */
export type TokenNotice = "auth_denied" | "auth_unavailable";

/**
 * How a connection's token is fetched and renewed. All spans are milliseconds.
 *
 * ```
 * use replenish::flow::TokenPolicy;
 * let policy = TokenPolicy { jitter_percent: 0, ..TokenPolicy::default() };
 * let waits: Vec<u64> = (1..=4).map(|n| policy.wait_ms("erp-1", n, None)).collect();
 * assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
 * ```
 */
export interface TokenPolicy {
    /**
     * Counts the changes of this policy, so that a record says which one was in force.
     */
    revision?: number;
    /**
     * How long before its end a token is renewed. One that lives no longer than this is
     * short-lived: good for those who waited for it and for nobody after them.
     */
    margin_ms?: number;
    /**
     * How long a token is taken to live when the server does not say.
     */
    assumed_lifetime_ms?: number;
    /**
     * How long one fetch may stay without an answer.
     */
    fetch_deadline_ms?: number;
    /**
     * Fetches after the first one before those who wait are told that no token can be had.
     */
    max_retries?: number;
    /**
     * First wait between fetches; each further one is twice as long.
     */
    backoff_base_ms?: number;
    /**
     * Longest wait between fetches that we choose ourselves.
     */
    backoff_cap_ms?: number;
    /**
     * Longest wait that the server may ask for.
     */
    retry_after_cap_ms?: number;
    /**
     * Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
     */
    jitter_percent?: number;
    /**
     * Chooses the jitter; the same seed gives the same waits.
     */
    jitter_seed?: number;
}

/**
 * Why a person cannot do something about a token now.
 */
export type TokenRefusal = "nothing_running" | "not_denied";

/**
 * Where a connection's token stands.
 */
export type TokenState = "absent" | "fetching" | "valid" | "refreshing" | "backoff" | "short_lived" | "denied";

/**
 * The next life of a token and what is to be done once it is stored.
 */
export interface TokenStep {
    /**
     * The next life.
     */
    life: TokenLife;
    /**
     * What to do, in order.
     */
    commands: TokenCommand[];
}

/**
 * What a page shows of a token.
 */
export interface TokenView {
    /**
     * Whose token it is.
     */
    connection: ConnectionId;
    /**
     * Where it stands.
     */
    state: TokenState;
    /**
     * The token in hand.
     */
    generation?: number;
    /**
     * When the token in hand ends.
     */
    expires_at?: Timestamp;
    /**
     * How many requests wait.
     */
    waiting: number;
    /**
     * Fetches that failed one after the other.
     */
    failures: number;
    /**
     * What a person can do, and why not the rest.
     */
    actions: TokenActionAvailability[];
    /**
     * What happens next.
     */
    next: TokenNext;
    /**
     * When; absent when it waits for somebody.
     */
    wake_at?: Timestamp;
}

/**
 * The next flow, the record of how it came about, and what is to be done once both are stored.
 */
export interface Told<F, I, C> {
    /**
     * The next flow.
     */
    flow: F;
    /**
     * To be stored with it, in the same transaction.
     */
    record: TransitionRecord<I>;
    /**
     * What to do, in order.
     */
    commands: C[];
}

/**
 * A sum of money of an order.
 */
export interface TotalFact {
    /**
     * What is added up, such as `goods`, `tax`, `shipping` or `total`.
     */
    kind: string;
    /**
     * How much it is.
     */
    amount: Money;
}

/**
 * How far the records of an object go; part of its stored value.
 */
export interface Trail {
    /**
     * How many records there are.
     */
    records: number;
    /**
     * The newest record's checksum, 0 when there is none.
     */
    checksum: number;
}

/**
 * Stock that one location can spare and another lacks.
 */
export interface Transfer {
    /**
     * Where it is taken from.
     */
    from: LocationId;
    /**
     * Where it is brought to.
     */
    to: LocationId;
    /**
     * How much; above zero.
     */
    quantity: Quantity;
    /**
     * What it costs to move it.
     */
    cost: Money;
    /**
     * What it costs less than buying the same.
     */
    saves: Money;
    /**
     * The arithmetic, term by term.
     */
    terms: Term[];
}

/**
 * Which transfers are worth making.
 */
export interface TransferPlan {
    /**
     * The transfers, cheapest lane first.
     */
    transfers: Transfer[];
    /**
     * Locations and lanes that are not counted, and why.
     */
    refused: Invalid[];
}

/**
 * What an input did to an object.
 */
export type TransitionEffect = "moved" | "noted" | "superseded";

/**
 * One transition of one object.
 */
export interface TransitionRecord<I> {
    /**
     * The format of this value.
     */
    version: number;
    /**
     * What kind of object moved.
     */
    object: ObjectKind;
    /**
     * Which object moved.
     */
    id: string;
    /**
     * Its place in the object's life, from 1.
     */
    sequence: number;
    /**
     * When it happened.
     */
    at: Timestamp;
    /**
     * Who or what caused it.
     */
    by: Actor;
    /**
     * Where the cause can be looked up.
     */
    evidence?: string;
    /**
     * The state before.
     */
    from: string;
    /**
     * The state after.
     */
    to: string;
    /**
     * What it did.
     */
    effect: TransitionEffect;
    /**
     * Which revision of the policy was in force.
     */
    policy_revision: number;
    /**
     * What was said.
     */
    input: I;
    /**
     * A number for this record and all before it; against accidents, not against forgers.
     */
    checksum: number;
}

/**
 * A unit of measure, such as `"each"`.
 * @pattern ^[A-Za-z0-9_]{1,12}$
 */
export type Unit = string;

/**
 * A unit that holds an amount of another one.
 */
export interface UnitMapping {
    /**
     * The product it is true of, by our name; absent when it is true of every product.
     */
    sku?: Sku;
    /**
     * The system's unit.
     */
    theirs: Unit;
    /**
     * What one of it holds: `12 each`. Prices are divided by as much, and must be exact then.
     */
    holds: Quantity;
}

/**
 * A requirement that is not covered, or not wholly.
 */
export interface Unmet {
    /**
     * The requirement.
     */
    requirement: Requirement;
    /**
     * How much of it is missing.
     */
    missing: Quantity;
    /**
     * What that costs, where the need says it.
     */
    shortage_cost?: Money | null;
    /**
     * Why, in words; its comparison says why each offer is out.
     */
    reason: string;
}

/**
 * What becomes of demand that finds no stock.
 */
export type UnmetDemand = "back_ordered" | "lost";

/**
 * How pressing a requirement is, the most pressing first.
 */
export type Urgency = "out_of_stock" | "late" | "now" | "due" | "none";

/** How far clocks are ahead of UTC, such as `"+02:00"`. */
export type UtcOffset = string;

export type VendorId = Identifier;

/**
 * The least that a vendor wants to sell in one order.
 */
export interface VendorMinimum {
    /**
     * Who.
     */
    vendor: VendorId;
    /**
     * In the order's currency.
     */
    value: Money;
}

/**
 * What somebody said.
 */
export type Verdict = "approved" | "refused";

/**
 * The warehouse, which sells nothing itself; what it sells is one more location without lead time.
 */
export interface Warehouse {
    /**
     * What it has and what is on order, less what it has promised elsewhere than to its locations.
     */
    position: Quantity;
    /**
     * Days from its order until it can send the goods on.
     */
    lead_time: LeadTime;
    /**
     * Days from one of its orders to the next.
     */
    review_period_days: number;
    /**
     * With which probability the stock of all shall do until the order after this one has reached
     * them; between 0 and 1, both excluded.
     */
    service_level: Probability;
    /**
     * It orders multiples of this; without it, of one unit.
     */
    order_multiple?: Quantity | null;
    /**
     * The smallest quantity that it orders.
     */
    minimum_order_quantity?: Quantity | null;
}

/** Days of the week, such as `"Mon Wed Fri"`. */
export type Weekdays = string;

/**
 * How much of the past a forecast is given.
 */
export type Window = "expanding" | { sliding: { length: number } };

/**
 * What somebody said about the draft.
 */
export type Word = Approval;

/**
 * Where a baseline was better.
 */
export interface WorsePoint {
    /**
     * The baseline's stock value.
     */
    stock_value: number;
    /**
     * The share of demand that its stock covered.
     */
    fill_rate: number;
    /**
     * Our emergency lines over its; absent where it had none.
     */
    ratio: number | null;
}

/**
 * What a supplier gives back on a year's purchases, once they reach a tier.
 */
export interface YearlyRebate {
    /**
     * Goods bought this year so far.
     */
    purchased: Money;
    /**
     * The tiers, the smallest first; the last one reached holds for all of the year's goods.
     */
    tiers: RebateTier[];
}

/**
 * Tells an object what happened; store the answer's life before carrying out its commands.
 */
export function advanceCircuit(life: CircuitLife, input: CircuitEvent, now: Timestamp, policy: CircuitPolicy): CircuitStep;

/**
 * Tells an object what happened; store the answer's life before carrying out its commands.
 */
export function advancePoll(life: PollLife, input: PollEvent, now: Timestamp, policy: PollPolicy): PollStep;

/**
 * Tells an object what happened; store the answer's life before carrying out its commands.
 */
export function advancePurchaseOrder(life: PurchaseOrderFlow, input: PurchaseOrderInput, now: Timestamp, policy: PurchasePolicy): PurchaseOrderAdvance;

/**
 * Tells an object what happened, as JSON text: the stored life, the input and the policy in,
 * three lines out, which are the life to store, the list of commands, and the view.
 */
export function advancePurchaseOrderJson(life: string, input: string, now: number, policy: string): string;

/**
 * Tells many objects what happened. Each line of the text is `{ "life": .., "told": [..] }`
 * with the inputs as `TimedInput`; each line of the answer is the life to store, a tab, and
 * the list of an `InputAnswer` for each input. An input that is refused leaves its life
 * alone, and the next one is told; of a line that cannot be read only the tab and why is
 * answered.
 */
export function advancePurchaseOrdersJson(work: string, policy: string): string;

/**
 * Tells a run what happened; store the answer's run before carrying out its commands.
 */
export function advanceRun(run: RunLife, input: RunInput, now: Timestamp): RunAdvance;

/**
 * Tells an object what happened; store the answer's life before carrying out its commands.
 */
export function advanceSaleOrder(life: SaleOrderFlow, input: SaleOrderInput, now: Timestamp, policy: FlowPolicy): SaleOrderAdvance;

/**
 * Tells an object what happened, as JSON text: the stored life, the input and the policy in,
 * three lines out, which are the life to store, the list of commands, and the view.
 */
export function advanceSaleOrderJson(life: string, input: string, now: number, policy: string): string;

/**
 * Tells many objects what happened. Each line of the text is `{ "life": .., "told": [..] }`
 * with the inputs as `TimedInput`; each line of the answer is the life to store, a tab, and
 * the list of an `InputAnswer` for each input. An input that is refused leaves its life
 * alone, and the next one is told; of a line that cannot be read only the tab and why is
 * answered.
 */
export function advanceSaleOrdersJson(work: string, policy: string): string;

/**
 * Tells an object what happened; store the answer's life before carrying out its commands.
 */
export function advanceToken(life: TokenLife, input: TokenEvent, now: Timestamp, policy: TokenPolicy): TokenStep;

/**
 * Allocates a basket of requirements to suppliers.
 */
export function allocate(basket: Need[], offers: Offer[], terms: SupplierTerms[], options: SourcingOptions): Allocation;

/**
 * Chooses what to buy for a basket in whole numbers, so that the whole costs least. What else the
 * document holds beside suppliers, SKUs and offers is passed over.
 */
export function allocateInstance(instance: BasketInstance, budget?: SearchBudget | null): BasketAnswer;

/**
 * Allocates stock so that every location is as likely as every other not to run out until it is sent
 * more, and none gets more than what brings it to its own service level.
 */
export function allocateStock(available: Quantity, locations: StockLocation[], leftover?: Leftover | null): StockAllocation;

/**
 * Replays recorded demand under our policies and others', compared at equal stock value. What is
 * called after each product gets how many are done.
 */
export function backtest(batch: BatchColumns, request: BacktestRequest, on_progress: (done: number) => void): Backtest;

/**
 * How records of about so many periods are usually divided.
 */
export function backtestOptions(season_length: number, periods: number): Required<BacktestOptions>;

/**
 * Refuses rules that contradict themselves or ask what nobody can give.
 */
export function checkApprovalRules(rules: ApprovalRules): void;

/**
 * What keeps an order from being placed: minimum values, contracts, what order systems ask for;
 * nothing, if nothing does.
 */
export function checkCompletion(order: CustomerOrder, split: Split, rules: CompletionRules): CompletionProblem[];

/**
 * Whether all systems tell the same about an order, fact by fact.
 */
export function checkConsistency(systems: SystemFacts[], rules: ConsistencyRules): ConsistencyMatrix;

/**
 * Whether what a draft says of prices, packs and days still holds.
 */
export function checkPrices(draft: PurchaseOrder, quotes: DraftQuotes, options: PriceCheckOptions): PriceCheck;

/**
 * Whether a request may call, once its circuit was told that it asks; while the circuit is half
 * open, its trial alone may.
 */
export function circuitForRequest(life: CircuitLife, request: RequestReference): Circuit;

/**
 * Ranks the offers for one requirement under the policy of the options.
 */
export function compare(need: Need, offers: Offer[], terms: SupplierTerms[], so_far: OrderSoFar[], options: SourcingOptions): Comparison;

/**
 * Compares two allocations line by line, order by order and cost by cost.
 */
export function compareAllocations(before: Allocation, after: Allocation): AllocationDifference;

/**
 * Finds the cheapest offer of each of many requirements, by landed cost.
 */
export function compareColumns(columns: OfferColumns): ColumnComparison;

/**
 * Whether a purchase order may be placed, who is asked if not, and by which rules.
 */
export function decideApproval(draft: PurchaseOrder, rules: ApprovalRules, context: ApprovalContext, given: Approval[]): ApprovalDecision;

/**
 * Forecasts one history and sums it up: what `replenish` is asked with, as often as one likes, without
 * forecasting again.
 */
export function demandSums(series_columns: SeriesColumns, options: ForecastOptions, periods: number): DemandSums;

/**
 * What a person is told at once about many notifications, those of one kind together.
 */
export function digestNotifications(notifications: Notification[], from: Timestamp, until: Timestamp): Digest;

/**
 * What is different between two states of a draft.
 */
export function draftDifference(before: PurchaseOrder, after: PurchaseOrder): DraftDifference;

/**
 * Drafts the purchase orders of an allocation, one for each supplier, and more where currencies,
 * locations or days divide them.
 */
export function draftPurchaseOrders(allocation: Allocation, context: DraftContext): Drafts;

/**
 * What a run would send, step by step, with what is known only then left open.
 */
export function dryRun(id: string, plan: FlowPlan): PlannedRequest[];

/**
 * Works out what a warehouse must order so that the stock of its whole echelon covers the demand of all
 * locations until the order after this one has come through to them. The first period of all demands
 * begins on `start`.
 */
export function echelonRequirement(warehouse: Warehouse, locations: EchelonLocation[], start: Day, period: Period, today: Day): EchelonRequirement;

/**
 * The economic order quantity: `holding_cost` of a unit in a unit of time, or with price tiers, of its
 * price. `from` and `prices` say from which quantity on which price holds, for the whole order
 * (`all_units`) or for what is above it (`incremental`); empty, there are no tiers.
 */
export function economicLot(fixed_cost: number, holding_cost: number, demand_rate: number, from: Float64Array, prices: Float64Array, tiers: 'all_units' | 'incremental'): LotSize;

/**
 * Works out the demand for every product over an interval, the demand of the kits that it is in
 * included.
 */
export function explodeDemand(kits: Kit[], own: Record<Sku, OwnDemand>): Record<Sku, Answered<DependentDemand>>;

/**
 * Explodes requirements into what must be put together and what must be bought, by product.
 */
export function explodeRequirements(kits: Kit[], requirements: Requirement[], stock: Record<Sku, Quantity>): Record<Sku, Answered<ExplodedRequirement>>;

/**
 * Fits a model to one series, to be kept.
 */
export function fitModel(series: SeriesColumns, options: ForecastOptions): FittedModel;

/**
 * Forecasts one series.
 */
export function forecast(series: SeriesColumns, options: ForecastOptions): Forecast;

/**
 * Forecasts many series at once; a bad one spoils only itself.
 */
export function forecastBatch(batch: BatchColumns, options: ForecastOptions): ForecastColumns;

/**
 * Forecasts one series, and tells what the model expected of its history.
 */
export function forecastInDetail(series: SeriesColumns, options: ForecastOptions): ForecastInDetail;

/**
 * Forecasts a new product by the launches of others; `observed` is the demand of its own first
 * periods and may be empty.
 */
export function forecastLaunch(analogues: readonly Analogue[], observed: Float64Array, options: LaunchOptions): LaunchForecast;

/**
 * What a kept model says of the next periods.
 */
export function forecastModel(model: FittedModel, horizon: number, probabilities: Probability[]): ModelForecast;

/**
 * What an outcome says about the server's health, which its circuit is told.
 */
export function healthOf(outcome: Outcome): Health;

/**
 * The same basket as needs, offers and terms, for `compare` and `allocate`.
 */
export function instanceRequest(instance: BasketInstance, today: Day): SourcingRequest;

/**
 * Demand of one series summed over a lead time: how far off sums of so many periods were, weighted
 * over the lead time's outcomes.
 */
export function leadTimeDemand(series: SeriesColumns, options: ForecastOptions, lead_time: LeadTime, probabilities: Probability[]): LeadTimeDemand;

/**
 * Adds a draft to one that is open, and says what that saves.
 */
export function mergeDrafts(open: PurchaseOrder, addition: PurchaseOrder, quotes: DraftQuotes): Merged;

/**
 * As `leadTimeDemand`, of a kept model.
 */
export function modelLeadTimeDemand(model: FittedModel, lead_time: LeadTime, probabilities: Probability[]): LeadTimeDemand;

/**
 * The circuit of a connection that nobody has called yet: calls pass.
 */
export function openCircuit(connection: ConnectionId): CircuitLife;

/**
 * A wait for something to appear in another system.
 */
export function openPoll(id: string, policy: PollPolicy): PollLife;

/**
 * A drafted purchase order, and the bytes that say the same to the supplier, including every date.
 */
export function openPurchaseOrder(draft: PurchaseOrder, payload: string): PurchaseOrderFlow;

/**
 * A run that waits to be started.
 */
export function openRun(id: string, plan: FlowPlan): RunLife;

/**
 * A sale order that waits to be submitted.
 */
export function openSaleOrder(id: SaleOrderId, lines: LineId[]): SaleOrderFlow;

/**
 * The token of a connection for which none was ever fetched.
 */
export function openToken(connection: ConnectionId): TokenLife;

/**
 * Works out the fewest pieces that weigh at least as much as is needed with at least a probability.
 */
export function piecesForWeight(piece: CatchWeight, need: number, probability: Probability): CaughtWeight;

/**
 * Plans what to buy from histories in columns (as for `forecastBatch`) and the rest as documents.
 */
export function plan(batch: BatchColumns, request: PlanRequest): Plan;

/**
 * Plans what to buy from comma-separated files.
 */
export function planFromTables(files: TableFiles, options: PlanOptions): Plan;

/**
 * Plans orders for needs that are known: `wagner_whitin` at the least cost, `silver_meal` by the
 * heuristic that looks no further than to the next order. The fixed cost is that of an order, the
 * holding cost that of a unit from one period to the next.
 */
export function planLots(needs: Float64Array, fixed_cost: number, holding_cost: number, method: 'wagner_whitin' | 'silver_meal'): LotPlan;

/**
 * The usual options of a plan: a daily review at 95 %, four weeks of forecast.
 */
export function planOptions(today: Day): PlanOptions;

/**
 * What a probe's outcome means for its poll; `sighting` is what the host read from a positive answer.
 */
export function pollProbed(probe: number, outcome: Outcome, sighting: PollSighting | null): PollEvent;

/**
 * Proposes to move what a location has above its own level to locations that are below theirs, where
 * that costs less than buying.
 */
export function proposeTransfers(unit: Unit, locations: StockLocation[], lanes: Lane[], buying_per_unit: Money): TransferPlan;

/**
 * Proves that a split holds every minor unit and every piece of its order once, or says what does
 * not add up.
 */
export function proveSplit(order: CustomerOrder, split: Split): Proof;

/**
 * A seed for policies whose caller has none: 32 random bits, the only randomness there is.
 */
export function randomSeed(): number;

/**
 * Reads a file of series: one series a line (`id,train,…`), or one period a line
 * (`id,date,value,…`).
 */
export function readSeries(file: TableFile, options: SeriesTableOptions): SeriesTable;

/**
 * Reads what `compare` and `allocate` take from comma-separated files.
 */
export function readSourcing(files: SourcingFiles, today: Day): SourcingRequest;

/**
 * Forecasts of all nodes that add up, from forecasts that need not: a path for each node.
 */
export function reconcile(hierarchy: HierarchyColumns, forecasts: readonly (readonly number[])[], options: ReconcileOptions): number[][];

/**
 * What a customer gets back for units, a line or all of a sale order, after earlier refunds of it.
 */
export function refund(saleOrder: SaleOrder, earlier: Refund[], request: RefundRequest): Refund;

/**
 * `refund` of what refunds and later revisions have left of a sale order.
 */
export function refundPlaced(placed: Placed, saleOrder: SaleOrderId, request: RefundRequest): Refund;

/**
 * Plays a sale order's life back through its records, each under the policy of its revision.
 */
export function replaySaleOrder(beginning: SaleOrderFlow, records: TransitionRecord<SaleOrderInput>[], policies: FlowPolicy[]): SaleOrderFlow;

/**
 * Works out what must be bought of one product: microseconds, so that a slider may ask with every
 * step. The first period of the sums begins on `start`, the day for which one plans.
 */
export function replenish(sku: Sku, demand: DemandSums, start: Day, period: Period, stock: StockPosition, policy: Policy, time?: TimeOfDay | null): Replenishment;

/**
 * Adds to an order what makes it worth more, the most useful units first, and takes off what the truck
 * does not take, the least useful first. The first period of all demands begins on `start`.
 */
export function replenishJointly(items: JointItem[], start: Day, period: Period, order: JointOrder): JointReplenishment;

/**
 * Works out what every product of comma-separated files needs, before anybody asks from whom.
 */
export function requirementsFromTables(files: ProductFiles, options: PlanOptions): Requirements;

/**
 * Allocates a basket once more after something about it changed, with little change to the rest.
 */
export function reviseAllocation(needs: Need[], offers: Offer[], terms: SupplierTerms[], options: SourcingOptions, previous: Allocation, change: RevisionOptions): RevisedAllocation;

/**
 * What an edit of an order changes: the sale orders that were placed keep their names and figures,
 * and only the difference is apportioned.
 */
export function reviseOrder(placed: Placed, order: CustomerOrder, rules: SplitRules, terms: RevisionTerms): Revision;

/**
 * The status of an order from the states of its sale orders.
 */
export function rollUp(children: SaleOrderState[]): Rollup;

/**
 * What a parent order's purchase orders come to together.
 */
export function rollUpPurchaseOrders(flows: PurchaseOrderFlow[]): PurchaseRollup;

/**
 * The exit code of a program that has made a run: 0 where it passed.
 */
export function runExitCode(outcome: RunOutcome): number;

/**
 * Draws the demand of some periods by chance; the same seed draws the same demand everywhere.
 */
export function sampleDemand(sampler: DemandSampler, seed: number, periods: number): Float64Array;

/**
 * Works out what other ways of choosing suppliers would have paid for past purchases.
 */
export function savingsLadder(history: PastPurchase[], offers: Offer[], terms: SupplierTerms[], options: SourcingOptions, ladder: LadderOptions): SavingsLadder;

/**
 * The same from comma-separated files.
 */
export function savingsLadderFromTables(files: LadderFiles, ladder: LadderOptions): SavingsReport;

/**
 * Scores one forecast.
 */
export function scoreForecast(_case: ForecastCase): Scores;

/**
 * The built-in flow of seven steps, with changes.
 */
export function sevenSteps(options: SevenSteps): FlowPlan;

/**
 * Simulates one product's stock: an outcome for each so many counted periods, or a single one when
 * `block` is left out.
 */
export function simulateStock(demand: Float64Array, scenario: SimulationScenario, control: SimulationControl, block?: number | null): SimulationOutcome[];

/**
 * Splits a customer's order into sale orders.
 */
export function split(order: CustomerOrder, rules: SplitRules): Split;

/**
 * Splits many orders by vendor, each with its lines in the order of their names.
 */
export function splitColumns(columns: OrderColumns): SplitColumns;

/**
 * Splits customers' orders that are JSON text, and answers with JSON text.
 *
 * The orders are a list, or one document a line; so are the answers, each an `Answered<Split>` in
 * the place of its order. An order that cannot be split spoils no other.
 */
export function splitJson(orders: string, rules: string): string;

/**
 * Serves requirements from stock of products that may stand for them; `buying_per_unit` says what one
 * unit of a required product costs beyond the goods if it is bought.
 */
export function substitute(requirements: Requirement[], substitutes: Substitute[], stock: Record<Sku, SubstituteStock>, buying_per_unit: Record<Sku, Money>): Answered<Substitution>[];

/**
 * What could be added to a draft so that the whole costs less, with the saving.
 */
export function suggestConsolidations(draft: PurchaseOrder, quotes: DraftQuotes, options: ConsolidationOptions): Suggestion[];

/**
 * Which drafts of one supplier could be one order, with the saving.
 */
export function suggestMerges(drafts: PurchaseOrder[], quotes: DraftQuotes, withinDays: number, report: SuggestionReport): MergeSuggestion[];

/**
 * What came of each step of a run, from its records.
 */
export function summarizeRun(records: RunRecord[]): RunSummary;

/**
 * Says for each line of an allocation at which price each other offer would win it.
 */
export function switchingPrices(needs: Need[], offers: Offer[], terms: SupplierTerms[], options: SourcingOptions, allocation: Allocation, question: SwitchQuestion): SwitchingPrice[];

/**
 * Tells a sale order something by an envelope: the next life, the record of how it came about, and
 * what is to be done once both are stored.
 */
export function tellSaleOrder(flow: SaleOrderFlow, envelope: Envelope<SaleOrderInput>, now: Timestamp, policy: FlowPolicy): Told<SaleOrderFlow, SaleOrderInput, SaleOrderHostCommand>;

/**
 * What a token server's answer means for the token; `grant` is what the host read from a positive
 * one.
 */
export function tokenFetched(generation: number, outcome: Outcome, grant: FetchedToken | null): TokenEvent;

/**
 * Simulates one product's stock and shows every period.
 */
export function traceStock(demand: Float64Array, scenario: SimulationScenario, control: SimulationControl): SimulationTrace;

/**
 * The model after further periods, NaN where demand is not known. Nothing is fitted again.
 */
export function updateModel(model: FittedModel, values: Float64Array): FittedModel;

/**
 * What a page shows of an object.
 */
export function viewCircuit(life: CircuitLife): CircuitState;

/**
 * What a page shows of an object.
 */
export function viewPoll(life: PollLife): PollView;

/**
 * What a page shows of an object.
 */
export function viewPurchaseOrder(life: PurchaseOrderFlow): PurchaseOrderView;

/**
 * What a page shows of an object.
 */
export function viewSaleOrder(life: SaleOrderFlow): SaleOrderView;

/**
 * What a page shows of an object.
 */
export function viewToken(life: TokenLife): TokenView;
