//! The text of a mail that comes as HTML only: just enough for its words, its lines and what it quotes.

use html_escape::decode_html_entities;

/// The text of `html`, quoted parts marked by `>` as plain mail marks them.
pub(super) fn to_text(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let (mut text, mut quote_depth, mut at) = (Text::default(), 0_usize, 0);
    while let Some(start) = lower.get(at..).and_then(|rest| rest.find('<')).map(|offset| at + offset) {
        text.push(html.get(at..start).unwrap_or_default(), quote_depth);
        let Some(end) = lower.get(start..).and_then(|rest| rest.find('>')).map(|offset| start + offset + 1) else {
            at = html.len();
            break;
        };
        let tag = lower.get(start + 1..end - 1).unwrap_or_default();
        at = end;
        match name(tag) {
            "blockquote" => quote_depth += 1,
            "/blockquote" => quote_depth = quote_depth.saturating_sub(1),
            hidden @ ("style" | "script" | "head" | "title" | "!--") => at = after_hidden(&lower, hidden, start, end),
            _ => {}
        }
        if breaks_line(name(tag)) {
            text.new_line();
        }
    }
    text.push(html.get(at..).unwrap_or_default(), quote_depth);
    text.0
}

fn name(tag: &str) -> &str {
    if tag.starts_with("!--") {
        return "!--";
    }
    let end = tag.char_indices().skip(1).find(|(_, symbol)| !symbol.is_ascii_alphanumeric()).map_or(tag.len(), |(at, _)| at);
    tag.get(..end).unwrap_or_default()
}

fn breaks_line(name: &str) -> bool {
    matches!(name.trim_start_matches('/'), "br" | "p" | "div" | "li" | "tr" | "table" | "blockquote" | "h1" | "h2" | "h3" | "hr")
}

/// Where the text goes on after an element that shows none.
fn after_hidden(lower: &str, name: &str, start: usize, end: usize) -> usize {
    let (from, close) = if name == "!--" { (start, "-->".to_owned()) } else { (end, format!("</{name}>")) };
    lower.get(from..).and_then(|rest| rest.find(&close)).map_or(lower.len(), |offset| from + offset + close.len())
}

#[derive(Default)]
struct Text(String);

impl Text {
    /// Adds words; line ends inside them are spaces in HTML.
    fn push(&mut self, words: &str, quote_depth: usize) {
        let words = words.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return;
        }
        let at_line_start = self.0.is_empty() || self.0.ends_with('\n');
        if at_line_start && quote_depth > 0 {
            self.0.push_str("> ");
        } else if !at_line_start {
            self.0.push(' ');
        }
        self.0.push_str(&decode_html_entities(&words));
    }

    fn new_line(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lines_and_quotes() {
        let check = |html: &str, text: &str| assert_eq!(to_text(html).trim(), text, "{html}");
        check("<html><head><title>x</title><style>p{}</style></head><body><p>Internet\n mati</p></body>", "Internet mati");
        check("Satu<br>dua <b>tiga</b>&nbsp;&amp; empat", "Satu\ndua tiga \u{a0}& empat");
        check("Mati<!-- <p>x</p> --><blockquote type=cite>Halo<br/>kak</blockquote>lagi", "Mati\n> Halo\n> kak\nlagi");
        check("<script>if (a<b) {}</script>", "");
        check("tanpa tag", "tanpa tag");
        check("rusak <b", "rusak");
        check("<", "");
        check("<>é<é>", "é");
    }
}
