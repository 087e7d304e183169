//! What the words of a line are: names, addresses, parts of a date, ordinary words. Judges nothing.

use super::super::calendar::{is_weekday, month};

/// One word or address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// A mail address, in brackets or bare.
    Address { address: &'t str, bracketed: bool },
    /// Anything else, without the marks of emphasis around it.
    Word(&'t str),
}

/// The pieces of a text, each with the place where it ends.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Pieces { text, at: 0 }
    }

    /// Returns the address in the brackets that open at the beginning of `rest`, and how long they are. It may be
    /// wrapped.
    fn bracketed(rest: &'t str) -> Option<(Piece<'t>, usize)> {
        const LONGEST: usize = 320;
        let close = match rest.chars().next()? {
            '<' => '>',
            '[' => ']',
            '(' => ')',
            _ => return None,
        };
        let end = rest.char_indices().take(LONGEST).find(|&(_, symbol)| symbol == close)?.0;
        let address = rest.get(1..end)?.trim();
        is_address(address).then_some((Piece::Address { address, bracketed: true }, end + 1))
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = (Piece<'t>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        const BETWEEN: &[char] = &[',', ';', '"', '*', '<', '>', '[', ']', '(', ')', '|', '\u{200b}', '\u{200e}', '\u{200f}', '\u{feff}'];
        let between = |symbol: char| symbol.is_whitespace() || BETWEEN.contains(&symbol);
        loop {
            let rest = self.text.get(self.at..)?;
            let first = rest.chars().next()?;
            if let Some((piece, length)) = Pieces::bracketed(rest) {
                self.at += length;
                return Some((piece, self.at));
            }
            if between(first) {
                self.at += first.len_utf8();
                continue;
            }
            let length = rest.find(between).unwrap_or(rest.len());
            self.at += length;
            let word = rest.get(..length)?.trim_matches(['_', '\'', '\u{201c}', '\u{201d}']);
            let bare = word.trim_end_matches([':', '.']);
            let piece = if is_address(bare) { Piece::Address { address: bare, bracketed: false } } else { Piece::Word(word) };
            return Some((piece, self.at));
        }
    }
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| local.ends_with(char::is_alphanumeric) && domain.starts_with(char::is_alphanumeric))
}

/// Whether a day and a time of day are named.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) date: bool,
    pub(super) time: bool,
    /// The word before was a number, which a month may follow.
    after_number: bool,
    /// The word before was a month, which a number may follow.
    after_month: bool,
}

impl When {
    pub(super) fn of(text: &str) -> Self {
        let mut when = When::default();
        for (piece, _) in Pieces::of(text) {
            if let Piece::Word(word) = piece {
                when.add(word);
            }
        }
        when
    }

    /// Takes the next word; whether it belongs to a date or time.
    pub(super) fn add(&mut self, word: &str) -> bool {
        let word = word.trim_end_matches([':', '.']);
        let is_month = month(word).is_some();
        let is_number = is_number(word);
        let (date, time) = numeric(word);
        self.date |= date || (is_month && self.after_number) || (is_number && self.after_month);
        self.time |= time;
        (self.after_number, self.after_month) = (is_number, is_month);
        is_month || is_number || date || time || is_weekday(word) || is_filler(word)
    }
}

/// A number such as a day or year has, `20th` too.
fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
    (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether `word` is a date in numbers, and whether it is or holds a time of day: `20/11/2026`,
/// `2026-11-20T09:00`, `09.00`, `9:00:12`.
fn numeric(word: &str) -> (bool, bool) {
    if let Some((date, time)) = word.split_once('T').filter(|(date, _)| date.ends_with(|symbol: char| symbol.is_ascii_digit())) {
        return (numeric(date).0, numeric(time.get(..5).unwrap_or(time)).1);
    }
    let lower = word.to_ascii_lowercase();
    let digits = lower.trim_end_matches("am").trim_end_matches("pm");
    let groups: Vec<&str> = digits.splitn(5, ['/', '-', '.', ':']).collect();
    let numbers = groups.iter().all(|group| (1..=4).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit()));
    let clock = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.');
    let year = groups.iter().any(|group| group.len() == 4);
    let short = |group: Option<&&str>| group.is_some_and(|group| group.len() <= 2);
    let time = numbers
        && clock
        && !year
        && matches!(groups.len(), 2 | 3)
        && groups.iter().skip(1).all(|group| group.len() == 2)
        && short(groups.first());
    let date = numbers && groups.len() == 3 && !digits.contains(':') && !time;
    (date, time)
}

/// Words that stand around dates and times, and zones.
fn is_filler(word: &str) -> bool {
    const FILLERS: [&str; 18] =
        ["on", "at", "pada", "pukul", "jam", "tanggal", "tgl", "hari", "am", "pm", "a.m", "p.m", "wib", "wita", "wit", "utc", "z", "de"];
    let lower = word.to_ascii_lowercase();
    FILLERS.contains(&lower.as_str())
        || lower.starts_with("gmt")
        || lower.starts_with("utc+")
        || (lower.starts_with(['+', '-']) && lower.len() >= 3 && lower.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_words() {
        let all: Vec<_> =
            Pieces::of("*Budi Contoh* <\nbudi@contoh.id> [mailto:a@b.id] x@y.id: (lama), c<d@e>:").map(|(piece, _)| piece).collect();
        let address = |address, bracketed| Piece::Address { address, bracketed };
        assert_eq!(
            all,
            [
                Piece::Word("Budi"),
                Piece::Word("Contoh"),
                address("budi@contoh.id", true),
                address("mailto:a@b.id", true),
                address("x@y.id", false),
                Piece::Word("lama"),
                Piece::Word("c"),
                address("d@e", true),
                Piece::Word(":"),
            ]
        );
    }

    #[test]
    fn dates_and_times_of_day() {
        for (text, date, time) in [
            ("Jum, 20 Nov 2026 pukul 09.00", true, true),
            ("Friday, November 20, 2026 9:00 AM", true, true),
            ("20/11/26 09.00", true, true),
            ("2026-11-20 09:00:12 GMT+07:00", true, true),
            ("2026-11-20T09:00:12+07:00", true, true),
            ("20.11.2026", true, false),
            ("20 November 2026", true, false),
            ("09.00.12 WIB", false, true),
            ("9:00AM", false, true),
            ("Senin", false, false),
            ("5 hari 3.000 kali", false, false),
            ("kode 12-34", false, false),
            ("mei", false, false),
        ] {
            let when = When::of(text);
            assert_eq!((when.date, when.time), (date, time), "{text}");
        }
    }
}
