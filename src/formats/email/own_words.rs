//! What of a mail's text its author wrote: without the mails it answers or forwards, the signature and the lawyers'
//! sentences.
//!
//! Decided by structure, never by a single word, and in doubt for the author: what is taken from him is judged by nobody.
//! The words that mail programs write stand beside the code that asks for them (D96).
//! Where he wrote nothing and only forwarded, his own text is empty and an agent sees what was forwarded.

mod headers;
mod introduction;
mod legal;
mod pieces;

/// A text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OwnWords {
    /// What the author wrote.
    pub(super) own: String,
    /// What he answers or forwards. Signatures and disclaimers are in neither.
    pub(super) quoted: String,
}

/// Who sent the mail: forms name him where quoted mails name somebody else.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sender<'a> {
    /// Address of the sender, in lower case.
    pub(super) address: &'a str,
    pub(super) name: &'a str,
}

impl Sender<'_> {
    fn has_address(&self, address: &str) -> bool {
        !self.address.is_empty() && self.address.eq_ignore_ascii_case(address)
    }

    fn is_called(&self, name: &str) -> bool {
        !self.name.is_empty() && self.name.to_lowercase() == name.trim_matches(['"', '\'', ' ']).to_lowercase()
    }
}

/// Takes a plain text apart.
pub(super) fn split(body: &str, sender: &Sender<'_>) -> OwnWords {
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let (mut own, mut quoted): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let introduced = introduction::may_be_in(body);
    let (mut at, mut begun) = (0, false);
    while let Some(&line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if is_marked(line) {
            quoted.push(line);
            at += 1;
        } else if let Some(count) = introduced.then(|| introduction::lines_of(rest)).flatten() {
            let (introduction, after) = rest.split_at(count.min(rest.len()));
            quoted.extend(introduction);
            at += count;
            // Marked lines follow: the author may have written below them. Else all that follows is the quoted mail.
            if !after.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_marked(line)) {
                quoted.extend(after);
                break;
            }
        } else if let Some(place) = other_mail(&lines, at, begun, sender) {
            own.extend(line.get(..place));
            quoted.extend(line.get(place..));
            quoted.extend(rest.iter().skip(1));
            break;
        } else {
            begun |= !line.is_empty();
            own.push(line);
            at += 1;
        }
    }
    OwnWords { own: cleaned(&own), quoted: quoted.join("\n").trim().to_owned() }
}

/// Returns a subject without the prefixes of answering and forwarding, in lower case.
pub(super) fn bare_subject(subject: &str) -> String {
    const PREFIXES: [&str; 7] = ["re:", "fwd:", "fw:", "bls:", "balas:", "trs:", "aw:"];
    let lower = subject.to_lowercase();
    let mut bare = lower.trim();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)) {
        bare = rest.trim_start();
    }
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a line is marked as quoted. `>5 hari` is a number of days, `>>> TOLONG <<<` a shout.
fn is_marked(line: &str) -> bool {
    let line = line.trim_start();
    let Some(marked) = line.strip_prefix('>') else { return false };
    !marked.starts_with(|symbol: char| symbol.is_ascii_digit()) && !line.ends_with('<')
}

/// Returns where in line `at` another mail begins.
fn other_mail(lines: &[&str], at: usize, begun: bool, sender: &Sender<'_>) -> Option<usize> {
    let line = lines.get(at).filter(|line| !line.is_empty())?;
    if headers::begin_at(lines, at, begun, sender) {
        return Some(0);
    }
    headers::rule_within(line).or_else(|| introduction::within(line))
}

/// Returns the author's lines without signature, disclaimers and what is left of rules; one blank line between
/// paragraphs.
fn cleaned(lines: &[&str]) -> String {
    let lines = without_signature(lines);
    let text = legal::without_disclaimers(&lines.join("\n"));
    let mut kept = String::with_capacity(text.len());
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    for paragraph in lines.split(|line| line.trim().is_empty()).filter(|paragraph| !paragraph.is_empty()) {
        if !kept.is_empty() {
            kept.push_str("\n\n");
        }
        kept.push_str(&paragraph.join("\n"));
    }
    kept.trim_end_matches(|symbol: char| matches!(symbol, '_' | '-' | '=' | '*') || symbol.is_whitespace()).trim_start().to_owned()
}

/// Returns the lines before the signature: a short end below `--`. People also draw that line above what they have to
/// say.
fn without_signature<'l, 't>(lines: &'l [&'t str]) -> &'l [&'t str] {
    const MOST_LINES: usize = 10;
    const MOST_BYTES: usize = 600;
    let is_rule = |line: &&str| line.trim() == "--";
    let Some(at) = lines.iter().rposition(is_rule) else { return lines };
    let (before, signature) = lines.split_at(at);
    let written = |lines: &[&str]| lines.iter().filter(|line| !line.trim().is_empty()).count();
    let bytes: usize = signature.iter().map(|line| line.len()).sum();
    if written(before) > 0 && written(signature) <= MOST_LINES + 1 && bytes <= MOST_BYTES { before } else { lines }
}

#[cfg(test)]
mod tests;
