//! The slang table: `slang<TAB>standard[<TAB>amb]`, one row a line, `#` comments.
//!
//! Reads and checks the rows only; texts are rewritten elsewhere.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::reader::{Line, Source};
use crate::problem::{Problem, Reporter, Spot};

/// Rows a table may have.
const MAX_ROWS: usize = 50_000;
/// Words that one may become.
const MAX_WORDS: usize = 8;

/// One spelling and what it stands for. A row may map a word to itself, which keeps it from being taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlangRow {
    /// One word, as written.
    pub slang: String,
    /// One or several words, with single spaces.
    pub standard: String,
    /// The meaning depends on the context: not applied unless switched on.
    pub ambiguous: bool,
    /// Where the row stands.
    pub spot: Spot,
}

/// Reads the table at `path`, which is named at `named_at`, and the private `NAME.local.tsv` beside it if there is
/// one, whose rows replace those of the table. `None` if the file cannot be read; wrong rows are reported and left out.
pub fn load(path: &Path, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Vec<SlangRow>> {
    let shipped = Source::read(path, named_at, reporter)?;
    let private = path.with_extension("local.tsv");
    let private = private.exists().then(|| Source::read(&private, named_at, reporter)).flatten();
    Some(parse(std::iter::once(&shipped).chain(&private), reporter))
}

/// Returns the rows of `sources` in their order; a row of a later source replaces the one of an earlier.
pub fn parse<'a>(sources: impl IntoIterator<Item = &'a Source>, reporter: &Reporter) -> Vec<SlangRow> {
    let mut rows: Vec<SlangRow> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for source in sources {
        for line in source.lines().filter(|line| !line.text.trim().is_empty() && !line.text.starts_with('#')) {
            let row = match read_row(source, line) {
                Ok(row) => row,
                Err(problem) => {
                    reporter.report(problem);
                    continue;
                }
            };
            if let Some(first) = known.get(&row.slang).and_then(|&index| rows.get_mut(index)) {
                if first.spot.file == row.spot.file {
                    let what = format!("`{}` is in the table already, at {}", row.slang, first.spot);
                    reporter.report(Problem::error(&row.spot, what).hint("keep one of the two rows"));
                } else {
                    *first = row;
                }
            } else if rows.len() == MAX_ROWS {
                reporter.error(&row.spot, format!("the table has more than {MAX_ROWS} rows, the rest is not read"));
                return rows;
            } else {
                known.insert(row.slang.clone(), rows.len());
                rows.push(row);
            }
        }
    }
    rows
}

fn read_row(source: &Source, line: Line<'_>) -> Result<SlangRow, Problem> {
    const NOTATION: &str = "write slang, a tab, what it stands for, and a tab and `amb` if that depends on the context";
    let columns: Vec<&str> = line.text.split('\t').map(str::trim).collect();
    let spot_of = |column: &str| source.spot_in(line, (column.as_ptr() as usize).saturating_sub(line.text.as_ptr() as usize));
    let wrong = |column: &str, what: String| Problem::error(&spot_of(column), what);
    let (slang, standard, flag) = match columns[..] {
        [slang, standard] => (slang, standard, None),
        [slang, standard, flag] => (slang, standard, Some(flag)),
        _ => return Err(wrong(line.text, format!("a row has 2 or 3 columns, this one has {}", columns.len())).hint(NOTATION)),
    };
    for column in [slang, standard] {
        if column.is_empty() {
            return Err(wrong(column, "this column is empty".to_owned()).hint(NOTATION));
        }
    }
    if slang.contains(char::is_whitespace) {
        let what = format!("`{slang}` is never replaced: it is more than one word");
        return Err(Problem::warning(&spot_of(slang), what).hint("remove the row, or make it an entry of a lexicon"));
    }
    let words: Vec<&str> = standard.split_whitespace().collect();
    if words.len() > MAX_WORDS {
        return Err(wrong(standard, format!("a word may become {MAX_WORDS} words, not {}", words.len())));
    }
    match flag {
        None | Some("amb") => {}
        Some(flag) => return Err(wrong(flag, format!("the third column must be `amb` or missing, not `{flag}`"))),
    }
    let spot = source.spot_in(line, 0);
    Ok(SlangRow { slang: slang.to_owned(), standard: words.join(" "), ambiguous: flag.is_some(), spot })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[(&str, &str)]) -> (String, String) {
        let reporter = Reporter::default();
        let sources: Vec<Source> = texts.iter().map(|(file, text)| Source::new(file, text)).collect();
        for source in &sources {
            reporter.show_lines_of(source.file(), source.text());
        }
        let rows = parse(&sources, &reporter).into_iter();
        let rows: Vec<String> = rows.map(|row| format!("{}={}{}", row.slang, row.standard, if row.ambiguous { "?" } else { "" })).collect();
        (rows.join(", "), reporter.into_problems().render())
    }

    #[test]
    fn rows() {
        let check = |texts: &[(&str, &str)], expected: &str| assert_eq!(read(texts), (expected.to_owned(), String::new()));
        check(&[("a.tsv", "# head\n#@group g\ngada\ttidak  ada\n\ndr\tdari\tamb\r\n")], "gada=tidak ada, dr=dari?");
        check(&[("a.tsv", "masalah\tmasalah\n")], "masalah=masalah");
        check(&[("a.tsv", "dr\tdari\tamb\nga\ttidak\n"), ("a.local.tsv", "dr\tdokter\nkuy\tayo\n")], "dr=dokter, ga=tidak, kuy=ayo");
        check(&[], "");
    }

    #[test]
    fn mistakes() {
        let cases = [
            ("spaces instead of a tab", "ga  tidak\n"),
            ("four columns", "ga\ttidak\tamb\tx\n"),
            ("nothing to stand for", "ga\t\n"),
            ("no slang", "\ttidak\n"),
            ("two words of slang", "ga ada\ttidak ada\n"),
            ("unknown flag", "ga\ttidak\tamp\n"),
            ("the same slang twice", "ga\ttidak\ngak\ttidak\nga\tenggak\n"),
            ("too long", "a\tsatu dua tiga empat lima enam tujuh delapan sembilan\n"),
        ];
        let rendered: String = cases.iter().map(|(name, text)| format!("## {name}\n{}\n", read(&[("slang.tsv", text)]).1)).collect();
        insta::assert_snapshot!(rendered);
    }
}
