//! Values that arrive as comma-separated text (RFC 4180), refused with file, line and column.
//!
//! A file is read to its end even when rows are bad, so that a person repairs them all at once;
//! reading stops at [`MAX_PROBLEMS`].

use super::{Invalid, Mistake, quantity};
use csv_core::{ReadRecordResult, Reader};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, fmt, ops::ControlFlow, str::FromStr};

/// How many problems of one file are listed before reading stops.
pub const MAX_PROBLEMS: usize = 20;

/// The problem of a file that has only a header.
const WITHOUT_ROWS: &str = "file_without_rows";

/// Rows that were refused, in the order of the file, by what they are about: each spoils that alone.
pub type RefusedRows<K> = Vec<(K, TableProblem)>;

/// How many rows may be refused one by one before the file counts as none of this kind.
const MAX_REFUSED: usize = 10_000;

/// Keeps why a row is refused; too many such are the file's own problem.
///
/// # Errors
///
/// The problem itself, once there are ten thousand.
pub(crate) fn refuse_row<K>(
    refused: &mut RefusedRows<K>,
    key: K,
    file: File<'_>,
    line: u64,
    invalid: Invalid,
) -> Result<(), Invalid> {
    if refused.len() >= MAX_REFUSED {
        return Err(invalid);
    }
    refused.push((key, TableProblem::new(file, line, invalid)));
    Ok(())
}

/// A file as the caller has it: the name that messages show, and the bytes.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Shown in messages; never opened.
    pub name: &'a str,
    /// The content, UTF-8, with or without a byte-order mark.
    pub bytes: &'a [u8],
}

/// A column that a file may have.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name in the header row.
    pub name: &'static str,
    /// Whether the file is refused without it.
    pub required: bool,
}

impl Column {
    /// A column that must be there.
    pub const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    /// A column that may be left out; its cells then read as blank.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize, thiserror::Error)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TableProblem {
    /// Stable name of the kind of mistake, for programs.
    #[cfg_attr(target_family = "wasm", tsify(type = "string"))]
    pub code: &'static str,
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column's name; empty where the whole line is meant.
    pub column: String,
    /// What would have been accepted, in words.
    pub expected: String,
    /// What came, shortened to a readable length.
    pub got: String,
}

impl TableProblem {
    /// Says where in a file something cannot be accepted; the path is the column's name.
    pub fn new(file: File<'_>, line: u64, invalid: Invalid) -> Self {
        let Mistake { code, path, expected, got } = invalid.into();
        Self { code, file: file.name.to_owned(), line, column: path, expected, got }
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if !self.column.is_empty() {
            write!(f, ": column `{}`", self.column)?;
        }
        write!(f, ": expected {}, got `{}`", self.expected, self.got)
    }
}

/// One row, its cells addressed by the position of their column in the list given to [`read`].
#[derive(Debug)]
pub struct Row<'a> {
    line: u64,
    columns: &'a [Column],
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The line on which the row begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// A cell's text without the spaces around it; blank where the file has no such column.
    pub fn text(&self, column: usize) -> &'a str {
        self.cells[column]
    }

    /// A cell read as a value.
    ///
    /// # Errors
    ///
    /// When the cell is blank or is no such value.
    pub fn parse<T: FromStr<Err = Invalid>>(&self, column: usize) -> Result<T, Invalid> {
        self.text(column).parse().map_err(|invalid| self.problem(column, invalid))
    }

    /// A cell read as a value where it is not blank.
    ///
    /// # Errors
    ///
    /// When the cell is not blank and no such value.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, column: usize) -> Result<Option<T>, Invalid> {
        if self.text(column).is_empty() { Ok(None) } else { self.parse(column).map(Some) }
    }

    /// A cell read as a number of zero or more.
    ///
    /// # Errors
    ///
    /// When the cell is blank, no number, or negative.
    pub fn amount(&self, column: usize) -> Result<Decimal, Invalid> {
        let text = self.text(column);
        let number = quantity::decimal(text).map_err(|invalid| self.problem(column, invalid))?;
        if number.is_sign_negative() && !number.is_zero() {
            let invalid = Invalid::new("number_negative", "a number of zero or more", text);
            return Err(self.problem(column, invalid));
        }
        Ok(number)
    }

    /// A cell read as a number of zero or more where it is not blank.
    ///
    /// # Errors
    ///
    /// When the cell is not blank and no number, or negative.
    pub fn optional_amount(&self, column: usize) -> Result<Option<Decimal>, Invalid> {
        if self.text(column).is_empty() { Ok(None) } else { self.amount(column).map(Some) }
    }

    /// A cell read as a whole number of zero or more.
    ///
    /// # Errors
    ///
    /// When the cell is blank, or no whole number up to 4,294,967,295.
    pub fn count(&self, column: usize) -> Result<u32, Invalid> {
        let text = self.text(column);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.ok_or_else(|| {
            self.problem(
                column,
                Invalid::new("number_invalid", "a whole number of zero or more", text),
            )
        })
    }

    /// Says in which column a value that cannot be accepted stands.
    pub fn problem(&self, column: usize, invalid: Invalid) -> Invalid {
        invalid.at(self.columns[column].name)
    }
}

/// Hands every row of a file to `take`, and names the file's columns that nobody asked for.
///
/// # Errors
///
/// Every problem found, those that `take` returns among them, at most [`MAX_PROBLEMS`]: a file that
/// is empty or not UTF-8, a header without a required column or with one twice, a row of another
/// length, an unclosed quote.
pub fn read(
    file: File<'_>,
    columns: &[Column],
    // Not generic: one copy of the reader serves every kind of file.
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), Invalid>,
) -> Result<Vec<String>, Vec<TableProblem>> {
    let mut problems = Vec::new();
    let ignored = read_each(file, columns, &mut |line, row| {
        let invalid = row.and_then(&mut *take).err();
        problems.extend(invalid.map(|invalid| TableProblem::new(file, line, invalid)));
        if problems.len() < MAX_PROBLEMS {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    if problems.is_empty() { Ok(ignored) } else { Err(problems) }
}

/// As [`read`], of a file that may have no row under its header.
///
/// # Errors
///
/// As [`read`].
pub fn read_any(
    file: File<'_>,
    columns: &[Column],
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), Invalid>,
) -> Result<Vec<String>, Vec<TableProblem>> {
    match read(file, columns, take) {
        Err(problems) if matches!(&problems[..], [only] if only.code == WITHOUT_ROWS) => {
            Ok(Vec::new())
        }
        result => result,
    }
}

/// Takes a row, or what is wrong with it, and its line; breaks off where reading is to stop.
pub type TakeRow<'t> = dyn FnMut(u64, Result<&Row<'_>, Invalid>) -> ControlFlow<()> + 't;

/// The same for a reader to whom a bad row is the loss of that row alone.
///
/// # Errors
///
/// What is wrong with the file as a whole: it is empty or not UTF-8, its header lacks a required
/// column or has one twice, there is no row.
pub fn read_each(
    file: File<'_>,
    columns: &[Column],
    take: &mut TakeRow<'_>,
) -> Result<Vec<String>, Vec<TableProblem>> {
    let problem = |line, invalid: Invalid| TableProblem::new(file, line, invalid);
    let text = std::str::from_utf8(file.bytes).map_err(|error| {
        let (before, after) = file.bytes.split_at(error.valid_up_to());
        let line = before.split(|&byte| byte == b'\n').count() as u64;
        let byte = after.first().map_or(String::new(), |byte| format!("byte {byte:#04x}"));
        vec![problem(line, Invalid::new("text_not_utf8", "text in UTF-8", byte))]
    })?;
    let mut records = Records::new(text.strip_prefix('\u{feff}').unwrap_or(text));

    let header = records.next().unwrap_or(Record { line: 1, ..Record::default() });
    let positions = header_positions(&header, columns).map_err(|invalids| {
        invalids.into_iter().map(|invalid| problem(header.line, invalid)).collect::<Vec<_>>()
    })?;

    let mut rows = 0_u64;
    while let Some(record) = records.next() {
        rows += 1;
        let row = if record.unclosed {
            Err(record.quote())
        } else if record.len() == header.len() {
            let cell = |&position: &Option<usize>| position.map_or("", |at| record.cell(at).trim());
            Ok(Row { line: record.line, columns, cells: positions.iter().map(cell).collect() })
        } else {
            let expected = format!("{} cells as in the header", header.len());
            let cells: Vec<_> = record.cells().collect();
            let got = format!("{}: {}", record.len(), cells.join(","));
            Err(Invalid::new("row_length", expected, got))
        };
        if take(record.line, row.as_ref().map_err(Clone::clone)).is_break() {
            break;
        }
    }
    if rows == 0 {
        let invalid = Invalid::new(WITHOUT_ROWS, "at least one row under the header", "none");
        return Err(vec![problem(header.line, invalid)]);
    }
    let asked = |name: &str| columns.iter().any(|column| column.name == name);
    Ok(header.cells().map(str::trim).filter(|name| !asked(name)).map(str::to_owned).collect())
}

/// Where in the file each asked column stands.
fn header_positions(
    header: &Record,
    columns: &[Column],
) -> Result<Vec<Option<usize>>, Vec<Invalid>> {
    if header.len() == 0 {
        let names: Vec<_> = columns.iter().filter(|c| c.required).map(|c| c.name).collect();
        let expected = format!("a header row with {}", names.join(", "));
        return Err(vec![Invalid::new("file_empty", expected, "an empty file")]);
    }
    if header.unclosed {
        return Err(vec![header.quote()]);
    }
    let mut found = BTreeMap::new();
    let mut invalids = Vec::new();
    for (position, name) in header.cells().map(str::trim).enumerate() {
        if !name.is_empty() && found.insert(name, position).is_some() {
            invalids.push(Invalid::new("column_twice", "each column once", name).at(name));
        }
    }
    for column in columns.iter().filter(|column| column.required) {
        if !found.contains_key(column.name) {
            let expected = format!("a column named {}", column.name);
            let invalid = Invalid::new(
                "column_missing",
                expected,
                header.cells().collect::<Vec<_>>().join(","),
            );
            invalids.push(invalid.at(column.name));
        }
    }
    if invalids.is_empty() {
        Ok(columns.iter().map(|column| found.get(column.name).copied()).collect())
    } else {
        Err(invalids)
    }
}

/// One record's cells, unquoted, one behind the other.
#[derive(Default)]
struct Record {
    line: u64,
    /// Whether a quote was opened and not closed: what follows is then part of its cell.
    unclosed: bool,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// What is wrong with a record whose quote is not closed.
    fn quote(&self) -> Invalid {
        let cells: Vec<_> = self.cells().collect();
        Invalid::new("quote_unclosed", "a closing quote for every opening one", cells.join(","))
    }

    fn cell(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// The records of a text, blank lines passed over.
struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            reader: Reader::new(),
            rest: text.as_bytes(),
            buffer: vec![0; 1024],
            ends: vec![0; 32],
        }
    }

    fn next(&mut self) -> Option<Record> {
        // The lexer passes over blank lines itself, so the line counter must be taken behind them.
        while let [b'\n' | b'\r', rest @ ..] = self.rest {
            if self.rest[0] == b'\n' {
                self.reader.set_line(self.reader.line() + 1);
            }
            self.rest = rest;
        }
        let line = self.reader.line();
        let start = self.rest;
        let (mut written, mut cells) = (0, 0);
        loop {
            let (result, read, wrote, ended) = self.reader.read_record(
                self.rest,
                &mut self.buffer[written..],
                &mut self.ends[cells..],
            );
            self.rest = &self.rest[read..];
            written += wrote;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.buffer.resize(self.buffer.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        // INVARIANT: cells are cut at ASCII bytes out of UTF-8, so they are UTF-8 as well.
        let text = String::from_utf8_lossy(&self.buffer[..written]).into_owned();
        let raw = &start[..start.len() - self.rest.len()];
        // An odd number of quotes cuts the record into an even number of pieces.
        let unclosed = raw.split(|&byte| byte == b'"').count() % 2 == 0;
        Some(Record { line, unclosed, text, ends: self.ends[..cells].to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::required("sku"), Column::required("quantity"), Column::optional("note")];

    fn problems(text: &str) -> Vec<String> {
        let file = File { name: "f.csv", bytes: text.as_bytes() };
        let result = read(file, &COLUMNS, &mut |row| row.amount(1).map(drop));
        result.unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn cells_are_found_by_name_whatever_their_order() {
        let text =
            "\u{feff}quantity, note ,extra,sku\r\n1.5,\"a \"\"b\"\",\nc\",x,A\r\n\r\n2,,y,B\r\n";
        let mut seen = Vec::new();
        let file = File { name: "f.csv", bytes: text.as_bytes() };
        let ignored = read(file, &COLUMNS, &mut |row| {
            seen.push((row.line(), row.text(0).to_owned(), row.amount(1)?, row.text(2).to_owned()));
            Ok(())
        });
        assert_eq!(ignored.unwrap(), ["extra"]);
        assert_eq!(seen[0], (2, "A".to_owned(), Decimal::new(15, 1), "a \"b\",\nc".to_owned()));
        assert_eq!((seen[1].0, seen[1].1.as_str()), (5, "B"));
    }

    #[test]
    fn problems_name_file_line_column_expected_and_got() {
        assert_eq!(
            problems("sku,quantity\nA,x\n\nB,-1\nC,1,2\n"),
            [
                "f.csv:2: column `quantity`: expected a number such as 12 or 12.5, at most 28 digits, got `x`",
                "f.csv:4: column `quantity`: expected a number of zero or more, got `-1`",
                "f.csv:5: expected 2 cells as in the header, got `3: C,1,2`",
            ]
        );
        assert_eq!(
            problems(""),
            ["f.csv:1: expected a header row with sku, quantity, got `an empty file`"]
        );
        assert_eq!(
            problems("sku,quantity\n"),
            ["f.csv:1: expected at least one row under the header, got `none`"]
        );
        assert_eq!(
            problems("sku;quantity\n"),
            [
                "f.csv:1: column `sku`: expected a column named sku, got `sku;quantity`",
                "f.csv:1: column `quantity`: expected a column named quantity, got `sku;quantity`",
            ]
        );
        assert_eq!(
            problems("sku,sku,quantity\nA,A,1\n"),
            ["f.csv:1: column `sku`: expected each column once, got `sku`"]
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_swallows_no_rows() {
        let expected = "expected a closing quote for every opening one, got";
        for text in [
            "sku,quantity,note\nA,1,\"x\nB,2,y\n",
            "sku,quantity,note\nA,1,\"x\nB,2,\"y\"\nC,3,z\n",
        ] {
            assert!(problems(text)[0].starts_with(&format!("f.csv:2: {expected}")), "{text}");
        }
        assert!(problems("\"sku,quantity\nA,1\n")[0].starts_with(&format!("f.csv:1: {expected}")));
    }

    #[test]
    fn junk_ends_in_few_short_problems() {
        assert_eq!(problems(&"z".repeat(1_000_000)).len(), 2);
        let many = format!("sku,quantity\n{}", "A,x\n".repeat(1000));
        assert_eq!(problems(&many).len(), MAX_PROBLEMS);
        let file = File { name: "f.csv", bytes: b"sku,quantity\nA,\xff" };
        let binary = read(file, &COLUMNS, &mut |_| Ok(())).unwrap_err();
        assert_eq!((binary[0].code, binary[0].line), ("text_not_utf8", 2));
    }
}
