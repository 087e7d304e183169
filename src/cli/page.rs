//! What the program shows: the only way to standard output and standard error.
//!
//! Posts, ids, headers, names of files and lines of documents may hold anything. On a [`Page`] nothing of it commands a
//! terminal: whatever is written onto it is made visible, and colours are no part of what is written but switched beside
//! it. JSON keeps its meaning to the character and names such characters by their numbers. Knows nothing of what is shown.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use super::{Exit, log};

/// A text for people, in colours where they are wanted.
#[derive(Debug, Default)]
pub struct Page(String);

/// Writes a line to standard output, for people.
macro_rules! say {
    ($($part:tt)*) => { $crate::cli::page::Page::of(format_args!("{}\n", format_args!($($part)*))).show() };
}

/// Writes a line to standard error, for people.
macro_rules! tell {
    ($($part:tt)*) => { $crate::cli::page::Page::of(format_args!("{}\n", format_args!($($part)*))).tell() };
}

pub(super) use {say, tell};

impl Page {
    /// Returns a page with one text on it.
    pub fn of(text: impl fmt::Display) -> Self {
        let mut page = Page::default();
        write!(page, "{text}");
        page
    }

    /// What `write!` and `writeln!` call; unlike elsewhere it cannot fail.
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) {
        // A string takes everything; a `Display` that fails has written what it could.
        let _ = Visible(&mut self.0).write_fmt(text);
    }

    /// The same in a style.
    pub fn styled(&mut self, style: Style, text: fmt::Arguments<'_>) {
        let _ = write!(self.0, "{style}");
        self.write_fmt(text);
        let _ = write!(self.0, "{style:#}");
    }

    /// Writes the page to standard output.
    pub fn show(&self) {
        to(&mut anstream::stdout(), &self.0);
    }

    /// Writes the page to standard error. Where that is impossible there is nobody left to complain to; while the service
    /// runs it is a part of the log.
    pub fn tell(&self) {
        if !self.0.is_empty() && !log::send(self.0.as_bytes()) {
            let _ = anstream::stderr().write_all(self.0.as_bytes());
        }
    }

    #[cfg(test)]
    pub fn plain(&self) -> String {
        anstream::adapter::strip_str(&self.0).to_string()
    }
}

/// Writes `value` to standard output as one JSON document of several lines.
pub fn json(value: &impl Serialize) {
    document(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Writes a JSON document and the end of its line to standard output.
pub fn document(json: &str) {
    to(&mut io::stdout(), &format!("{}\n", numbered(json)));
}

/// Whoever reads has stopped reading: there is nothing left to do. An answer that cannot be written is no answer.
fn to(stream: &mut impl Write, text: &str) {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            tell!("triage: the answer cannot be written: {error}");
            std::process::exit(Exit::Unavailable as i32)
        }
    }
}

/// From now on a thread writes what is told and logged to standard error, and nobody waits for it.
pub fn begin_log() {
    log::begin(anstream::stderr());
    log::tell_of_panics();
}

/// Writes with every character made visible.
struct Visible<'a>(&'a mut String);

impl fmt::Write for Visible<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(text.chars().map(|symbol| if matches!(symbol, '\n' | '\t') { symbol } else { visible(symbol) }));
        Ok(())
    }
}

/// `symbol`, or what stands for it: one column wide, and without power over a terminal.
pub fn visible(symbol: char) -> char {
    match symbol {
        // The block of pictures has the order of what they depict.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(symbol)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        _ if commands(symbol) => char::REPLACEMENT_CHARACTER,
        _ => symbol,
    }
}

/// Returns `text` on one line.
pub fn one_line(text: &str) -> String {
    text.chars().map(|symbol| if matches!(symbol, '\n' | '\t') { ' ' } else { visible(symbol) }).collect()
}

/// Moves the cursor, changes colours or direction, or ends a line.
fn commands(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
}

/// Returns the same JSON, with such characters as numbers. In JSON they stand within strings only.
fn numbered(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for symbol in json.chars() {
        if commands(symbol) && !matches!(symbol, '\n' | '\t' | '\r') {
            let _ = write!(out, "\\u{:04x}", u32::from(symbol));
        } else {
            out.push(symbol);
        }
    }
    out
}

/// Where the log is written ([`log::begin`] says by whom): its lines come with the logger's own colours, and with everything else that moves a terminal
/// in them made visible.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// Lines are JSON documents.
    pub json: bool,
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let safe = if self.json { numbered(&text) } else { logged(&text) };
        if !log::send(safe.as_bytes()) {
            let _ = io::stderr().write_all(safe.as_bytes());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a line of the log without power over a terminal. The logger itself makes escapes that others wrote visible:
/// those that are left are its own.
fn logged(text: &str) -> String {
    text.chars().map(|symbol| if matches!(symbol, '\n' | '\t' | '\u{1b}') { symbol } else { visible(symbol) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstyle::AnsiColor;
    use proptest::prelude::*;

    #[test]
    fn what_others_wrote_is_made_visible() {
        let check = |text: &str, shown: &str| assert_eq!(Page::of(text).0, shown, "{text:?}");
        check("internet mati", "internet mati");
        check("a\tb\nc", "a\tb\nc");
        check("\u{1b}[31mmerah\u{1b}[0m", "␛[31mmerah␛[0m");
        check("\u{1b}]8;;https://contoh.id\u{7}x\u{1b}]8;;\u{7}", "␛]8;;https://contoh.id␇x␛]8;;␇");
        check("a\rb\u{8}\u{7f}\0", "a␍b␈␡␀");
        check("\u{9b}2J\u{85}", "\u{fffd}2J\u{fffd}");
        check("\u{202e}gnp\u{2066}\u{2028}", "\u{fffd}gnp\u{fffd}\u{fffd}");
        // Letters that join, and emoji, are no commands.
        check("e\u{301} 👩\u{200d}👧 \u{200e}", "e\u{301} 👩\u{200d}👧 \u{200e}");
    }

    #[test]
    fn colours_are_beside_what_is_written() {
        let mut page = Page::default();
        page.styled(AnsiColor::Red.on_default(), format_args!("a\u{1b}[0mb"));
        writeln!(page, "\u{1b}[1mc");
        assert_eq!(page.0, "\u{1b}[31ma␛[0mb\u{1b}[0m␛[1mc\n");
        assert_eq!(page.plain(), "a␛[0mb␛[1mc\n");
    }

    #[test]
    fn the_log_keeps_its_own_colours_only() {
        assert_eq!(logged("\u{1b}[2mx\u{1b}[0m a\rb\u{9b}\u{202e}\n"), "\u{1b}[2mx\u{1b}[0m a␍b\u{fffd}\u{fffd}\n");
    }

    proptest! {
        #[test]
        fn nothing_commands_a_terminal(text in "(?s).{0,40}") {
            let page = Page::of(&text).0;
            prop_assert!(page.chars().all(|symbol| matches!(symbol, '\n' | '\t') || !commands(symbol)));
            prop_assert_eq!(page.chars().count(), text.chars().count());
        }

        #[test]
        fn json_keeps_its_meaning(text in "(?s)[\u{0}-\u{a0}\u{2020}-\u{2070}a-z]{0,40}") {
            let written = numbered(&serde_json::to_string_pretty(&[&text]).unwrap());
            prop_assert!(written.chars().all(|symbol| symbol == '\n' || !commands(symbol)));
            prop_assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap(), [text]);
        }
    }
}
