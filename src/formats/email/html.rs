//! The text of a mail that comes as HTML only: its words, its lines and what it quotes.
//!
//! Tags, comments and entities are the tokenizer's. The mail library's own `html_to_text` runs the words of neighbouring
//! blocks together and does not tell quoted text from the author's.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Elements whose content nobody sees.
const HIDDEN: [&[u8]; 5] = [b"style", b"script", b"title", b"template", b"noscript"];
/// Elements that stand on lines of their own.
const BLOCKS: [&[u8]; 23] = [
    b"br",
    b"p",
    b"div",
    b"li",
    b"ul",
    b"ol",
    b"tr",
    b"table",
    b"blockquote",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"hr",
    b"pre",
    b"section",
    b"article",
    b"header",
    b"footer",
    b"center",
    b"address",
];

/// Returns the text of `html`, quoted parts marked by `>` as plain mail marks them.
pub(super) fn to_text(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut text = Text::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => text.open(&tag.name),
            Token::EndTag(tag) => text.close(&tag.name),
            Token::String(words) => text.push(&String::from_utf8_lossy(&words)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    text.written
}

#[derive(Default)]
struct Text {
    written: String,
    quote_depth: usize,
    /// The element that hides what follows.
    hidden: Option<&'static [u8]>,
    /// White space came since the last word.
    space: bool,
}

impl Text {
    fn open(&mut self, name: &[u8]) {
        if self.hidden.is_none() {
            self.hidden = HIDDEN.into_iter().find(|hidden| *hidden == name);
        }
        if name == b"blockquote" {
            self.quote_depth += 1;
        }
        self.pass(name);
    }

    fn close(&mut self, name: &[u8]) {
        if self.hidden == Some(name) {
            self.hidden = None;
        }
        if name == b"blockquote" {
            self.quote_depth = self.quote_depth.saturating_sub(1);
        }
        self.pass(name);
    }

    /// What a tag does to the line it stands in.
    fn pass(&mut self, name: &[u8]) {
        if matches!(name, b"td" | b"th") {
            self.space = true;
        }
        if BLOCKS.contains(&name) && self.hidden.is_none() && !self.written.is_empty() {
            self.written.push('\n');
            self.space = false;
        }
    }

    /// Adds words; line ends among them are spaces in HTML.
    fn push(&mut self, words: &str) {
        if self.hidden.is_some() {
            return;
        }
        self.space |= words.starts_with(|symbol: char| symbol.is_ascii_whitespace());
        for word in words.split_ascii_whitespace() {
            let at_line_start = self.written.is_empty() || self.written.ends_with('\n');
            if at_line_start && self.quote_depth > 0 {
                self.written.push_str("> ");
            } else if self.space && !at_line_start {
                self.written.push(' ');
            }
            self.written.push_str(word);
            self.space = true;
        }
        self.space &= words.ends_with(|symbol: char| symbol.is_ascii_whitespace());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lines_and_quotes() {
        let check = |html: &str, text: &str| assert_eq!(to_text(html).trim(), text, "{html}");
        check("<html><head><title>x</title><style>p{}</style></head><body><p>Internet\n mati</p></body>", "Internet mati");
        check("Satu<br>dua <b>tiga</b>&nbsp;&amp; empat", "Satu\ndua tiga\u{a0}& empat");
        check("Mati<!-- <p>x</p> --><blockquote type=cite>Halo<br/>kak</blockquote>lagi", "Mati\n> Halo\n> kak\nlagi");
        check("<script>if (a<b) {}</script>Mati", "Mati");
        check("tanpa tag", "tanpa tag");
        check("rusak <b", "rusak");
        check("kurang dari < 10 mbps > sejak kemarin", "kurang dari < 10 mbps > sejak kemarin");
        check("inter<b>net</b> mati<i> total</i>", "internet mati total");
        check("<div>Internet</div><div>mati</div>", "Internet\n\nmati");
        check("<table><tr><td>Nama</td><td>Budi</td></tr></table>", "Nama Budi");
        check("<head><p>kepala yang tidak ditutup", "kepala yang tidak ditutup");
        check(r#"<img alt="a > b">Mati"#, "Mati");
        check("<", "<");
        check("<>é<é>", "<>é<é>");
    }
}
