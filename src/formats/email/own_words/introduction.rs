//! The line that mail programs put in front of a quoted mail: `On .. wrote:`, `Pada .. menulis:`.
//!
//! Told by what it is made of, not by its first word: a date or an address and a verb of writing, and no sentence around
//! them. People report what a technician wrote in much the same words, and that is their own text.

use super::pieces::{Piece, Pieces, When};

/// Verbs of writing as the programs use them. In capitals they are a person's.
const VERBS: [&str; 5] = ["wrote", "writes", "menulis", "tulis", "menuliskan"];
/// How such a line may begin, if not with a date, a name or an address.
const OPENINGS: [&str; 2] = ["On", "Pada"];
/// Parts of names that are written small.
const PARTICLES: [&str; 12] = ["bin", "binti", "van", "der", "von", "al", "el", "via", "of", "dan", "and", "&"];

/// Lines that an introduction is wrapped over, at most, and its bytes.
const MOST_LINES: usize = 8;
const MOST_BYTES: usize = 600;
/// A line that ends earlier is not wrapped: what follows it is another line of its author.
const WRAPPED: usize = 40;

/// Returns whether `body` may hold an introduction at all.
pub(super) fn may_be_in(body: &str) -> bool {
    VERBS.iter().any(|verb| body.contains(verb)) || body.contains(">:")
}

/// Returns how many of `lines` introduce a quoted mail. Text may follow in the last of them: the quoted mail begins
/// there.
pub(super) fn lines_of(lines: &[&str]) -> Option<usize> {
    let text = paragraph(lines);
    let end = end_of(&text, || lines_after_are_marked(lines, &text))?;
    Some(text.get(..end)?.matches('\n').count() + 1)
}

/// Returns where within `line` an introduction with a date, a time and an address begins: text whose line ends were
/// lost.
pub(super) fn within(line: &str) -> Option<usize> {
    let openings = OPENINGS.iter().flat_map(|opening| line.match_indices(opening));
    let starts = openings.map(|(at, _)| at).filter(|&at| line.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace)));
    starts.filter(|&at| end_of(cut(line.get(at..).unwrap_or_default()), || false).is_some()).min()
}

/// Returns the first lines up to a blank one, bounded.
fn paragraph(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines.iter().take(MOST_LINES).take_while(|line| !line.trim().is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(cut(line));
        if text.len() >= MOST_BYTES {
            break;
        }
    }
    text
}

fn cut(line: &str) -> &str {
    let end = (0..=MOST_BYTES.min(line.len())).rev().find(|&end| line.is_char_boundary(end)).unwrap_or(0);
    line.get(..end).unwrap_or(line)
}

/// Returns whether the first words below the introduction are marked as quoted.
fn lines_after_are_marked(lines: &[&str], text: &str) -> bool {
    let after =
        lines.iter().skip(text.lines().position(|line| line.trim_end_matches(['*', '_', ' ']).ends_with(':')).map_or(0, |at| at + 1));
    after.copied().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_start().starts_with('>'))
}

/// What was read before the verb.
#[derive(Default)]
struct Read {
    opened: bool,
    /// Begins with a date.
    dated: bool,
    when: When,
    /// An address stands last; in brackets or bare.
    address: Option<bool>,
    names: usize,
    /// Ordinary words: a sentence.
    words: usize,
    pieces: usize,
}

impl Read {
    /// Takes a piece; `None` where no introduction can have it.
    fn add(&mut self, piece: Piece<'_>) -> Option<()> {
        self.pieces += 1;
        let word = match piece {
            Piece::Address { bracketed, .. } => {
                self.address = Some(bracketed);
                return Some(());
            }
            Piece::Word(word) => word,
        };
        if word == "telah" {
            return Some(());
        }
        self.address = None;
        let first = self.pieces == 1;
        if OPENINGS.contains(&word) {
            // Another one begins: this was the end of somebody's sentence.
            self.opened = first;
            return first.then_some(());
        }
        if self.when.add(word) {
            self.dated |= first;
            return Some(());
        }
        let small = word.starts_with(char::is_lowercase) && !PARTICLES.contains(&word);
        let ends_sentence = small && word.len() > 3 && word.ends_with(['.', '!', '?']);
        self.words += usize::from(small);
        self.names += usize::from(word.starts_with(char::is_alphabetic) && !small);
        (!(ends_sentence || first && small)).then_some(())
    }

    /// Returns whether that introduces a mail, the line ending after the verb or not.
    fn introduces(&self, line_ends: bool, marked: impl Fn() -> bool) -> bool {
        let begins = self.opened || self.dated;
        let named = self.words == 0 && (self.names > 0 || self.address.is_some());
        match self.address {
            Some(true) if begins && self.when.date && (self.when.time || line_ends) => true,
            Some(_) if begins && self.when.date && line_ends => true,
            Some(true) if line_ends && self.words == 0 => true,
            _ if begins && self.when.date && self.when.time && line_ends && named => true,
            _ => line_ends && named && marked(),
        }
    }
}

/// Where the introduction at the beginning of `text` ends.
fn end_of(text: &str, marked: impl Fn() -> bool) -> Option<usize> {
    if !may_be_in(text) {
        return None;
    }
    let mut read = Read::default();
    let pieces = Pieces::of(text);
    for (piece, end) in pieces {
        let Piece::Word(word) = piece else {
            read.add(piece)?;
            let end = colon(text, end, "");
            match end {
                // `2026-11-20 09:00 GMT+07:00 Budi <a@b>:`
                Some(end) if read.dated && read.address == Some(true) && line_ends(text, end) => return Some(end),
                _ => continue,
            }
        };
        if !VERBS.contains(&word.trim_end_matches(':')) {
            read.add(piece)?;
            if !read.opened && !read.dated && wrapped_too_early(text, end) {
                return None;
            }
            continue;
        }
        return match colon(text, end, word) {
            Some(end) => read.introduces(line_ends(text, end), marked).then_some(end),
            None => date_after(text, end, &read),
        };
    }
    None
}

/// Returns the place after the colon of a verb that ends at `end`.
fn colon(text: &str, end: usize, word: &str) -> Option<usize> {
    if word.ends_with(':') {
        return Some(end);
    }
    let rest = text.get(end..)?;
    let gap = rest.len() - rest.trim_start_matches(|symbol: char| symbol == '*' || symbol.is_whitespace()).len();
    rest.get(gap..)?.starts_with(':').then_some(end + gap + 1)
}

fn line_ends(text: &str, end: usize) -> bool {
    let line = text.get(end..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    line.chars().all(|symbol| symbol.is_whitespace() || matches!(symbol, '*' | '_' | '"' | '\u{200b}'))
}

/// `Budi <a@b> wrote on 20 Nov 2026 09:00:`, the verb ending at `end`.
fn date_after(text: &str, end: usize, read: &Read) -> Option<usize> {
    let rest = text.get(end..)?.split('\n').next()?;
    let bare = rest.trim_end_matches(['*', '_', ' ']);
    let mut when = When::default();
    let only_dates = Pieces::of(bare).all(|(piece, _)| matches!(piece, Piece::Word(word) if word == ":" || when.add(word)));
    let known = read.words == 0 && (read.address.is_some() || (read.names > 0 && when.time));
    (bare.ends_with(':') && only_dates && when.date && known).then_some(end + bare.len())
}

/// Returns whether the line that a name at `end` closes is too short to have been wrapped.
fn wrapped_too_early(text: &str, end: usize) -> bool {
    let closes = text.get(end..).is_some_and(|rest| rest.starts_with('\n'));
    closes && text.get(..end).is_some_and(|before| before.rsplit('\n').next().is_some_and(|line| line.len() < WRAPPED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn introductions_of_the_programs() {
        let check = |text: &str, lines: usize| assert_eq!(lines_of(&text.lines().collect::<Vec<_>>()), Some(lines), "{text}");
        check("On Fri, 20 Nov 2026 at 09:00, Care <care@contoh.id> wrote:\n\nHalo", 1);
        check("On Fri, Nov 20, 2026 at 9:00\u{202f}AM Care Contoh <care@contoh.id>\nwrote:\nHalo", 2);
        check(
            "Pada tanggal Jum, 20 Nov 2026 pukul 09.00 Layanan Pelanggan\nContoh Wilayah Barat <\ncare.barat@contoh.id>\nmenulis:\n\nHalo",
            4,
        );
        check("*Pada Jum, 20 Nov 2026 09.00, Care <care@contoh.id> menulis:*\nHalo", 1);
        check("**On 20 Nov 2026, at 09:00, care@contoh.id wrote:**\nHalo", 1);
        check("Pada 20/11/26 09.00, Layanan Pelanggan menulis:\nHalo", 1);
        check("On 20/11/2026 09:00, \"Care\" [mailto:care@contoh.id] wrote :\nHalo", 1);
        check("Pada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:   HALO SEMUA", 1);
        check("Care Contoh <care@contoh.id> menulis:\nHalo", 1);
        check("Care Contoh <care@contoh.id> wrote on Fri, 20 Nov 2026 09:00:\nHalo", 1);
        check("2026-11-20 09:00 GMT+07:00 Care Contoh <care@contoh.id>:\nHalo", 1);
        check("Pada Sel, Care menulis:\n> Halo", 1);
        check("Care Contoh wrote:\n\n> Halo", 1);
        check("Pada tanggal 20/11/2026 09:00, Care <care@contoh.id> telah menulis:\nHalo", 1);
        check("Jumat, 20 November 2026 09.00 WIB, Care bin Contoh menulis:\nHalo", 1);
    }

    #[test]
    fn sentences_of_people() {
        let check = |text: &str| assert_eq!(lines_of(&text.lines().collect::<Vec<_>>()), None, "{text}");
        check("Pada hari Senin teknisi Bapak menulis: modem sudah diganti");
        check("Pada hari Senin teknisi Bapak menulis:\n\"modem sudah diganti\"");
        check("Pada hari Senin teknisi menulis:\n> modem sudah diganti");
        check("Pada tanggal 20 November 2026 pukul 09.00 teknisi Bapak menulis: modem diganti");
        check("PADA TANGGAL 20 NOVEMBER 2026 PUKUL 09.00 TEKNISI MENULIS:\nMODEM DIGANTI");
        check("Pada 20 November 2026 petugas saya hubungi lewat care@contoh.id dan dia menulis: tunggu");
        check("On Monday your technician wrote: the modem is fine");
        check("Saya sudah kirim ke care@contoh.id dan dia menulis:\ntunggu");
        check("Baik.\nPada Jum, 20 Nov 2026 09.00, Care <care@contoh.id> menulis:\nHalo");
        check("Baik, terima kasih banyak, saya tunggu kabarnya ya.\nCare <care@contoh.id> menulis pada Jum, 20 Nov 2026 09.00:\nHalo");
        check("Terima kasih\nCare <care@contoh.id> menulis:\nHalo");
        check("Terima Kasih\nCare <care@contoh.id> menulis:\nHalo");
        check("Teknisi menulis: sudah selesai");
        check("");
    }

    #[test]
    fn within_a_line() {
        let check = |line: &str, own: Option<&str>| assert_eq!(within(line).and_then(|at| line.get(..at)), own, "{line}");
        check("Baik, saya tunggu.   Pada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:  HALO", Some("Baik, saya tunggu.   "));
        check("Thanks. On Fri, Nov 20, 2026 at 9:00 AM, Care <care@contoh.id> wrote: Hello", Some("Thanks. "));
        check("Kemarin Pada hari Senin teknisi menulis: selesai", None);
        check("Lalu Pada 20 Nov 2026 09.00 teknisi menulis: selesai", None);
    }
}
