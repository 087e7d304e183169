//! Where another mail begins without any quotation marks: the rule that says so, or the header lines in front of it.
//!
//! People fill in forms whose lines look much like header lines; those are their own text. A block of headers holds
//! nothing but headers, names an address or a time of day, and has the mail itself below it.

use super::Sender;
use super::pieces::{Piece, Pieces, When};

/// What a header line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    From,
    /// When a program sent it; people do not write that.
    Sent,
    Date,
    To,
    Subject,
    Copy,
    Other,
}

const NAMES: [(&str, Kind); 35] = [
    ("from", Kind::From),
    ("dari", Kind::From),
    ("pengirim", Kind::From),
    ("sent", Kind::Sent),
    ("dikirim", Kind::Sent),
    ("terkirim", Kind::Sent),
    ("date", Kind::Date),
    ("tanggal", Kind::Date),
    ("tgl", Kind::Date),
    ("waktu", Kind::Date),
    ("to", Kind::To),
    ("kepada", Kind::To),
    ("ke", Kind::To),
    ("untuk", Kind::To),
    ("penerima", Kind::To),
    ("subject", Kind::Subject),
    ("perihal", Kind::Subject),
    ("subjek", Kind::Subject),
    ("subyek", Kind::Subject),
    ("judul", Kind::Subject),
    ("topik", Kind::Subject),
    ("hal", Kind::Subject),
    ("cc", Kind::Copy),
    ("bcc", Kind::Copy),
    ("tembusan", Kind::Copy),
    ("salinan", Kind::Copy),
    ("reply-to", Kind::Other),
    ("balas ke", Kind::Other),
    ("importance", Kind::Other),
    ("priority", Kind::Other),
    ("prioritas", Kind::Other),
    ("kepentingan", Kind::Other),
    ("attachments", Kind::Other),
    ("lampiran", Kind::Other),
    ("message-id", Kind::Other),
];

/// What stands on the rule above a quoted or forwarded mail.
const RULES: [&str; 12] = [
    "original message",
    "original mail",
    "pesan asli",
    "email asli",
    "forwarded message",
    "begin forwarded message",
    "pesan terusan",
    "pesan diteruskan",
    "pesan yang diteruskan",
    "awal pesan terusan",
    "mulai pesan terusan",
    "awal pesan yang diteruskan",
];

/// Lines of a block that are looked at.
const MOST_LINES: usize = 20;

/// Returns where in `line` another mail begins because it says so: `-----Original Message-----`, with words before it
/// or not.
pub(super) fn rule_within(line: &str) -> Option<usize> {
    const RULED: [char; 7] = ['-', '_', '=', '*', '\u{2013}', '\u{2014}', '~'];
    let ruled = |symbol: char| RULED.contains(&symbol) || symbol.is_whitespace();
    let lower = line.to_ascii_lowercase();
    let alone = lower.trim_matches(ruled).trim_end_matches(':');
    if RULES.contains(&alone) && (lower.trim().starts_with(RULED) || lower.trim_end().ends_with(':')) {
        return Some(0);
    }
    // Without line ends: at least three dashes on both sides.
    let places = RULES.iter().filter_map(|rule| lower.find(rule).map(|at| (at, at + rule.len())));
    let dashed = places.filter_map(|(start, end)| {
        let before = line.get(..start)?.trim_end();
        let own = before.trim_end_matches(RULED);
        let after = line.get(end..)?.trim_start();
        let dashes = |side: &str, bare: &str| side.chars().count() - bare.chars().count() >= 3;
        (dashes(before, own) && dashes(after, after.trim_start_matches(RULED))).then_some(own.len())
    });
    dashed.min()
}

/// Returns whether the lines from `at` on are the headers of another mail and the mail. `begun`: the author has written
/// something above.
pub(super) fn begin_at(lines: &[&str], at: usize, begun: bool, sender: &Sender<'_>) -> bool {
    if !lines.get(at).is_some_and(|line| matches!(label(line), Some((Some(_), _)))) {
        return false;
    }
    let Some(block) = lines.get(at..).and_then(|lines| Block::read(lines, sender)) else { return false };
    let above = lines.get(..at).and_then(<[&str]>::last).copied().unwrap_or_default();
    if matches!(label(above), Some((None, _))) {
        return false;
    }
    let ruled = lines.get(..at).unwrap_or_default().iter().rev().take(3).find(|line| !line.trim().is_empty());
    block.is_headers(begun, ruled.is_some_and(|line| is_rule(line)))
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 8 && line.chars().all(|symbol| matches!(symbol, '_' | '-' | '='))
}

/// The lines that look like headers.
#[derive(Default)]
struct Block {
    kinds: Vec<Kind>,
    /// The address or, without one, the name in `From` is not the author's own.
    from_other: bool,
    from_address: bool,
    /// The mail went to the author.
    to_sender: bool,
    any_address: bool,
    /// A program's `Sent` with a date or time; a `Date` with a time of day.
    sent: bool,
    timed: bool,
    /// A blank line and more text below.
    has_body: bool,
}

impl Block {
    /// Returns the block that begins with the first of `lines`. `None` if that is no header or the block is a form.
    fn read(lines: &[&str], sender: &Sender<'_>) -> Option<Block> {
        let mut block = Block::default();
        let mut wrapped = 0;
        for (at, line) in lines.iter().enumerate().take(MOST_LINES) {
            if line.trim().is_empty() {
                let below = lines.get(at + 1..).unwrap_or_default().iter().take(MOST_LINES).find(|line| !line.trim().is_empty());
                match below.map(|line| label(line)) {
                    Some(Some((Some(kind), _))) if !block.kinds.contains(&kind) && at > 0 => continue,
                    below => block.has_body = below.is_some(),
                }
                break;
            }
            match label(line) {
                Some((Some(kind), value)) if !block.kinds.contains(&kind) || matches!(kind, Kind::Copy | Kind::Other) => {
                    block.add(kind, value, sender);
                    wrapped = 0;
                }
                Some((Some(_), _)) => break,
                Some((None, _)) => return None,
                None if wrapped < 3 && (line.contains(['@', ';']) || matches!(block.kinds.last(), Some(Kind::Subject))) => wrapped += 1,
                None => break,
            }
        }
        Some(block)
    }

    fn add(&mut self, kind: Kind, value: &str, sender: &Sender<'_>) {
        let value = value.char_indices().nth(600).and_then(|(end, _)| value.get(..end)).unwrap_or(value);
        let address = Pieces::of(value).find_map(|(piece, _)| match piece {
            Piece::Address { address, .. } => Some(address.trim_start_matches("mailto:")),
            Piece::Word(_) => None,
        });
        self.any_address |= address.is_some();
        match kind {
            Kind::From => {
                self.from_address = address.is_some();
                self.from_other = match address {
                    Some(address) => !sender.has_address(address),
                    None => !sender.is_called(value),
                };
            }
            Kind::Sent => {
                let when = When::of(value);
                self.sent = when.date || when.time;
                self.timed |= when.time;
            }
            Kind::Date => self.timed |= When::of(value).time,
            Kind::To => self.to_sender = address.is_some_and(|address| sender.has_address(address)),
            Kind::Subject | Kind::Copy | Kind::Other => {}
        }
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn is_headers(&self, begun: bool, ruled: bool) -> bool {
        if !self.kinds.contains(&Kind::From) {
            return false;
        }
        let dated = self.kinds.iter().any(|kind| matches!(kind, Kind::Sent | Kind::Date));
        if ruled && dated && self.kinds.len() >= 2 {
            return true;
        }
        let told = self.any_address || self.sent || self.timed;
        let complete = match self.kinds.len() {
            0 | 1 => false,
            2 => self.from_address && self.timed && self.has_body,
            3 => told && (self.has_body || (self.from_address && self.from_other && self.timed)),
            _ => told,
        };
        // At the head of his own text an author fills in forms; below it, about himself and without a time of day.
        let others = if begun { self.from_other || self.timed } else { self.to_sender || (self.from_address && self.from_other) };
        let anothers = self.sent || others;
        complete && anothers
    }
}

/// Returns the header that a line names, if it is `name: value`; `None` inside for labels that are no headers.
fn label(line: &str) -> Option<(Option<Kind>, &str)> {
    const LONGEST: usize = 40;
    let line = line.trim_start_matches(|symbol: char| symbol.is_whitespace() || matches!(symbol, '*' | '_' | '#' | '|'));
    let colon = line.bytes().take(LONGEST).position(|byte| byte == b':')?;
    let name = line.get(..colon)?.trim_end_matches(|symbol: char| symbol.is_whitespace() || matches!(symbol, '*' | '_'));
    let value = line.get(colon + 1..)?;
    let is_name = name.starts_with(char::is_alphabetic) && name.split_whitespace().count() <= 4 && !value.starts_with("//");
    let kind = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, kind)| kind);
    is_name.then_some((kind, value.trim_matches(|symbol: char| symbol.is_whitespace() || matches!(symbol, '*' | '_'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: Sender<'_> = Sender { address: "budi@contoh.id", name: "Budi Contoh" };

    fn check(text: &str, begun: bool, expected: bool) {
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(begin_at(&lines, 0, begun, &SENDER), expected, "begun {begun}: {text}");
    }

    #[test]
    fn headers_of_the_programs() {
        for text in [
            "Dari: Care <care@contoh.id>\nDikirim: Jumat, 20 November 2026 9:00\nKepada: Budi\nPerihal: RE: Keluhan\n\nHalo",
            "*Dari:* Care <care@contoh.id>\n*Dikirim:* Jumat, 20 November 2026 9:00\n*Kepada:* Budi\n*Perihal:* RE: Keluhan\n\nHalo",
            "**From:** Care\n**Sent:** Friday, 20 November 2026 9:00\n**To:** Budi\n**Subject:** RE: Keluhan\n\nHalo",
            "Subject: RE: Keluhan\nDate: Fri, 20 Nov 2026 09:00:00 +0700\nFrom: Care <care@contoh.id>\nTo: Budi <budi@contoh.id>\n\nHalo",
            "KEPADA : BUDI\nDIKIRIM : JUMAT, 20 NOVEMBER 2026 9:00\nDARI : CARE\n\nHALO",
            "From: Care <care@contoh.id>\n\nSent: Friday, 20 November 2026 9:00\n\nTo: Budi\n\nSubject: RE: Keluhan\n\nHalo",
            "From: Care <care@contoh.id>\nTo: Budi <budi@contoh.id>; Ani <ani@contoh.id>;\n Tono <tono@contoh.id>\nSent: Friday 9:00\nSubject: x\nHalo",
            "Dari: Care <care@contoh.id>\nTanggal: 20 November 2026 09.00.00 WIB\n\nHalo",
            "From: Care\nDate: Friday, 20 November 2026 at 09.00\nTo: Budi <budi@contoh.id>\nSubject: Re: Keluhan\n\nHalo",
            "Date: Fri, 20 Nov 2026 09:00:00 +0700\nFrom: care@contoh.id\nTo: budi@contoh.id\nHalo",
        ] {
            check(text, true, true);
            check(text, false, true);
        }
        let own_mail = "Dari: Budi Contoh <budi@contoh.id>\nTanggal: 20 November 2026 09.00\nKepada: Care\n\nHalo";
        check(own_mail, true, true);
    }

    #[test]
    fn forms_that_the_author_filled_in() {
        for text in [
            "Dari: Budi Contoh\nTanggal: 20 November 2026\nKeluhan: mati",
            "TANGGAL: 20 November 2026\nDARI: Budi Contoh\nKELUHAN: mati",
            "Kepada: Layanan Pelanggan\nDari: Budi Contoh\nPerihal: Internet mati\n\nInternet mati",
            "Dari: Budi <budi@contoh.id>\nKepada: Care <care@contoh.id>\nPerihal: Internet mati\n\nInternet mati",
            "Dari: Bandung\nKe: Jakarta\nTanggal: 20 November 2026\nNomor Internet: 122\n\nmati",
            "Dari: Budi <budi@contoh.id>\nTanggal: 20 November 2026 09.00\nTelepon: 021\nPesan: mati",
            "Dari: kemarin internet mati\nTo: long",
            "Perihal: Internet mati\n\nSudah lima hari",
            "From: x",
            "",
        ] {
            check(text, true, false);
            check(text, false, false);
        }
        check("Dari: Budi\nTanggal: 20 November 2026 09.00\nKepada: Care\nPerihal: mati\n\nmati", false, false);
        let lines = ["Nama: Budi", "Dari: Bandung <budi@contoh.id>", "Tanggal: 20/11/2026 09.00", "Kepada: Care", "", "mati"];
        assert!(!begin_at(&lines, 1, true, &SENDER));
    }

    #[test]
    fn rules_above_other_mails() {
        let check = |line: &str, own: Option<&str>| assert_eq!(rule_within(line).and_then(|at| line.get(..at)), own, "{line}");
        for line in [
            "-----Original Message-----",
            "---------- Forwarded message ---------",
            "-------- Pesan Asli --------",
            "----- Pesan yang Diteruskan -----",
            "___ Original Message ___",
            "Begin forwarded message:",
            "Pesan terusan:",
            "*---------- Pesan terusan ----------*",
            "\u{2014}\u{2014} Original Message \u{2014}\u{2014}",
        ] {
            check(line, Some(""));
        }
        check("Baik. -----Original Message----- From: Care", Some("Baik. "));
        for line in ["pesan asli", "Pesan asli saya kirim - kemarin", "- pesan asli dari CS: sudah selesai", "----------", ""] {
            check(line, None);
        }
    }
}
