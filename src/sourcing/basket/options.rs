//! The ways to serve a line, spelled out.
//!
//! An option buys nothing, or from one source, or from several at once; what it costs by itself is
//! exact, whatever the price function. Tiers, packs, minimums, shortage and surplus end here: what
//! remains of a purchase is its [`Piece`] of an order.

use super::{
    problem::{Basket, Line, Pick, Source},
    rows::{LARGE, Rows, buyable},
};

/// Every option of every line that is not beaten by another one of its line in all that matters.
#[derive(Debug)]
pub(super) struct Options {
    /// Those of line `l` are `lines[l]..lines[l + 1]`.
    pub(super) lines: Vec<u32>,
    /// What each costs by itself: purchases, shortage less surplus, and [`Options::penalty`] if it
    /// leaves out a line that has to be covered.
    pub(super) costs: Vec<i64>,
    /// The pieces of option `o` are `pieces[piece_offsets[o]..piece_offsets[o + 1]]`, of as many
    /// orders.
    pub(super) piece_offsets: Vec<u32>,
    pub(super) pieces: Vec<u32>,
    pub(super) piece: Pieces,
    /// The slots of line `l` are `line_slots[l]..line_slots[l + 1]`.
    pub(super) line_slots: Vec<u32>,
    /// More than the dearest choice costs above the cheapest, so that as few lines as possible are
    /// left out.
    pub(super) penalty: i64,
    /// How many lines there are that have to be covered.
    pub(super) musts: usize,
    /// The lines of which only some options are there, because there are too many.
    pub(super) incomplete: Vec<u32>,
}

/// What options buy of one order each, by number.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) order: Vec<u32>,
    /// The pair of line and order, counted through all lines.
    pub(super) slot: Vec<u32>,
    /// Where what each adds to rows begins and ends.
    spans: Vec<[u32; 2]>,
    /// The rows that pieces add to, and how much.
    amounts: Vec<(u32, i64)>,
    /// Where its charges begin: one for each of its order's modes, if any of them has a rate.
    charge_offsets: Vec<u32>,
    charges: Vec<i64>,
    /// Its purchases are at `pick_offsets[p]..pick_offsets[p + 1]`.
    pick_offsets: Vec<u32>,
    picks: Vec<(u32, u32)>,
    /// The order of each slot.
    pub(super) slots: Vec<u32>,
}

impl Options {
    /// The options of a basket; none if its numbers are too large to compute with.
    pub(super) fn of(basket: &Basket, rows: &Rows) -> Option<Self> {
        let (penalty, musts) = penalty(basket)?;
        let mut options = Self {
            lines: vec![0],
            costs: Vec::new(),
            piece_offsets: vec![0],
            pieces: Vec::new(),
            piece: Pieces::new(),
            line_slots: vec![0],
            penalty,
            musts,
            incomplete: Vec::new(),
        };
        let mut own_limits = vec![Vec::new(); basket.lines.len()];
        for (limit, line) in rows.own_limits.iter().enumerate() {
            if let Some(line) = *line {
                own_limits[line].push(limit);
            }
        }
        let mut combinations = ALL_COMBINATIONS;
        for (index, line) in basket.lines.iter().enumerate() {
            let sources = sources_of(line, rows, &mut options.piece);
            let mut maker = Maker {
                basket,
                rows,
                line,
                sources: &sources,
                own_limits: &own_limits[index],
                penalty,
                floors: Vec::new(),
                options: &mut options,
            };
            if !maker.make(&mut combinations) {
                options.incomplete.push(u32::try_from(index).ok()?);
            }
            options.line_slots.push(u32::try_from(options.piece.slots.len()).ok()?);
            options.lines.push(u32::try_from(options.costs.len()).ok()?);
        }
        u32::try_from(options.pieces.len()).ok()?;
        Some(options)
    }

    /// The options of a line.
    pub(super) fn of_line(&self, line: usize) -> std::ops::Range<usize> {
        self.lines[line] as usize..self.lines[line + 1] as usize
    }

    /// The pieces of an option.
    #[inline]
    pub(super) fn pieces_of(&self, option: usize) -> &[u32] {
        let range = self.piece_offsets[option] as usize..self.piece_offsets[option + 1] as usize;
        &self.pieces[range]
    }

    /// The purchases of an option, ascending by source.
    pub(super) fn picks(&self, option: usize) -> Vec<Pick> {
        let mut picks: Vec<(u32, u32)> = Vec::new();
        for &piece in self.pieces_of(option) {
            picks.extend_from_slice(self.piece.picks_of(piece as usize));
        }
        picks.sort_unstable();
        let pick =
            |(source, purchase)| Pick { source: source as usize, purchase: purchase as usize };
        picks.into_iter().map(pick).collect()
    }
}

impl Pieces {
    fn new() -> Self {
        Self { pick_offsets: vec![0], ..Self::default() }
    }

    /// The rows a piece adds to, and how much.
    #[inline]
    pub(super) fn amounts_of(&self, piece: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let [first, end] = self.spans[piece];
        self.amounts[first as usize..end as usize].iter().copied()
    }

    /// What a piece is charged in each of its order's modes; nothing if none of them has a rate.
    #[inline]
    pub(super) fn charges_of(&self, piece: usize, modes: usize) -> &[i64] {
        let first = self.charge_offsets[piece];
        if first == u32::MAX { &[] } else { &self.charges[first as usize..first as usize + modes] }
    }

    fn picks_of(&self, piece: usize) -> &[(u32, u32)] {
        &self.picks[self.pick_offsets[piece] as usize..self.pick_offsets[piece + 1] as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "more would not fit in memory")]
    fn add(
        &mut self,
        rows: &Rows,
        line: &Line,
        (order, slot): (usize, u32),
        picks: &[(u32, u32)],
    ) -> u32 {
        let start = self.amounts.len();
        for &(source, purchase) in picks {
            let add = &mut |row, amount| {
                let mut known = self.amounts[start..].iter_mut();
                if picks.len() > 1
                    && let Some(known) = known.find(|known| known.0 == row)
                {
                    known.1 += amount;
                } else {
                    self.amounts.push((row, amount));
                }
            };
            rows.amounts(&line.sources[source as usize], purchase as usize, add);
        }
        if rows.orders[order].rated {
            self.charge_offsets.push(self.charges.len() as u32);
            for mode in &rows.orders[order].modes {
                let value = |&(source, purchase): &(u32, u32)| {
                    line.sources[source as usize].purchases[purchase as usize].value
                };
                let charged = picks.iter().map(|pick| mode.mode.on_value(value(pick)));
                self.charges.push(charged.sum());
            }
        } else {
            self.charge_offsets.push(u32::MAX);
        }
        self.spans.push([start as u32, self.amounts.len() as u32]);
        self.picks.extend_from_slice(picks);
        self.pick_offsets.push(self.picks.len() as u32);
        self.order.push(order as u32);
        self.slot.push(slot);
        (self.order.len() - 1) as u32
    }
}

/// A source, and what matters about its purchases for finding options that are beaten.
struct Usable<'a> {
    place: u32,
    source: &'a Source,
    slot: u32,
    /// How many of its purchases are within the line's most, each a piece from the first one on.
    purchases: usize,
    first_piece: u32,
    units: Vec<i64>,
    compare: Compare,
    /// Whether the rest of the basket can only gain if nothing is bought here.
    droppable: bool,
}

/// Which purchases of a source serve the rest of the basket as well as one of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Compare {
    All,
    Larger,
    Smaller,
    Same,
}

fn sources_of<'a>(line: &'a Line, rows: &Rows, pieces: &mut Pieces) -> Vec<Usable<'a>> {
    let mut usable: Vec<Usable<'a>> = Vec::with_capacity(line.sources.len());
    for (place, source) in (0_u32..).zip(&line.sources) {
        let purchases = buyable(line, source);
        if purchases == 0 || rows.orders[source.order].modes.is_empty() {
            continue;
        }
        let known = usable.iter().find(|other| other.source.order == source.order);
        let slot = known.map_or_else(
            || {
                pieces.slots.push(u32::try_from(source.order).unwrap_or(u32::MAX));
                u32::try_from(pieces.slots.len() - 1).unwrap_or(u32::MAX)
            },
            |other| other.slot,
        );
        let first_piece = u32::try_from(pieces.order.len()).unwrap_or(u32::MAX);
        for purchase in (0_u32..).take(purchases) {
            pieces.add(rows, line, (source.order, slot), &[(place, purchase)]);
        }
        let units = source.purchases[..purchases].iter();
        usable.push(Usable {
            place,
            source,
            slot,
            purchases,
            first_piece,
            units: units.map(|purchase| purchase.packs * source.units_per_pack).collect(),
            compare: comparison(pieces, rows, source.order, first_piece as usize, purchases),
            droppable: droppable(pieces, rows, source.order, first_piece as usize, purchases),
        });
    }
    usable
}

fn comparison(
    pieces: &Pieces,
    rows: &Rows,
    order: usize,
    first: usize,
    purchases: usize,
) -> Compare {
    let modes = rows.orders[order].modes.len();
    let (mut rising, mut falling) = (true, true);
    for piece in first + 1..first + purchases {
        for ((_, before), (_, after)) in pieces.amounts_of(piece - 1).zip(pieces.amounts_of(piece))
        {
            rising &= before <= after;
            falling &= before >= after;
        }
        let charges = pieces.charges_of(piece - 1, modes).iter();
        for (before, after) in charges.zip(pieces.charges_of(piece, modes)) {
            rising &= before >= after;
            falling &= before <= after;
        }
    }
    match (rising, falling) {
        (true, true) => Compare::All,
        (true, false) => Compare::Larger,
        (false, true) => Compare::Smaller,
        (false, false) => Compare::Same,
    }
}

fn droppable(pieces: &Pieces, rows: &Rows, order: usize, first: usize, purchases: usize) -> bool {
    let modes = &rows.orders[order].modes;
    modes.iter().all(|mode| mode.mode.cost >= 0)
        && (first..first + purchases).all(|piece| {
            pieces.amounts_of(piece).all(|(_, amount)| amount <= 0)
                && pieces.charges_of(piece, modes.len()).iter().all(|&charge| charge >= 0)
        })
}

/// Makes the options of one line.
struct Maker<'a, 'b> {
    basket: &'a Basket,
    rows: &'a Rows,
    line: &'a Line,
    sources: &'b [Usable<'a>],
    own_limits: &'b [usize],
    penalty: i64,
    /// For each source and purchase, what the cheapest option costs that buys there alone and serves
    /// the rest of the basket as well.
    floors: Vec<Vec<i64>>,
    options: &'b mut Options,
}

impl Maker<'_, '_> {
    /// Makes them; whether all could be made.
    fn make(&mut self, combinations: &mut u64) -> bool {
        if self.allowed(&[]) {
            let cost = self.cost(0, 0);
            self.push(cost, &[]);
        }
        let at_most = usize::try_from(self.line.sources_at_most).unwrap_or(usize::MAX);
        let mut size = at_most.min(self.sources.len());
        let wanted = size;
        while size > 1 && self.combinations(size) > COMBINATIONS.min(*combinations) {
            size -= 1;
        }
        *combinations = combinations.saturating_sub(self.combinations(size));
        let mut chosen = Vec::with_capacity(size);
        for size in 1..=size {
            self.choose(0, size, &mut chosen);
        }
        size == wanted
    }

    /// How many combinations of purchases of at most some sources there are.
    fn combinations(&self, size: usize) -> u64 {
        let mut counts = vec![0_u64; size + 1];
        counts[0] = 1;
        for source in self.sources {
            for taken in (1..=size).rev() {
                let more = counts[taken - 1].saturating_mul(source.purchases as u64);
                counts[taken] = counts[taken].saturating_add(more);
            }
        }
        counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count))
    }

    /// Chooses sources from one on, and makes their options.
    fn choose(&mut self, from: usize, size: usize, chosen: &mut Vec<usize>) {
        if chosen.len() == size {
            self.combine(chosen);
            return;
        }
        for source in from..self.sources.len() {
            chosen.push(source);
            self.choose(source + 1, size, chosen);
            chosen.pop();
        }
    }

    /// Makes the options that buy from each of some sources, large purchases first.
    fn combine(&mut self, chosen: &[usize]) {
        let group = self.options.costs.len();
        let mut kept: Vec<usize> = Vec::new();
        let mut at: Vec<usize> = chosen.iter().map(|&s| self.sources[s].purchases - 1).collect();
        let last = chosen.len() - 1;
        let mut floor = i64::MAX;
        let sweeping = matches!(self.sources[chosen[last]].compare, Compare::All | Compare::Larger);
        loop {
            let mut units = Some(0_i64);
            let mut cost = 0_i64;
            for (&source, &purchase) in chosen.iter().zip(&at) {
                let source = &self.sources[source];
                units = units.and_then(|units| units.checked_add(source.units[purchase]));
                cost += source.source.purchases[purchase].cost;
            }
            if let Some(units) = units.filter(|&units| units <= self.line.most) {
                let cost = self.cost(units, cost);
                if cost < floor
                    && !self.beaten(chosen, &at, cost, group, &kept)
                    && (self.own_limits.is_empty() || self.allowed_at(chosen, &at))
                {
                    self.push_combination(chosen, &at, cost);
                    kept.extend_from_slice(&at);
                    if sweeping {
                        floor = cost;
                    }
                }
            }
            // The next combination, the last source's purchase falling fastest.
            let mut place = last;
            loop {
                if at[place] > 0 {
                    at[place] -= 1;
                    break;
                }
                at[place] = self.sources[chosen[place]].purchases - 1;
                floor = i64::MAX;
                if place == 0 {
                    if chosen.len() == 1 {
                        self.floors.push(self.floors_of(chosen[0], group, &kept));
                    }
                    return;
                }
                place -= 1;
            }
        }
    }

    /// Whether an option that costs no more serves the rest of the basket as well.
    fn beaten(
        &self,
        chosen: &[usize],
        at: &[usize],
        cost: i64,
        group: usize,
        kept: &[usize],
    ) -> bool {
        let size = chosen.len();
        let costs = &self.options.costs[group..];
        for (&other, kept) in costs.iter().zip(kept.chunks_exact(size)) {
            if other <= cost {
                let serves = |((&source, &by), &purchase): ((&usize, &usize), &usize)| {
                    by == purchase
                        || match self.sources[source].compare {
                            Compare::All => true,
                            Compare::Larger => by >= purchase,
                            Compare::Smaller => by <= purchase,
                            Compare::Same => false,
                        }
                };
                if chosen.iter().zip(kept).zip(at).all(serves) {
                    return true;
                }
            }
        }
        // Buying from fewer sources is as good where the others only cost.
        match (chosen, at) {
            (&[source], _) => {
                self.sources[source].droppable
                    && self.options.costs[self.first()..]
                        .first()
                        .is_some_and(|&nothing| self.nothing_made() && nothing <= cost)
            }
            (&[a, b], &[in_a, in_b]) => {
                (self.sources[b].droppable && self.floors[a][in_a] <= cost)
                    || (self.sources[a].droppable && self.floors[b][in_b] <= cost)
            }
            _ => false,
        }
    }

    fn first(&self) -> usize {
        self.options.lines.last().map_or(0, |&first| first as usize)
    }

    /// Whether the line's first option is to buy nothing.
    fn nothing_made(&self) -> bool {
        let first = self.first();
        self.options.piece_offsets.len() > first + 1 && self.options.pieces_of(first).is_empty()
    }

    fn floors_of(&self, source: usize, group: usize, kept: &[usize]) -> Vec<i64> {
        let source = &self.sources[source];
        let mut exact = vec![i64::MAX; source.purchases];
        for (&purchase, &cost) in kept.iter().zip(&self.options.costs[group..]) {
            exact[purchase] = exact[purchase].min(cost);
        }
        let mut floor = i64::MAX;
        match source.compare {
            Compare::Same => {}
            Compare::All => {
                let least = exact.iter().copied().min().unwrap_or(i64::MAX);
                exact.fill(least);
            }
            Compare::Larger => {
                for cost in exact.iter_mut().rev() {
                    floor = floor.min(*cost);
                    *cost = floor;
                }
            }
            Compare::Smaller => {
                for cost in &mut exact {
                    floor = floor.min(*cost);
                    *cost = floor;
                }
            }
        }
        exact
    }

    fn allowed_at(&self, chosen: &[usize], at: &[usize]) -> bool {
        let picks: Vec<(usize, usize)> = chosen.iter().copied().zip(at.iter().copied()).collect();
        self.allowed(&picks)
    }

    /// Whether some purchases keep within the limits that concern this line alone.
    fn allowed(&self, picks: &[(usize, usize)]) -> bool {
        self.own_limits.iter().all(|&limit| {
            let mut taken = 0_i128;
            for &(source, purchase) in picks {
                let source = self.sources[source].source;
                for &(other, amount) in &source.limits {
                    if other == limit {
                        taken += i128::from(amount) * i128::from(source.purchases[purchase].packs);
                    }
                }
            }
            taken <= i128::from(self.basket.limits[limit].capacity)
        })
    }

    /// What the purchases of some units cost, with what is missing or over.
    #[inline]
    fn cost(&self, units: i64, purchases: i64) -> i64 {
        let missing = self.line.required.saturating_sub(units);
        if missing < 0 {
            return purchases - self.line.surplus_value.times(-missing);
        }
        if missing == 0 {
            return purchases;
        }
        match self.line.shortage_cost {
            Some(cost) => purchases + cost.times(missing),
            None => purchases + self.penalty,
        }
    }

    fn push_combination(&mut self, chosen: &[usize], at: &[usize], cost: i64) {
        let mut pieces: Vec<u32> = Vec::with_capacity(chosen.len());
        for (index, (&source, &purchase)) in chosen.iter().zip(at).enumerate() {
            let usable = &self.sources[source];
            if chosen[..index].iter().any(|&before| self.sources[before].slot == usable.slot) {
                continue;
            }
            let joined: Vec<(u32, u32)> = (chosen.iter().zip(at))
                .filter(|(source, _)| self.sources[**source].slot == usable.slot)
                .map(|(&source, &purchase)| {
                    (self.sources[source].place, u32::try_from(purchase).unwrap_or(u32::MAX))
                })
                .collect();
            if joined.len() == 1 {
                pieces.push(usable.first_piece + joined[0].1);
            } else {
                let slot = (usable.source.order, usable.slot);
                pieces.push(self.options.piece.add(self.rows, self.line, slot, &joined));
            }
            debug_assert!(purchase < usable.purchases);
        }
        self.push(cost, &pieces);
    }

    fn push(&mut self, cost: i64, pieces: &[u32]) {
        self.options.costs.push(cost);
        self.options.pieces.extend_from_slice(pieces);
        let end = u32::try_from(self.options.pieces.len()).unwrap_or(u32::MAX);
        self.options.piece_offsets.push(end);
    }
}

/// More than choices can differ by, and how many lines have to be covered; none if numbers are too
/// large.
fn penalty(basket: &Basket) -> Option<(i64, usize)> {
    let (mut range, mut musts) = (1_i128, 0_i128);
    for line in &basket.lines {
        let sources = i128::from(line.sources_at_most).min(line.sources.len() as i128);
        let (mut cheapest, mut dearest, mut units) = (0_i128, 0_i128, 0_i128);
        for source in &line.sources {
            let (mut low, mut high, mut charge) = (0_i128, 0_i128, 0_i128);
            for purchase in &source.purchases[..buyable(line, source)] {
                low = low.min(i128::from(purchase.cost));
                high = high.max(i128::from(purchase.cost));
                for mode in &basket.orders[source.order].modes {
                    charge = charge.max(i128::from(mode.on_value(purchase.value)).abs());
                }
            }
            cheapest += low - charge;
            dearest = dearest.max(high + charge);
            let bought = buyable(line, source).checked_sub(1).map(|last| source.purchases[last]);
            let packs = bought.map_or(0, |purchase| i128::from(purchase.packs));
            units += packs * i128::from(source.units_per_pack);
        }
        let over = units.min(i128::from(line.most)) - i128::from(line.required);
        let surplus = line.surplus_value.times(i64::try_from(over.max(0)).ok()?);
        let short = line.shortage_cost.map_or(0, |cost| cost.times(line.required.max(0)));
        musts += i128::from(line.shortage_cost.is_none());
        range += sources * dearest - cheapest + i128::from(surplus).abs() + i128::from(short).abs();
    }
    for order in &basket.orders {
        let costs = order.modes.iter().map(|mode| i128::from(mode.cost).abs());
        range += costs.max().unwrap_or(0);
    }
    let fits = range < LARGE && range * (musts + 2) < LARGE * 8;
    fits.then(|| Some((i64::try_from(range).ok()?, usize::try_from(musts).ok()?))).flatten()
}

/// Beyond as many combinations of purchases of a line, and of all lines, options buy from fewer sources
/// at once.
const COMBINATIONS: u64 = 40_000_000;
const ALL_COMBINATIONS: u64 = 60_000_000;
