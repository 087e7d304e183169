//! What a text must have for a regular expression to match it: bytes that most texts lack, so that most need no search.
//!
//! Knows of an expression only its syntax tree. Says too little rather than too much: what it leaves out costs a search,
//! what it made up would lose a match.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::text::Bytes;

/// Bytes that one need names at most: a text nearly always has one of more.
const MOST_BYTES: usize = 16;
/// Needs that are kept of one expression.
const MOST_NEEDS: usize = 8;

/// Some bytes, sorted, of which a text must have one.
type Need = Vec<u8>;

/// All that a text must have for an expression to match it: a byte of each set.
#[derive(Debug, Clone, Default)]
pub struct Needs(Box<[Bytes]>);

impl Needs {
    /// What a text must have for the regular expression that is `written`, over bytes without Unicode classes.
    pub fn of(written: &str) -> Self {
        let needs = parse(written).as_ref().map(rarest).unwrap_or_default();
        Needs(needs.iter().map(|need| need.iter().copied().collect()).collect())
    }

    /// Whether a text with the bytes `present` has it all. If not, the expression does not match it.
    pub fn are_met(&self, present: &Bytes) -> bool {
        self.0.iter().all(|need| present.meets(need))
    }
}

/// The syntax of an expression, read as the search reads it.
fn parse(written: &str) -> Option<Hir> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(written).ok()
}

/// The needs of `expression` that tell the most.
fn rarest(expression: &Hir) -> Vec<Need> {
    let mut needs = needs(expression);
    needs.sort_by_key(Vec::len);
    needs.dedup();
    needs.truncate(MOST_NEEDS);
    needs
}

fn needs(expression: &Hir) -> Vec<Need> {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => literal.0.iter().map(|&byte| vec![byte]).collect(),
        HirKind::Class(class) => of_class(class).into_iter().collect(),
        HirKind::Repetition(repetition) if repetition.min == 0 => Vec::new(),
        HirKind::Repetition(repetition) => needs(&repetition.sub),
        HirKind::Capture(capture) => needs(&capture.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(needs).collect(),
        HirKind::Alternation(branches) => of_any(branches),
    }
}

/// The bytes of a class that is one of few: a class of Unicode characters tells nothing of bytes.
fn of_class(class: &Class) -> Option<Need> {
    let Class::Bytes(class) = class else { return None };
    let bytes: Need = class.iter().flat_map(|range| range.start()..=range.end()).take(MOST_BYTES + 1).collect();
    (bytes.len() <= MOST_BYTES).then_some(bytes)
}

/// What a text must have for one of `branches`: for each need of the first what comes nearest to it in the others.
fn of_any(branches: &[Hir]) -> Vec<Need> {
    let mut branches = branches.iter().map(needs);
    let first = branches.next().unwrap_or_default();
    branches.fold(first, |so_far, branch| so_far.iter().filter_map(|need| with_nearest(need, &branch)).collect())
}

/// `need` and the one of `others` with which it has the fewest bytes.
fn with_nearest(need: &Need, others: &[Need]) -> Option<Need> {
    let together = others.iter().map(|other| {
        let mut both: Need = need.iter().chain(other).copied().collect();
        both.sort_unstable();
        both.dedup();
        both
    });
    together.min_by_key(Vec::len).filter(|both| both.len() <= MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn needs_of(regex: &str) -> Vec<String> {
        rarest(&parse(regex).expect(regex)).iter().map(|need| String::from_utf8_lossy(need).into_owned()).collect()
    }

    #[test]
    fn what_an_expression_needs() {
        let check = |regex: &str, expected: &[&str]| assert_eq!(needs_of(regex), expected, "{regex}");
        check(r"#\w+\s*#\w+", &["#"]);
        check(r"\d[\dx*-]{5,}", &["0123456789", "*-0123456789x"]);
        check("(?i)ms", &["Mm", "Ss"]);
        check(r"(?i)ping\W+\d{3,}|\d{3,} ?ms", &["MPmp", "IMim", "MNmn", "GMgm", "0123456789"]);
        check("a*(?:b|c)?", &[]);
        check("(?:x|yz)+", &["xy"]);
        check("x|", &[]);
        check(r"^\s*@\w+", &["@"]);
        check("[^?]+", &[]);
    }

    proptest! {
        #[test]
        fn what_matches_has_what_is_needed(
            regex in r"(?:\(\?i\))?(?:[a-c#1]|[a-c]\*|[1#]\+|\\d|\\s|\[a-b1\]|\(?:a\|b1\)|\(?:1#\|c\)\?|\|){1,8}",
            text in "[a-cA-C#1 é]{0,12}",
        ) {
            let Ok(search) = regex::bytes::RegexBuilder::new(&regex).unicode(false).build() else { return Ok(()) };
            if search.is_match(text.as_bytes()) {
                prop_assert!(Needs::of(&regex).are_met(&text.bytes().collect()), "{regex}: {text}");
            }
        }
    }
}
