//! Evidence in words, for `explain` and for the failures of `test`.

use super::page::one_line;
use crate::signals::Evidence;

/// Returns what was found and where, without the condition that it speaks for: `_fault: los merah "LOS MERAH"`.
pub fn found(piece: &Evidence<'_>) -> String {
    let signal = piece.signal.as_deref().unwrap_or("-");
    let entry = piece.entry.as_deref();
    let quote = piece.quote.as_deref().filter(|quote| entry.is_none_or(|entry| !quote.eq_ignore_ascii_case(entry)));
    let mut words = vec![format!("{signal}:")];
    words.extend(entry.map(one_line));
    words.extend(quote.map(|quote| format!("\"{}\"", one_line(&shortened(quote)))));
    if entry.is_none() || piece.threshold > 1.0 {
        words.push(format!("{} of {}", number(piece.value), number(piece.threshold)));
    }
    words.join(" ")
}

/// Returns the same with the condition that it speaks for.
pub fn line(piece: &Evidence<'_>) -> String {
    match piece.condition.as_deref() {
        Some(condition) => format!("{condition} <- {}", found(piece)),
        None => found(piece),
    }
}

/// Returns the beginning of a long text.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 72;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    short
}

/// Returns at most two digits after the point.
pub fn number(value: f32) -> String {
    let written = format!("{value:.2}");
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}
