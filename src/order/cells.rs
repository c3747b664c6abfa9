//! Amounts by row and column, most of which are nothing.

use crate::unit::sort_by;

/// What stands in one column of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) column: usize,
    /// In minor units; not zero.
    pub(super) amount: i64,
}

/// A cell before it is in its row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) row: usize,
    pub(super) cell: Cell,
}

/// Cells row by row.
#[derive(Debug)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
}

/// Sums by column.
#[derive(Debug)]
pub(super) struct Sums {
    amounts: Vec<i64>,
    seen: Vec<bool>,
    /// The columns that have got something.
    columns: Vec<usize>,
}

impl Cells {
    /// Sorts entries by row; those of one row keep their sequence.
    pub(super) fn by_row(entries: &[Entry], rows: usize) -> Self {
        let starts = starts(entries.iter().map(|entry| entry.row), rows);
        let mut next = starts.clone();
        let mut cells = vec![Cell { column: 0, amount: 0 }; entries.len()];
        for entry in entries {
            cells[next[entry.row]] = entry.cell;
            next[entry.row] += 1;
        }
        Self { cells, starts }
    }

    pub(super) fn row(&self, row: usize) -> &[Cell] {
        &self.cells[self.starts[row]..self.starts[row + 1]]
    }
}

/// Where each row begins when items are sorted by row, and where the last one ends.
pub(super) fn starts(item_rows: impl Iterator<Item = usize>, rows: usize) -> Vec<usize> {
    let mut starts = vec![0; rows + 1];
    for row in item_rows {
        starts[row + 1] += 1;
    }
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    starts
}

impl Sums {
    pub(super) fn new(columns: usize) -> Self {
        Self { amounts: vec![0; columns], seen: vec![false; columns], columns: Vec::new() }
    }

    pub(super) fn add(&mut self, cells: &[Cell]) {
        for cell in cells {
            if !self.seen[cell.column] {
                self.seen[cell.column] = true;
                self.columns.push(cell.column);
            }
            self.amounts[cell.column] += cell.amount;
        }
    }

    /// Writes the sums that are not zero in order of their columns, and begins anew.
    pub(super) fn take(&mut self, sums: &mut Vec<Cell>) {
        if !self.columns.is_sorted() {
            sort_by(&mut self.columns, Ord::cmp);
        }
        sums.clear();
        for column in self.columns.drain(..) {
            let amount = std::mem::take(&mut self.amounts[column]);
            self.seen[column] = false;
            if amount != 0 {
                sums.push(Cell { column, amount });
            }
        }
    }
}
