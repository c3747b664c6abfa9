//! The working basis of the simplex method with generalised upper bounds.
//!
//! Each group has a key option that takes what its other options leave, so that the basis has only as
//! many columns as there are rows (Dantzig and Van Slyke, "Generalized upper bounding techniques",
//! Journal of Computer and System Sciences 1, 1967).

use super::leaf::Leaf;

/// A column of the working basis.
#[derive(Clone, Copy)]
pub(super) enum Basic {
    Option {
        option: usize,
        group: usize,
    },
    /// What a row has beyond its need.
    Surplus(usize),
    /// What a row lacks, at a penalty.
    Shortage(usize),
}

/// Which options are mixed.
#[derive(Clone)]
pub(super) struct Basis {
    /// The key option of each group.
    pub keys: Vec<usize>,
    /// As many columns as there are rows.
    pub basics: Vec<Basic>,
}

/// A basis with its inverse.
pub(super) struct Simplex<'a> {
    /// What is mixed.
    pub leaf: &'a Leaf,
    /// What each row is charged for a unit that it lacks.
    pub penalty: Vec<f64>,
    /// Which options are mixed.
    pub basis: Basis,
    /// What the keys leave to the other columns, row by row.
    rest: Vec<f64>,
    inverse: Vec<f64>,
    work: Vec<f64>,
    column: Vec<f64>,
    /// How much there is of each basic column.
    pub values: Vec<f64>,
    /// The rows' multipliers.
    pub prices: Vec<f64>,
}

impl<'a> Simplex<'a> {
    /// Takes over a basis, to be factorised.
    pub(super) fn new(leaf: &'a Leaf, penalty: Vec<f64>, basis: Basis) -> Self {
        let rows = leaf.need.len();
        let mut simplex = Self {
            leaf,
            penalty,
            basis,
            rest: vec![0.0; rows],
            inverse: vec![0.0; rows * rows],
            work: vec![0.0; rows * rows],
            column: vec![0.0; rows],
            values: vec![0.0; rows],
            prices: vec![0.0; rows],
        };
        simplex.refresh();
        simplex
    }

    /// Goes over to another basis, to be factorised.
    pub(super) fn load(&mut self, basis: &Basis) {
        self.basis.clone_from(basis);
        self.refresh();
    }

    /// Works out anew what the keys leave.
    fn refresh(&mut self) {
        let rows = self.rest.len();
        for (row, rest) in self.rest.iter_mut().enumerate() {
            // A little less than the need breaks ties; integers that meet this meet the need.
            *rest = self.leaf.need[row] as f64 - 0.2 * ((row + 1) as f64 / (rows + 1) as f64);
        }
        for &key in &self.basis.keys {
            for (row, amount) in self.leaf.entries(key) {
                self.rest[row] -= amount as f64;
            }
        }
    }

    /// Starts from keys and what rows have or lack with them.
    pub(super) fn slack(leaf: &'a Leaf, penalty: Vec<f64>, keys: Vec<usize>) -> Self {
        let rows = leaf.need.len();
        let basics = (0..rows).map(Basic::Surplus).collect();
        let mut simplex = Self::new(leaf, penalty, Basis { keys, basics });
        for row in 0..rows {
            if simplex.rest[row] > 0.0 {
                simplex.basis.basics[row] = Basic::Shortage(row);
            }
        }
        simplex
    }

    /// Makes another option of a group its key. The basis has to be factorised again.
    pub(super) fn rekey(&mut self, group: usize, option: usize) {
        for (row, amount) in self.leaf.entries(self.basis.keys[group]) {
            self.rest[row] += amount as f64;
        }
        for (row, amount) in self.leaf.entries(option) {
            self.rest[row] -= amount as f64;
        }
        self.basis.keys[group] = option;
    }

    /// What a column gives to the rows beyond its group's key.
    fn fill(&mut self, basic: Basic) {
        self.column.fill(0.0);
        match basic {
            Basic::Option { option, group } => {
                for (row, amount) in self.leaf.entries(option) {
                    self.column[row] += amount as f64;
                }
                for (row, amount) in self.leaf.entries(self.basis.keys[group]) {
                    self.column[row] -= amount as f64;
                }
            }
            Basic::Surplus(row) => self.column[row] = -1.0,
            Basic::Shortage(row) => self.column[row] = 1.0,
        }
    }

    /// Inverts the working basis, and derives values and prices.
    pub(super) fn factorise(&mut self) {
        let m = self.values.len();
        for place in 0..m {
            self.fill(self.basis.basics[place]);
            for row in 0..m {
                self.work[row * m + place] = self.column[row];
            }
        }
        let (work, inverse) = (&mut self.work, &mut self.inverse);
        inverse.fill(0.0);
        for row in 0..m {
            inverse[row * m + row] = 1.0;
        }
        for place in 0..m {
            let mut pivot = place;
            for row in place + 1..m {
                if work[row * m + place].abs() > work[pivot * m + place].abs() {
                    pivot = row;
                }
            }
            if pivot != place {
                for at in 0..m {
                    work.swap(pivot * m + at, place * m + at);
                    inverse.swap(pivot * m + at, place * m + at);
                }
            }
            let by = work[place * m + place];
            let scale = if by.abs() < 1e-12 { 0.0 } else { 1.0 / by };
            for at in 0..m {
                work[place * m + at] *= scale;
                inverse[place * m + at] *= scale;
            }
            for row in 0..m {
                let factor = work[row * m + place];
                if row != place && factor != 0.0 {
                    subtract(work, row * m, place * m, m, factor);
                    subtract(inverse, row * m, place * m, m, factor);
                }
            }
        }
        self.derive();
    }

    /// Values and prices of the basis.
    fn derive(&mut self) {
        let m = self.values.len();
        self.prices.fill(0.0);
        for place in 0..m {
            let row = &self.inverse[place * m..(place + 1) * m];
            self.values[place] = row.iter().zip(&self.rest).map(|(a, b)| a * b).sum();
            let cost = match self.basis.basics[place] {
                Basic::Option { option, group } => {
                    (self.leaf.costs[option] - self.leaf.costs[self.basis.keys[group]]) as f64
                }
                Basic::Surplus(_) => 0.0,
                Basic::Shortage(row) => self.penalty[row],
            };
            if cost != 0.0 {
                for (price, entry) in self.prices.iter_mut().zip(row) {
                    *price += cost * entry;
                }
            }
        }
    }

    /// What the mix costs.
    pub(super) fn value(&self) -> f64 {
        let keys: i64 = self.basis.keys.iter().map(|&key| self.leaf.costs[key]).sum();
        let rest: f64 = self.prices.iter().zip(&self.rest).map(|(a, b)| a * b).sum();
        keys as f64 + rest
    }

    /// The option of each group that takes most of it.
    pub(super) fn rounded(&self) -> Vec<usize> {
        let mut options = self.basis.keys.clone();
        for (place, basic) in self.basis.basics.iter().enumerate() {
            if let Basic::Option { option, group } = *basic
                && self.values[place] > self.key_value(group)
                && self.member(group) == Some(place)
            {
                options[group] = option;
            }
        }
        options
    }

    /// The rows' multipliers, none below zero.
    pub(super) fn multipliers(&self) -> Vec<f64> {
        self.prices.iter().map(|price| price.max(0.0)).collect()
    }

    /// How fast each basic column shrinks as another column grows.
    pub(super) fn rates(&mut self, entering: Basic, rates: &mut [f64]) {
        self.fill(entering);
        let m = rates.len();
        for (place, rate) in rates.iter_mut().enumerate() {
            let row = &self.inverse[place * m..(place + 1) * m];
            *rate = row.iter().zip(&self.column).map(|(a, b)| a * b).sum();
        }
    }

    /// The row of the inverse that belongs to a basic column.
    pub(super) fn row(&self, place: usize) -> &[f64] {
        let m = self.values.len();
        &self.inverse[place * m..(place + 1) * m]
    }

    /// Puts a column in the place of another, with the rates of the former.
    pub(super) fn replace(&mut self, place: usize, entering: Basic, rates: &[f64]) {
        let m = rates.len();
        self.basis.basics[place] = entering;
        let by = 1.0 / rates[place];
        for entry in &mut self.inverse[place * m..(place + 1) * m] {
            *entry *= by;
        }
        for (row, &rate) in rates.iter().enumerate() {
            if row != place && rate != 0.0 {
                subtract(&mut self.inverse, row * m, place * m, m, rate);
            }
        }
        self.derive();
    }

    /// What the key of a group takes.
    pub(super) fn key_value(&self, group: usize) -> f64 {
        let mut value = 1.0;
        for (basic, part) in self.basis.basics.iter().zip(&self.values) {
            if matches!(*basic, Basic::Option { group: other, .. } if other == group) {
                value -= part;
            }
        }
        value
    }

    /// The basic column that takes most of a group besides its key.
    pub(super) fn member(&self, group: usize) -> Option<usize> {
        let mut member: Option<usize> = None;
        for (place, basic) in self.basis.basics.iter().enumerate() {
            if matches!(*basic, Basic::Option { group: other, .. } if other == group)
                && member.is_none_or(|best| self.values[place] > self.values[best])
            {
                member = Some(place);
            }
        }
        member
    }

    /// Exchanges the key of a group and a basic column of it. To be factorised again.
    pub(super) fn exchange(&mut self, group: usize, place: usize) {
        let key = self.basis.keys[group];
        if let Basic::Option { option, .. } = self.basis.basics[place] {
            self.rekey(group, option);
            self.basis.basics[place] = Basic::Option { option: key, group };
        }
    }
}

/// Takes a multiple of one row from another.
fn subtract(matrix: &mut [f64], from: usize, row: usize, length: usize, factor: f64) {
    let (target, source) = if from < row {
        let (low, high) = matrix.split_at_mut(row);
        (&mut low[from..from + length], &high[..length])
    } else {
        let (low, high) = matrix.split_at_mut(from);
        (&mut high[..length], &low[row..row + length])
    };
    for (target, source) in target.iter_mut().zip(source) {
        *target -= factor * source;
    }
}
