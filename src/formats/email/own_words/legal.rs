//! What lawyers and mail servers add to a mail: disclaimers below it, warnings above it.
//!
//! A sentence is theirs when it speaks of this very mail and of who may read it. Words such as PERHATIAN or RAHASIA are
//! everybody's, and whoever says `saya` is no lawyer. In doubt a sentence is the author's.

use std::ops::Range;

/// Words that such paragraphs begin with, alone or before a colon.
const HEADINGS: [&str; 12] = [
    "disclaimer",
    "penafian",
    "confidentiality notice",
    "confidential",
    "legal notice",
    "notice",
    "caution",
    "warning",
    "external email",
    "perhatian",
    "peringatan",
    "pemberitahuan",
];
/// How they begin without a heading.
const BEGINNINGS: [&str; 13] = [
    "this email",
    "this message",
    "this communication",
    "this transmission",
    "the information",
    "the contents",
    "information contained",
    "email ini",
    "pesan ini",
    "surat elektronik ini",
    "informasi yang terkandung",
    "segala informasi",
    "isi email",
];
/// Words for the mail itself.
const MAIL: [&str; 13] = [
    "email",
    "emails",
    "surel",
    "elektronik",
    "message",
    "messages",
    "pesan",
    "transmission",
    "communication",
    "attachment",
    "attachments",
    "lampiran",
    "lampirannya",
];
/// Beginnings of words about who may read it, what he may do with it and who answers for it.
const TERMS: [&str; 48] = [
    "attachment",
    "lampiran",
    "confidential",
    "rahasia",
    "kerahasiaan",
    "privileged",
    "proprietary",
    "intended",
    "dituju",
    "dimaksudkan",
    "diperuntukkan",
    "recipient",
    "addressee",
    "penerima",
    "delete",
    "menghapus",
    "hapus",
    "sender",
    "pengirim",
    "notify",
    "memberitahu",
    "beritahu",
    "unauthori",
    "berwenang",
    "berhak",
    "disclos",
    "disseminat",
    "distribut",
    "menyebar",
    "penyebar",
    "copying",
    "menyalin",
    "prohibited",
    "dilarang",
    "virus",
    "liab",
    "opinions",
    "views",
    "pandangan",
    "originated",
    "outside",
    "external",
    "eksternal",
    "solely",
    "semata",
    "print",
    "mencetak",
    "environment",
];
/// Terms that hardly anybody else uses: a sentence with one goes on with the paragraph of the lawyers.
const STRONG: [&str; 12] = [
    "recipient",
    "addressee",
    "penerima",
    "delete",
    "menghapus",
    "sender",
    "pengirim",
    "unauthori",
    "disclos",
    "disseminat",
    "liab",
    "privileged",
];
/// Who says one of these speaks for himself.
const PERSONS: [&str; 8] = ["saya", "sy", "aku", "gue", "gua", "gw", "my", "me"];

/// A line that ends earlier is not wrapped.
const WRAPPED: usize = 50;

/// Returns `text` without the sentences that are not its author's.
pub(super) fn without_disclaimers(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !["mail", "surel"].iter().chain(&MAIL).any(|word| lower.contains(word)) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut within = false;
    for sentence in sentences(text) {
        let sentence = text.get(sentence).unwrap_or_default();
        let words = Words::of(sentence);
        within = words.begin_disclaimer() || (within && words.go_on());
        if !within {
            kept.push_str(sentence);
        } else if sentence.ends_with('\n') && !kept.ends_with('\n') {
            kept.push('\n');
        }
    }
    kept
}

/// Returns the sentences of a text one after the other, each with the white space behind it. A heading belongs to what
/// follows.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for end in ends(text) {
        let part = text.get(start..end).unwrap_or_default();
        let is_heading = is_heading(part) && !part.trim_end_matches([' ', '\t']).ends_with("\n\n");
        if !is_heading || end == text.len() {
            all.push(start..end);
            start = end;
        }
    }
    all
}

/// Returns where sentences end: after their full stop, at the end of a short line, and before a heading within a line.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        let mut stopped = false;
        for (place, symbol) in line.char_indices() {
            let goes_on = symbol.is_whitespace() || matches!(symbol, '.' | '!' | '?' | '"' | '\'' | ')');
            if stopped && !goes_on && line.get(..place).is_some_and(|before| before.ends_with(char::is_whitespace)) {
                ends.push(at + place);
            }
            stopped = matches!(symbol, '.' | '!' | '?') || (stopped && goes_on);
        }
        let headings = HEADINGS.iter().flat_map(|heading| lower.match_indices(heading));
        ends.extend(headings.filter(|(place, heading)| stands_as_heading(&lower, *place, heading)).map(|(place, _)| at + place));
        at += line.len();
        if line.trim().len() < WRAPPED || stopped {
            ends.push(at);
        }
    }
    ends.push(text.len());
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|&end| end > 0);
    ends
}

/// Returns whether `heading` at `place` of `line` has a colon behind it and nothing of a longer heading before it.
fn stands_as_heading(line: &str, place: usize, heading: &str) -> bool {
    let before = line.get(..place).unwrap_or_default();
    let after = line.get(place + heading.len()..).unwrap_or_default();
    let longer = before.trim_end().ends_with("confidentiality") || before.trim_end().ends_with("legal");
    before.ends_with([' ', '\t', '*', '-', '_']) && !longer && after.trim_start_matches([' ', '*']).starts_with(':')
}

/// Returns whether `part` is nothing but a heading.
fn is_heading(part: &str) -> bool {
    let lower = part.to_ascii_lowercase();
    HEADINGS.contains(&lower.trim_matches(|symbol: char| !symbol.is_alphanumeric()))
}

/// The words of one sentence.
struct Words(Vec<String>);

impl Words {
    /// In lower case, `e-mail` being `email`; bounded, because lawyers' sentences are long but not endless.
    fn of(sentence: &str) -> Self {
        const MOST: usize = 200;
        let words = sentence.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '-').filter(|word| !word.is_empty());
        Words(words.take(MOST).map(|word| word.replace('-', "").to_lowercase()).collect())
    }

    fn begin_disclaimer(&self) -> bool {
        let needed = || match self.is_opening() {
            Some(Opening::Heading) => 1,
            Some(Opening::Beginning) => 2,
            None => 3,
        };
        self.speaks_of_this_mail() && !self.is_personal() && self.terms() >= needed()
    }

    /// Returns whether a paragraph of lawyers goes on with this sentence.
    fn go_on(&self) -> bool {
        let is_mail = |word: &String| MAIL.contains(&word.as_str());
        let strong = |word: &String| STRONG.iter().any(|term| word.starts_with(term));
        let terms = self.terms();
        let theirs = terms >= 2 || (terms >= 1 && self.0.iter().any(is_mail)) || self.0.iter().any(strong);
        self.0.is_empty() || (theirs && !self.is_personal())
    }

    fn is_opening(&self) -> Option<Opening> {
        let first = self.0.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(" ");
        let opens = |with: &&str| first.strip_prefix(*with).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let heading = HEADINGS.iter().any(opens).then_some(Opening::Heading);
        heading.or_else(|| BEGINNINGS.iter().any(opens).then_some(Opening::Beginning))
    }

    fn is_personal(&self) -> bool {
        self.0.iter().any(|word| PERSONS.contains(&word.as_str()))
    }

    /// `this e-mail`, `any attachments`, `email ini`, `pesan dan lampiran ini`.
    fn speaks_of_this_mail(&self) -> bool {
        let is = |at: usize, among: &[&str]| self.0.get(at).is_some_and(|word| among.contains(&word.as_str()));
        (0..self.0.len()).filter(|&at| is(at, &MAIL)).any(|at| {
            let before = (1..=3).filter_map(|back| at.checked_sub(back)).any(|at| is(at, &["this", "these", "the", "any", "its"]));
            before || (1..=4).any(|on| is(at + on, &["ini", "tersebut", "lampirannya"]))
        })
    }

    /// Returns how many different terms occur.
    fn terms(&self) -> usize {
        TERMS.iter().filter(|term| self.0.iter().any(|word| word.starts_with(**term))).count()
    }
}

/// How a paragraph of lawyers opens.
enum Opening {
    Heading,
    Beginning,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kept: &str) {
        assert_eq!(without_disclaimers(text).trim(), kept, "{text}");
    }

    #[test]
    fn disclaimers_go() {
        for legal in [
            "NOTICE: THIS E-MAIL AND ANY ATTACHMENTS ARE CONFIDENTIAL AND INTENDED SOLELY FOR THE RECIPIENT.",
            "DISCLAIMER: THIS EMAIL IS CONFIDENTIAL AND INTENDED FOR THE RECIPIENT ONLY.",
            "CONFIDENTIALITY NOTICE: The contents of this email message and any attachments are intended solely for the addressee(s).",
            "CONFIDENTIALITY NOTICE\nTHIS MESSAGE IS PRIVILEGED.\nIF YOU ARE NOT THE RECIPIENT, DELETE IT.",
            "*** PENAFIAN ***\nEmail ini dan lampirannya bersifat rahasia.",
            "PERHATIAN: E-MAIL INI BERSIFAT RAHASIA DAN HANYA UNTUK PENERIMA YANG DITUJU. JIKA ANDA BUKAN PENERIMA, HARAP HAPUS PESAN INI.",
            "Pesan ini beserta lampirannya bersifat rahasia. Dilarang menyebarkan atau menyalin pesan tanpa izin pengirim.",
            "The information contained in this e-mail is confidential\nand may be legally privileged. It is intended solely for the addressee.",
            "THIS E-MAIL AND ANY ATTACHMENTS ARE CONFIDENTIAL.\n\nANY UNAUTHORISED DISCLOSURE IS PROHIBITED.",
            "PLEASE CONSIDER THE ENVIRONMENT BEFORE PRINTING THIS E-MAIL, ITS ATTACHMENTS OR ANY CONFIDENTIAL PART.",
        ] {
            for between in ["\n\n", "\n", " "] {
                check(&format!("Internet lemot, mohon dicek.{between}{legal}"), "Internet lemot, mohon dicek.");
            }
        }
        check("Internet lemot DISCLAIMER: THIS EMAIL IS CONFIDENTIAL.", "Internet lemot");
        check("CAUTION: This email originated from outside.\nInternet mati.", "Internet mati.");
        check("CAUTION: This email originated from outside the company\n\nINTERNET MATI TOTAL", "INTERNET MATI TOTAL");
    }

    #[test]
    fn words_of_the_author_stay() {
        for own in [
            "PERHATIAN! DATA RAHASIA SAYA BOCOR.",
            "PERHATIAN!\n\nDATA RAHASIA SAYA BOCOR.",
            "PERHATIAN: INTERNET MATI SUDAH LIMA HARI. PESAN INI SAYA KIRIM KE SEMUA PENERIMA DI DIREKSI.",
            "PESAN INI DITUJUKAN KE DIREKSI: INTERNET MATI LIMA HARI.",
            "PERINGATAN TERAKHIR! EMAIL PELANGGAN RAHASIA BOCOR KE PENERIMA LAIN.",
            "Disclaimer: saya sudah bayar.",
            "Email ini saya kirim karena data rahasia bocor ke penerima lain.",
            "NOTICE: internet mati.",
            "Mohon hapus tagihan ini dan beritahu pengirim paket.",
            "This email is my last. The technician never came.",
        ] {
            check(own, own);
            check(&format!("Halo.\n\n{own}\n\nTerima kasih"), &format!("Halo.\n\n{own}\n\nTerima kasih"));
        }
        check("EMAIL INI RAHASIA DAN DITUJUKAN KEPADA DIREKSI. INTERNET MATI LIMA HARI.", "INTERNET MATI LIMA HARI.");
    }
}
