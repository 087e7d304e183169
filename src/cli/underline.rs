//! A text with the places that evidence points to marked below it.
//!
//! By hand, for `annotate-snippets` cuts what is too long for a line, and of a post all of it must be seen.

use unicode_width::UnicodeWidthStr;

use crate::cli::page::one_line;

/// Columns of one line of text.
const COLUMNS: usize = 96;

/// A place in a text and what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Start and end in characters, end exclusive.
    pub span: (usize, usize),
    pub label: String,
}

/// Returns the text, its lines broken where they are too long, and below each line one line of carets for every mark in
/// it. All lines begin with `margin`.
pub fn underline(text: &str, marks: &[Mark], margin: &str) -> String {
    let symbols: Vec<char> = text.chars().collect();
    let marks = merged(marks);
    let mut out = String::new();
    for (start, end) in rows(&symbols) {
        let row: Vec<char> = one_line(&symbols[start..end].iter().collect::<String>()).chars().collect();
        let column = |at: usize| row[..at.clamp(start, end) - start].iter().collect::<String>().width();
        push_line(&mut out, margin, &row.iter().collect::<String>());
        for Mark { span: (from, to), label } in marks.iter().filter(|mark| mark.span.0 < end && mark.span.1 > start) {
            let (first, last) = (column(*from), column(*to));
            let carets = "^".repeat((last - first).max(1));
            let label = if *from >= start { label.as_str() } else { ".." };
            push_line(&mut out, margin, &format!("{}{carets} {label}", " ".repeat(first)));
        }
    }
    out
}

fn push_line(out: &mut String, margin: &str, line: &str) {
    out.push_str(format!("{margin}{line}").trim_end());
    out.push('\n');
}

/// Marks in their order, those of the same place as one.
fn merged(marks: &[Mark]) -> Vec<Mark> {
    let mut sorted: Vec<&Mark> = marks.iter().collect();
    sorted.sort_by_key(|mark| mark.span);
    let mut merged: Vec<Mark> = Vec::new();
    for mark in sorted {
        match merged.last_mut() {
            Some(last) if last.span == mark.span => {
                last.label.push_str("; ");
                last.label.push_str(&mark.label);
            }
            _ => merged.push(mark.clone()),
        }
    }
    merged
}

/// Returns the ranges of characters that fit on one line each, without the line breaks.
fn rows(symbols: &[char]) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in symbols.split(|&symbol| symbol == '\n') {
        let end = start + line.len();
        while start < end {
            let next = start + fitting(&symbols[start..end]);
            rows.push((start, next));
            start = next;
        }
        start = end + 1;
    }
    rows
}

/// Returns how many characters of `line` fit, at least one; broken after a space where there is one.
fn fitting(line: &[char]) -> usize {
    let mut shown = String::new();
    let too_long = line.iter().position(|&symbol| {
        shown.push(symbol);
        shown.width() > COLUMNS
    });
    let Some(most) = too_long else { return line.len() };
    let space = line[..most].iter().rposition(|symbol| symbol.is_whitespace());
    space.map_or(most, |at| at + 1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, spans: &[(usize, usize, &str)], expected: &[&str]) {
        let mark = |&(from, to, label): &(usize, usize, &str)| Mark { span: (from, to), label: label.to_owned() };
        let marks: Vec<Mark> = spans.iter().map(mark).collect();
        let written = underline(text, &marks, "| ");
        assert_eq!(written.lines().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn carets_stand_below_what_they_mean() {
        check("los merah terus", &[(0, 9, "a"), (10, 15, "b")], &["| los merah terus", "| ^^^^^^^^^ a", "|           ^^^^^ b"]);
        check("los merah", &[(4, 9, "b"), (0, 3, "a"), (4, 9, "c")], &["| los merah", "| ^^^ a", "|     ^^^^^ b; c"]);
        check("", &[], &[]);
        check("mati", &[], &["| mati"]);
    }

    #[test]
    fn lines_and_wide_characters() {
        check("satu\ndua tiga", &[(5, 8, "a")], &["| satu", "| dua tiga", "| ^^^ a"]);
        check("satu\ndua", &[(0, 8, "a")], &["| satu", "| ^^^^ a", "| dua", "| ^^^ .."]);
        check(
            "😭 mati 网络 x",
            &[(2, 6, "a"), (7, 9, "b"), (10, 11, "c")],
            &["| 😭 mati 网络 x", "|    ^^^^ a", "|         ^^^^ b", "|              ^ c"],
        );
        check("e\u{301}a b", &[(2, 3, "a")], &["| e\u{301}a b", "|  ^ a"]);
    }

    #[test]
    fn nothing_in_the_text_moves_the_cursor() {
        check("a\u{1b}[2Jb\u{202e}c\td", &[(6, 7, "x")], &["| a␛[2Jb\u{fffd}c d", "|       ^ x"]);
    }

    #[test]
    fn a_long_line_is_broken_at_a_space() {
        let text = format!("{} {}", "x".repeat(90), "y".repeat(20));
        check(&text, &[(91, 93, "a")], &[&format!("| {}", "x".repeat(90)), &format!("| {}", "y".repeat(20)), "| ^^ a"]);
        let written = underline(&"z".repeat(200), &[], "");
        assert_eq!(written.lines().map(str::len).collect::<Vec<_>>(), [96, 96, 8]);
    }
}
