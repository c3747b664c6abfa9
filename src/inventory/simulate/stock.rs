//! What lies on the shelf: a number where nothing expires, a queue of lots where something does.

use super::{
    Issue,
    control::NEGLIGIBLE,
    scenario::{Lot, Scenario, Unmet},
};

/// Stock of one product.
pub(super) trait Stock {
    /// Takes in goods; those that arrive after a period's customers are of the next period.
    fn receive(&mut self, quantity: f64, period: usize);
    /// Throws away what can no longer be sold, and says how much.
    fn expire(&mut self, period: usize) -> f64;
    /// Serves customers, and says how much was missing.
    fn serve(&mut self, demand: f64) -> f64;
    /// What is on the shelf.
    fn on_hand(&self) -> f64;
    /// For what customers wait.
    fn back_ordered(&self) -> f64;
    /// What will have expired when a period begins.
    fn expiring(&self, period: usize) -> f64;
    /// What is on the shelf by age.
    fn lots(&self) -> LotRing<'_>;
}

/// Stock that keeps: what is on hand, or below zero what customers wait for.
pub(super) struct Lasting {
    net: f64,
    /// How far below zero it may go.
    least: f64,
}

impl Lasting {
    pub(super) fn new(scenario: &Scenario<'_>) -> Self {
        let least = match scenario.unmet {
            Unmet::BackOrdered => f64::NEG_INFINITY,
            Unmet::Lost | Unmet::Emergency => 0.0,
        };
        Self { net: scenario.on_hand, least }
    }
}

impl Stock for Lasting {
    fn receive(&mut self, quantity: f64, _: usize) {
        self.net += quantity;
    }

    fn expire(&mut self, _: usize) -> f64 {
        0.0
    }

    fn serve(&mut self, demand: f64) -> f64 {
        let missing = demand - self.net.max(0.0);
        self.net = (self.net - demand).max(self.least);
        shortage(missing, demand)
    }

    fn on_hand(&self) -> f64 {
        self.net.max(0.0)
    }

    fn back_ordered(&self) -> f64 {
        (-self.net).max(0.0)
    }

    fn expiring(&self, _: usize) -> f64 {
        0.0
    }

    fn lots(&self) -> LotRing<'_> {
        LotRing::NONE
    }
}

/// Stock that expires: lots by age in a ring, none of them empty.
pub(super) struct Expiring {
    ring: Vec<Lot>,
    /// Where the oldest lot is, counted on and on; its place in the ring is what remains of it.
    oldest: usize,
    count: usize,
    on_hand: f64,
    back_ordered: f64,
    shelf_life: usize,
    issue: Issue,
    unmet: Unmet,
}

impl Expiring {
    pub(super) fn new(scenario: &Scenario<'_>, shelf_life: u32) -> Self {
        let shelf_life = shelf_life as usize;
        // Receipts of one period share a lot, so there is one for each period of the shelf life and one
        // that arrived behind the customers, beside those from the start.
        let alive = shelf_life.min(scenario.demand.len()) + 3 + scenario.lots.len();
        let mut stock = Self {
            ring: vec![Lot::default(); alive.next_power_of_two()],
            oldest: 0,
            count: 0,
            on_hand: 0.0,
            back_ordered: 0.0,
            shelf_life,
            issue: scenario.issue,
            unmet: scenario.unmet,
        };
        for &lot in scenario.lots {
            stock.put(lot);
        }
        stock.receive(scenario.on_hand, 0);
        stock
    }

    fn place(&self, index: usize) -> usize {
        self.oldest.wrapping_add(index) & (self.ring.len() - 1)
    }

    /// Adds a lot that expires no earlier than any other.
    fn put(&mut self, lot: Lot) {
        if lot.quantity <= 0.0 {
            return;
        }
        self.on_hand += lot.quantity;
        if self.count > 0 {
            let place = self.place(self.count - 1);
            let freshest = &mut self.ring[place];
            if freshest.expires == lot.expires {
                freshest.quantity += lot.quantity;
                return;
            }
        }
        let place = self.place(self.count);
        self.ring[place] = lot;
        self.count += 1;
    }

    /// Takes goods off the shelf, and says how much was not there.
    fn take(&mut self, wanted: f64) -> f64 {
        let mut missing = wanted;
        while self.count > 0 {
            let place = match self.issue {
                Issue::FirstExpired | Issue::FirstIn => self.place(0),
                Issue::Freshest => self.place(self.count - 1),
            };
            let lot = &mut self.ring[place];
            if lot.quantity > missing {
                lot.quantity -= missing;
                self.on_hand -= missing;
                return 0.0;
            }
            missing -= lot.quantity;
            self.on_hand -= lot.quantity;
            self.count -= 1;
            if self.issue != Issue::Freshest {
                self.oldest = self.oldest.wrapping_add(1);
            }
        }
        // What rounding left of the sum of no lots.
        self.on_hand = 0.0;
        missing
    }
}

impl Stock for Expiring {
    fn receive(&mut self, quantity: f64, period: usize) {
        let waiting = quantity.min(self.back_ordered);
        self.back_ordered -= waiting;
        let expires = period.saturating_add(self.shelf_life);
        self.put(Lot { expires, quantity: quantity - waiting });
    }

    fn expire(&mut self, period: usize) -> f64 {
        let wasted = self.expiring(period);
        if wasted > 0.0 {
            self.oldest = self.oldest.wrapping_add(1);
            self.count -= 1;
            self.on_hand = if self.count == 0 { 0.0 } else { self.on_hand - wasted };
        }
        wasted
    }

    fn serve(&mut self, demand: f64) -> f64 {
        let short = shortage(self.take(demand), demand);
        if self.unmet == Unmet::BackOrdered {
            self.back_ordered += short;
        }
        short
    }

    fn on_hand(&self) -> f64 {
        self.on_hand
    }

    fn back_ordered(&self) -> f64 {
        self.back_ordered
    }

    fn expiring(&self, period: usize) -> f64 {
        // INVARIANT: one lot expires in each period, and those of the periods before are gone.
        let oldest = self.ring[self.place(0)];
        if self.count > 0 && oldest.expires <= period { oldest.quantity } else { 0.0 }
    }

    fn lots(&self) -> LotRing<'_> {
        LotRing { ring: &self.ring, oldest: self.oldest, count: self.count }
    }
}

/// Lots by age, read only.
#[derive(Clone, Copy, Debug)]
pub(super) struct LotRing<'a> {
    ring: &'a [Lot],
    oldest: usize,
    count: usize,
}

impl<'a> LotRing<'a> {
    /// No lots.
    pub(super) const NONE: LotRing<'static> = LotRing { ring: &[], oldest: 0, count: 0 };

    pub(super) fn iter(self) -> impl Iterator<Item = Lot> + 'a {
        (0..self.count)
            .map(move |index| self.ring[self.oldest.wrapping_add(index) & (self.ring.len() - 1)])
    }
}

/// What is missing of a demand, unless it is the rounding error of a sum.
fn shortage(missing: f64, demand: f64) -> f64 {
    if missing > demand * NEGLIGIBLE { missing } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(issue: Issue) -> Expiring {
        let lots = [Lot { expires: 1, quantity: 2.0 }, Lot { expires: 2, quantity: 3.0 }];
        let scenario = Scenario {
            shelf_life: Some(2),
            lots: &lots,
            on_hand: 1.0,
            issue,
            ..Scenario::new(&[0.0; 9])
        };
        Expiring::new(&scenario, 2)
    }

    fn seen(stock: &Expiring) -> Vec<(usize, f64)> {
        stock.lots().iter().map(|lot| (lot.expires, lot.quantity)).collect()
    }

    #[test]
    fn goods_of_one_age_share_a_lot() {
        assert_eq!(seen(&shelf(Issue::FirstExpired)), [(1, 2.0), (2, 4.0)]);
    }

    #[test]
    fn customers_get_the_oldest_or_the_freshest() {
        let mut fifo = shelf(Issue::FirstExpired);
        let mut lifo = shelf(Issue::Freshest);
        assert!(fifo.serve(3.0) + lifo.serve(3.0) <= 0.0);
        assert_eq!(seen(&fifo), [(2, 3.0)]);
        assert_eq!(seen(&lifo), [(1, 2.0), (2, 1.0)]);
        assert_eq!([fifo.expiring(1), lifo.expiring(1)].map(f64::to_bits), [0, 2.0_f64.to_bits()]);
        let wasted = [fifo.expire(1), lifo.expire(1)];
        assert_eq!(wasted.map(f64::to_bits), [0, 2.0_f64.to_bits()]);
        assert_eq!(lifo.serve(5.0).to_bits(), 4.0_f64.to_bits());
        assert_eq!(lifo.on_hand().to_bits(), 0);
    }
}
