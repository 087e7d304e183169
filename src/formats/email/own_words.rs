//! What of a mail's text its author wrote: without the mails it answers, the signature and the lawyers' paragraphs.

/// A text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OwnWords {
    /// What the author wrote.
    pub(super) own: String,
    /// What he answers or forwards. Signatures and disclaimers are in neither.
    pub(super) quoted: String,
}

/// Takes a plain text apart.
pub(super) fn split(body: &str) -> OwnWords {
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let (mut own, mut quoted): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut at, mut in_signature) = (0, false);
    while let Some(&line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if let Some(intro) = introduction(rest) {
            let (before, after) = rest.split_at(intro);
            quoted.extend(before);
            at += intro;
            // Marked lines follow: the author may have written below them. Else all that follows is the quoted mail.
            if !after.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_marked(line)) {
                quoted.extend(after);
                break;
            }
            continue;
        }
        if begins_other_mail(rest) {
            quoted.extend(rest);
            break;
        }
        if is_marked(line) {
            quoted.push(line);
        } else {
            in_signature |= line.trim() == "--";
            if !in_signature {
                own.push(line);
            }
        }
        at += 1;
    }
    OwnWords { own: without_disclaimer(&own), quoted: quoted.join("\n").trim().to_owned() }
}

/// A subject without the prefixes of answering and forwarding, in lower case.
pub(super) fn bare_subject(subject: &str) -> String {
    const PREFIXES: [&str; 7] = ["re:", "fwd:", "fw:", "bls:", "balas:", "trs:", "aw:"];
    let lower = subject.to_lowercase();
    let mut bare = lower.trim();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)) {
        bare = rest.trim_start();
    }
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_marked(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// How many lines introduce a quoted mail, as `On .. wrote:` and `Pada .. menulis:` do; programs wrap them.
fn introduction(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?.trim_start();
    if !(first.starts_with("On ") || first.starts_with("Pada ")) {
        return None;
    }
    let paragraph = lines.iter().take(3).take_while(|line| !line.trim().is_empty());
    let ends = |line: &&str| ["wrote:", "menulis:"].iter().any(|end| line.ends_with(end));
    paragraph.into_iter().position(ends).map(|at| at + 1)
}

/// Whether another mail begins here: a line of dashes that says so, or the header lines that Outlook puts in front.
fn begins_other_mail(lines: &[&str]) -> bool {
    const RULES: [&str; 5] = ["original message", "pesan asli", "forwarded message", "pesan terusan", "pesan yang diteruskan"];
    let first = lines.first().map(|line| line.trim().to_lowercase()).unwrap_or_default();
    if first.starts_with("--") && RULES.contains(&first.trim_matches('-').trim()) {
        return true;
    }
    let is_from = ["from:", "dari:"].iter().any(|name| first.starts_with(name));
    let header = |line: &&str| ["sent:", "dikirim:", "date:", "tanggal:"].iter().any(|name| line.trim().to_lowercase().starts_with(name));
    is_from && lines.iter().skip(1).take(3).any(header)
}

/// The lines up to the first paragraph of lawyers. One at the very top is a banner of the mail server: only it goes.
fn without_disclaimer(lines: &[&str]) -> String {
    let mut kept: Vec<String> = Vec::new();
    for paragraph in lines.split(|line| line.trim().is_empty()).filter(|paragraph| !paragraph.is_empty()) {
        let text = paragraph.join("\n");
        if !is_disclaimer(&text) {
            kept.push(text);
        } else if !kept.is_empty() {
            break;
        }
    }
    let text = kept.join("\n\n");
    text.trim_end_matches(|symbol: char| matches!(symbol, '_' | '-' | '=' | '*') || symbol.is_whitespace()).trim_start().to_owned()
}

/// Whether a paragraph speaks of the mail itself and begins as disclaimers do. A customer may well write "disclaimer:".
fn is_disclaimer(paragraph: &str) -> bool {
    const BEGINNINGS: [&str; 14] = [
        "disclaimer",
        "penafian",
        "confidential",
        "caution",
        "peringatan",
        "perhatian",
        "this e-mail",
        "this email",
        "this message",
        "the information contained",
        "email ini",
        "e-mail ini",
        "pesan ini",
        "informasi yang terkandung",
    ];
    const SUBJECTS: [&str; 8] =
        ["confidential", "rahasia", "intended", "recipient", "penerima", "this email", "this e-mail", "originated from outside"];
    let lower = paragraph.to_lowercase();
    let lower = lower.trim_start_matches(|symbol: char| !symbol.is_alphanumeric());
    BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning)) && SUBJECTS.iter().any(|subject| lower.contains(subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, own: &str, quoted: &str) {
        let expected = OwnWords { own: own.to_owned(), quoted: quoted.to_owned() };
        assert_eq!(split(body), expected, "{body}");
    }

    #[test]
    fn quoted_mails_are_cut() {
        check(
            "Masih mati.\r\n\r\nPada Sel, 7 Jan 2025 09.40, Budi menulis:\r\n> Halo\r\n> kak",
            "Masih mati.",
            "Pada Sel, 7 Jan 2025 09.40, Budi menulis:\n> Halo\n> kak",
        );
        check(
            "Masih mati.\n\nOn Tue, 7 Jan 2025 at 09.40, Care\n<care@contoh.id> wrote:\n\nHalo kak",
            "Masih mati.",
            "On Tue, 7 Jan 2025 at 09.40, Care\n<care@contoh.id> wrote:\n\nHalo kak",
        );
        check(
            "On Tue, Care wrote:\n> Sudah nyala?\n\nBelum!\n> Yakin?\nYa.",
            "Belum!\nYa.",
            "On Tue, Care wrote:\n> Sudah nyala?\n> Yakin?",
        );
        for rule in ["-----Original Message-----", "---------- Forwarded message ---------", "-----Pesan Asli-----"] {
            check(&format!("Mati.\n\n{rule}\nFrom: Care\nHalo"), "Mati.", &format!("{rule}\nFrom: Care\nHalo"));
        }
        check("Mati.\n________________\nDari: Care\nDikirim: Selasa\nHalo", "Mati.", "Dari: Care\nDikirim: Selasa\nHalo");
        check(
            "Dari: kemarin internet mati\nPada hari Selasa teknisi datang",
            "Dari: kemarin internet mati\nPada hari Selasa teknisi datang",
            "",
        );
        check("", "", "");
    }

    #[test]
    fn signatures_and_disclaimers_are_dropped() {
        check("Mati.\n-- \nBudi Contoh\n0800", "Mati.", "");
        check("Mati.\n--\nBudi\n\nOn Tue, Care wrote:\n> Halo\nBudi", "Mati.", "On Tue, Care wrote:\n> Halo");
        check("MATI.\n\nDISCLAIMER: THIS EMAIL IS CONFIDENTIAL.\n\nIF YOU ARE NOT THE RECIPIENT, DELETE IT.", "MATI.", "");
        check("CAUTION: This email originated from outside.\n\nInternet mati.", "Internet mati.", "");
        check("Mati.\n\n*** Email ini dan lampirannya bersifat rahasia. ***", "Mati.", "");
        check("Mati.\n\nDisclaimer: saya sudah bayar.\n\nTolong.", "Mati.\n\nDisclaimer: saya sudah bayar.\n\nTolong.", "");
        check("Email ini saya kirim karena internet mati.", "Email ini saya kirim karena internet mati.", "");
    }

    #[test]
    fn subjects_of_one_thread_are_equal() {
        for subject in ["Internet mati", "Re: Internet  mati", "RE: Fwd: internet mati ", "Bls: Trs: Internet mati"] {
            assert_eq!(bare_subject(subject), "internet mati");
        }
        assert_eq!(bare_subject("Re:"), "");
    }
}
