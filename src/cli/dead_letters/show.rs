//! How dead letters look. What others wrote goes through [`one_line`]: it must not command the terminal.

use super::super::page::one_line;
use crate::kafka::{Letter, Listing, Resent};

/// Returns the letters as a table, and the summary.
pub(super) fn listing(listing: &Listing) -> String {
    let mut lines = table(&listing.letters);
    let hidden = listing.selected - listing.letters.len() as u64;
    if hidden > 0 {
        lines.push(format!("and {hidden} older; --limit N shows more"));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    let replayed: u64 = listing.summary.iter().map(|frequency| frequency.replayed).sum();
    lines.push(format!("{}, {replayed} of them replayed", many(listing.selected, "dead letter")));
    lines.extend(listing.summary.iter().map(|frequency| {
        let (stage, code) = (or_dash(&frequency.stage), or_dash(&frequency.code));
        format!("  {:>8}  {stage} {code}, {} replayed", frequency.letters, frequency.replayed)
    }));
    text(&lines)
}

/// What was sent or would be.
pub(super) fn replay(replay: &Resent, dry_run: bool) -> String {
    let mut lines = if dry_run { table(&replay.letters) } else { Vec::new() };
    let hidden = replay.total() - replay.letters.len() as u64;
    if dry_run && hidden > 0 {
        lines.push(format!("and {hidden} more"));
    }
    let sent = if dry_run { "would be sent" } else { "sent" };
    lines.push(format!("{} {sent}", many(replay.total(), "dead letter")));
    lines.extend(replay.sent.iter().map(|(topic, letters)| format!("  {letters:>8}  to {topic}")));
    lines.extend(asides(replay).into_iter().map(|aside| format!("  {aside}")));
    if replay.batches > 0 {
        let what = many(replay.batches, "batch");
        lines.push(format!("  {what} of which parts were read before: those posts are skipped as duplicates while they are remembered"));
    }
    text(&lines)
}

/// Why nothing was sent, in a sentence.
pub(super) fn nothing(replay: &Resent) -> String {
    let asides = asides(replay);
    let why = if asides.is_empty() { "no dead letter is like that, or all were sent before".to_owned() } else { asides.join("; ") };
    format!("there is nothing to replay: {why}")
}

/// Selected, and yet not sent.
fn asides(replay: &Resent) -> Vec<String> {
    let asides = [
        (replay.before, "sent before"),
        (replay.left, "left for the next run: raise --limit or run the command again"),
        (replay.worn, "sent again too often without success: raise --attempts once they can be read"),
        (replay.empty, "without bytes, which cannot be sent"),
        (replay.foreign, "from a topic that this configuration does not read"),
    ];
    asides.iter().filter(|(letters, _)| *letters > 0).map(|(letters, why)| format!("{letters} {why}")).collect()
}

fn table(letters: &[Letter]) -> Vec<String> {
    letters
        .iter()
        .flat_map(|letter| {
            let source = letter.source.as_ref();
            let source = source.map_or_else(|| "-".to_owned(), |at| format!("{}/{}/{}", one_line(&at.topic), at.partition, at.offset));
            let bytes = letter.bytes.map_or_else(|| "no value".to_owned(), |bytes| format!("{bytes} bytes"));
            let tried = if letter.attempts > 0 { format!(", attempt {}", letter.attempts + 1) } else { String::new() };
            let mark = if letter.replayed { ", replayed" } else { "" };
            let head = format!("{}  {source}  {} {}, {bytes}{tried}{mark}", letter.at, or_dash(&letter.stage), or_dash(&letter.code));
            let value = letter.value.as_ref().map(|value| format!("    {}", one_line(value)));
            [Some(head), Some(format!("    {}", or_dash(&letter.message))), value].into_iter().flatten()
        })
        .collect()
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { one_line(text) }
}

fn many(number: u64, what: &str) -> String {
    let plural = match (number, what.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {what}{plural}")
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::{Coordinates, Frequency};
    use crate::post::Millis;

    fn letter() -> Letter {
        let source = Some(Coordinates { topic: "posts".into(), partition: 2, offset: 17 });
        let (stage, code, message) = ("ingest".into(), "bad_json".into(), "The JSON ends too early\u{1b}[2J.".into());
        Letter { at: Millis::new(0), source, stage, code, message, bytes: Some(9), ..Letter::default() }
    }

    #[test]
    fn a_letter_is_two_lines_and_its_value_a_third() {
        let value = Some("{\"a\": \u{7}".to_owned());
        let frequency = Frequency { stage: "ingest".into(), code: "bad_json".into(), letters: 3, replayed: 1 };
        let letters = vec![letter(), Letter { value, replayed: true, ..letter() }];
        let shown = listing(&Listing { letters, selected: 3, summary: vec![frequency] });
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown:?}");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "1970-01-01T00:00:00.000Z  posts/2/17  ingest bad_json, 9 bytes");
        assert_eq!(lines[2], "1970-01-01T00:00:00.000Z  posts/2/17  ingest bad_json, 9 bytes, replayed");
        assert!(lines[4].starts_with("    {\"a\": "));
        assert_eq!(
            lines[5..],
            ["and 1 older; --limit N shows more", "", "3 dead letters, 1 of them replayed", "         3  ingest bad_json, 1 replayed"]
        );
    }

    #[test]
    fn what_was_sent_and_what_was_not() {
        let sent = [("posts".to_owned(), 2)].into();
        let replayed = Resent { sent, letters: vec![letter()], left: 5, batches: 2, ..Resent::default() };
        let shown = replay(&replayed, true);
        for part in ["and 1 more", "2 dead letters would be sent", "2  to posts", "5 left for the next run", "2 batches of which"] {
            assert!(shown.contains(part), "{part} not in {shown}");
        }
        assert_eq!(nothing(&Resent::default()), "there is nothing to replay: no dead letter is like that, or all were sent before");
        let replayed = Resent { before: 2, empty: 1, ..Resent::default() };
        assert_eq!(nothing(&replayed), "there is nothing to replay: 2 sent before; 1 without bytes, which cannot be sent");
    }
}
