//! The number that a post gives itself as a part of several: `2/4 ..`, `(2) ..`, `[2/4]`, `2/n ..`, `2/ ..`, `.. (2/4)`.
//!
//! Knows no rule: whether the number is one that a part can have, and goes on from other posts, is for the kinds to ask.

use std::ops::Range;

/// The number that a post gives itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartNumber {
    /// Which part it is.
    pub part: u16,
    /// Of how many, if it says so.
    pub of: Option<u16>,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

impl PartNumber {
    /// Returns the number in `text`: at its head, after the accounts it names, or in brackets at its end.
    pub fn of_text(text: &str) -> Option<PartNumber> {
        let head = head(text);
        let rest = text.get(head..).unwrap_or_default();
        let (part, of, length) = match bracketed(rest).or_else(|| bare(rest)) {
            Some(found) => found,
            None => return at_end(text),
        };
        Some(PartNumber { part, of, at: head..head + length })
    }

    /// Returns whether it can be the number of a part among `most`.
    pub(super) fn is_possible(&self, most: u16) -> bool {
        let last = self.of.unwrap_or(most);
        (1..=last).contains(&self.part) && last <= most && self.of != Some(1)
    }
}

/// Returns how many bytes stand before the first word of `text` that names no account.
fn head(text: &str) -> usize {
    let mut rest = text.trim_start();
    while let Some(name) = rest.strip_prefix('@') {
        rest = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')).trim_start();
    }
    text.len() - rest.len()
}

/// Reads `(2)`, `(2/4)`, `[2/n]`. Returns the part, of how many, and the length in bytes.
fn bracketed(text: &str) -> Option<(u16, Option<u16>, usize)> {
    let inner = text.strip_prefix(['(', '['])?;
    let (part, rest) = digits(inner)?;
    let (of, rest) = match rest.strip_prefix('/') {
        Some(rest) => total(rest)?,
        None => (None, rest),
    };
    let rest = rest.strip_prefix([')', ']'])?;
    Some((part, of, text.len() - rest.len()))
}

/// Reads `2/4`, `2/n`, `2/` before a word. Returns the part, of how many, and the length in bytes.
fn bare(text: &str) -> Option<(u16, Option<u16>, usize)> {
    let (part, rest) = digits(text)?;
    let rest = rest.strip_prefix('/')?;
    let total = total(rest);
    let (of, rest) = total.unwrap_or((None, rest));
    let mut after = rest.chars();
    let ends = match after.next() {
        None => total.is_some(),
        Some('.' | ',' | ':' | ')' | '-') => !after.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_whitespace(),
    };
    ends.then_some((part, of, text.len() - rest.len()))
}

/// Returns the number in brackets, with its total, at the end of `text`: `.. (2/4)`.
fn at_end(text: &str) -> Option<PartNumber> {
    let trimmed = text.trim_end();
    if !trimmed.ends_with([')', ']']) {
        return None;
    }
    let start = trimmed.rfind(['(', '['])?;
    let (part, of, length) = bracketed(trimmed.get(start..)?)?;
    (of.is_some() && start + length == trimmed.len()).then_some(PartNumber { part, of, at: start..trimmed.len() })
}

/// Returns one or two digits and what follows them.
fn digits(text: &str) -> Option<(u16, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..length).filter(|digits| (1..=2).contains(&digits.len()))?;
    Some((number.parse().ok()?, text.get(length..)?))
}

/// Returns the total, one or two digits, or `None` for the letter that stands for one not known yet; and what follows.
fn total(text: &str) -> Option<(Option<u16>, &str)> {
    let open = || text.strip_prefix(['n', 'N']).filter(|rest| !rest.starts_with(char::is_alphanumeric)).map(|rest| (None, rest));
    digits(text).map(|(total, rest)| (Some(total), rest)).or_else(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_parts() {
        let check = |text: &str, expected: Option<(u16, Option<u16>, &str)>| {
            let number = PartNumber::of_text(text).filter(|number| number.is_possible(20));
            let found = number.map(|number| (number.part, number.of, &text[number.at]));
            assert_eq!(found, expected, "{text}");
        };
        check("1/4 Kronologi", Some((1, Some(4), "1/4")));
        check("@TelkomCare @teman.satu 2/4 lalu", Some((2, Some(4), "2/4")));
        check("@TelkomCare\n(2) lalu", Some((2, None, "(2)")));
        check("(2/4) lalu", Some((2, Some(4), "(2/4)")));
        check("[2/4] lalu", Some((2, Some(4), "[2/4]")));
        check("2/n lalu", Some((2, None, "2/n")));
        check("2/N", Some((2, None, "2/N")));
        check("2/ lalu", Some((2, None, "2/")));
        check("2/4. lalu", Some((2, Some(4), "2/4")));
        check("2/4: lalu", Some((2, Some(4), "2/4")));
        check("20/20 tamat", Some((20, Some(20), "20/20")));
        check("lalu begitu (3/4) ", Some((3, Some(4), "(3/4)")));
        check("lalu begitu 😭 [3/4]", Some((3, Some(4), "[3/4]")));
        check("10/11 los", Some((10, Some(11), "10/11")));
        for none in [
            "24/7 mati",
            "50/50",
            "3/12/2026 mati",
            "3/12/26",
            "12/10 mati",
            "0/3 mati",
            "1/1 mati",
            "2/",
            "2) lalu",
            "2. lalu",
            "4/nol",
            "1/2% ",
            "lalu (2)",
            "lalu 2/4",
            "(24/7)",
            "mati (24/7)",
            "2/3.5 MB",
            "100/200 Mbps",
            "2/21 los",
            "1 / 2",
            "",
            "@",
            "(2/4",
            "2/4GB",
        ] {
            check(none, None);
        }
    }
}
