//! From a text to tokens, in one pass over its bytes.

use std::borrow::Cow;

use super::capitals::letters;
use super::vocabulary::{Form, Vocabulary, add_reading};
use super::{Acronyms, Facts, Named, Span, Token, word};

/// Buffers that one pass leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    text_in_lower_case: String,
    compatible: String,
    lower: String,
    symbols: Vec<Token>,
}

/// Fills `facts` from `text` and then from `subject`.
pub(super) fn read(facts: &mut Facts, text: &str, subject: Option<&str>, vocabulary: &Vocabulary, acronyms: &Acronyms) {
    facts.scratch.symbols.clear();
    read_part(facts, text, false, vocabulary, acronyms);
    if let Some(subject) = subject {
        read_part(facts, subject, true, vocabulary, acronyms);
    }
    facts.words = facts.tokens.len();
    let Facts { tokens, scratch, .. } = facts;
    tokens.append(&mut scratch.symbols);
}

fn read_part(facts: &mut Facts, text: &str, in_subject: bool, vocabulary: &Vocabulary, acronyms: &Acronyms) {
    let mut lower = std::mem::take(&mut facts.scratch.text_in_lower_case);
    lower.clear();
    lower.push_str(text);
    lower.make_ascii_lowercase();
    let (clause, sentence) = facts.tokens.last().map_or((0, 0), |token| (token.clause + 1, token.sentence + 1));
    Reader { text, lower: &lower, byte: 0, character: 0, clause, sentence, in_subject, facts, vocabulary, acronyms }.run();
    facts.scratch.text_in_lower_case = lower;
}

pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// `?`, `!` and whatever is neither letter, digit, space nor ordinary punctuation: mostly emoji.
pub(super) fn is_symbol(c: char) -> bool {
    matches!(c, '?' | '!')
        || (c as u32 >= 0x2190 && !is_word_char(c) && !c.is_whitespace() && !matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF0F}'))
}

/// What `Reader` needs to know of a word of ASCII letters and digits, counted in one pass.
struct PlainWord {
    length: usize,
    upper: u32,
    lower: u32,
    /// A letter is repeated three times or more.
    stretched: bool,
}

impl PlainWord {
    /// The word that `bytes` begin with; may be empty.
    fn scan(bytes: &[u8]) -> Self {
        let (mut upper, mut lower, mut stretched) = (0, 0, false);
        let (mut previous, mut run) = (0, 0_u32);
        let mut length = 0;
        for &byte in bytes {
            let class = CLASSES[usize::from(byte)];
            if class == NO_WORD {
                break;
            }
            length += 1;
            upper += u32::from(class == UPPER);
            lower += u32::from(class == LOWER);
            let folded = byte | 0x20;
            if folded == previous {
                run += 1;
                stretched |= run > 1 && class != DIGIT;
            } else {
                run = 0;
                previous = folded;
            }
        }
        PlainWord { length, upper, lower, stretched }
    }

    fn characters(&self) -> u32 {
        characters(self.length)
    }
}

const NO_WORD: u8 = 0;
const DIGIT: u8 = 1;
const UPPER: u8 = 2;
const LOWER: u8 = 3;

/// What each byte is in a word of ASCII letters and digits.
const CLASSES: [u8; 256] = {
    let mut classes = [NO_WORD; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            _ => NO_WORD,
        };
        byte += 1;
    }
    classes
};

fn characters(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many bytes the name of a handle or a hashtag has that `rest` begins with.
fn name_length(rest: &str, sign: char) -> usize {
    let plain = rest.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    if !matches!(rest.as_bytes().get(plain), Some(b'.' | 0x80..)) {
        return plain;
    }
    let belongs = |(at, c): (usize, char)| {
        c == '_'
            || if sign == '@' {
                c.is_ascii_alphanumeric() || (c == '.' && rest.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphanumeric) && at > 0)
            } else {
                is_word_char(c) || word::is_invisible(c)
            }
    };
    rest.char_indices().find(|&at| !belongs(at)).map_or(rest.len(), |(at, _)| at)
}

struct Reader<'t, 'f, 'v> {
    text: &'t str,
    /// The same text, its ASCII letters in lower case.
    lower: &'t str,
    byte: usize,
    character: u32,
    clause: u32,
    sentence: u32,
    in_subject: bool,
    facts: &'f mut Facts,
    vocabulary: &'v Vocabulary,
    acronyms: &'v Acronyms,
}

impl<'t> Reader<'t, '_, '_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.byte) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => self.word(),
                b'@' if !self.after_word() => self.name('@'),
                b'#' => self.name('#'),
                b'?' | b'!' => self.symbol(1),
                b'\n' | b'\r' | b',' | b';' | b':' | b'(' | b')' | b'.' => {
                    self.clause += 1;
                    self.sentence += u32::from(self.ends_sentence(byte));
                    self.skip(1, 1);
                }
                0x80.. => self.beyond_ascii(),
                _ => self.skip(1, 1),
            }
        }
    }

    /// A full stop with a space behind it, but not the last one of `..`, and an empty line.
    fn ends_sentence(&self, byte: u8) -> bool {
        let bytes = self.text.as_bytes();
        let next = bytes.get(self.byte + 1);
        let before = self.byte.checked_sub(1).and_then(|at| bytes.get(at));
        match byte {
            b'.' => before != Some(&b'.') && next.is_none_or(u8::is_ascii_whitespace),
            b'\n' => before == Some(&b'\n') || (before == Some(&b'\r') && bytes.get(self.byte.wrapping_sub(2)) == Some(&b'\n')),
            _ => false,
        }
    }

    fn skip(&mut self, bytes: usize, characters: u32) {
        self.byte += bytes;
        self.character += characters;
    }

    fn after_word(&self) -> bool {
        self.byte > 0 && self.text.as_bytes()[self.byte - 1].is_ascii_alphanumeric()
    }

    fn next_char(&self) -> Option<char> {
        self.text.get(self.byte..).and_then(|rest| rest.chars().next())
    }

    fn beyond_ascii(&mut self) {
        let Some(c) = self.next_char() else {
            self.byte = self.text.len();
            return;
        };
        if word::is_invisible(c) || c.is_whitespace() {
            self.skip(c.len_utf8(), 1);
        } else if is_word_char(c) {
            self.word();
        } else if is_symbol(c) {
            self.symbol(c.len_utf8());
        } else {
            self.clause += u32::from(c == '\u{2026}');
            self.skip(c.len_utf8(), 1);
        }
    }

    /// Moves over the word that begins here and returns it.
    fn take_word(&mut self) -> &'t str {
        let start = self.byte;
        let bytes = self.text.as_bytes();
        let plain = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        self.skip(plain, u32::try_from(plain).unwrap_or(u32::MAX));
        while let Some(&byte) = bytes.get(self.byte) {
            if byte.is_ascii_alphanumeric() {
                self.skip(1, 1);
            } else if byte < 0x80 {
                let joins = matches!(byte, b'\'' | b'`') && bytes.get(self.byte + 1).is_some_and(u8::is_ascii_alphanumeric);
                if !joins {
                    break;
                }
                self.skip(1, 1);
            } else {
                let Some(c) = self.next_char() else { break };
                let inner = word::is_apostrophe(c) && bytes.get(self.byte + c.len_utf8()).is_some_and(u8::is_ascii_alphanumeric);
                if !(is_word_char(c) || word::is_invisible(c) || inner) {
                    break;
                }
                self.skip(c.len_utf8(), 1);
            }
        }
        &self.text[start..self.byte]
    }

    fn word(&mut self) {
        let plain = PlainWord::scan(&self.text.as_bytes()[self.byte..]);
        let end = self.byte + plain.length;
        if matches!(self.text.as_bytes().get(end), Some(b'\'' | b'`' | 0x80..)) {
            self.dressed_word();
            return;
        }
        let (byte, character) = (self.byte, self.character);
        let raw = &self.text[byte..end];
        self.skip(plain.length, plain.characters());
        if self.link_begins(raw) {
            self.link(byte, character);
            return;
        }
        let span = Span { start: character, end: self.character };
        if !self.in_subject {
            self.facts.capitals.count(raw, (plain.upper, plain.lower), span, self.acronyms);
        }
        self.push_word(&self.lower[byte..end], plain.stretched, span, byte);
    }

    /// A word with letters beyond ASCII or an apostrophe.
    fn dressed_word(&mut self) {
        let (byte, character) = (self.byte, self.character);
        let raw = self.take_word();
        if self.link_begins(raw) {
            self.link(byte, character);
            return;
        }
        let Facts { capitals, styled_letters, scratch, .. } = &mut *self.facts;
        *styled_letters += u32::try_from(raw.chars().filter(|&c| word::is_styled(c)).count()).unwrap_or(u32::MAX);
        word::compatibility_form(raw, &mut scratch.compatible);
        let span = Span { start: character, end: self.character };
        if !self.in_subject {
            capitals.count(&scratch.compatible, letters(&scratch.compatible), span, self.acronyms);
        }
        let stretched = word::lower_case(&scratch.compatible, &mut scratch.lower);
        let lower = std::mem::take(&mut scratch.lower);
        self.push_word(&lower, stretched, span, byte);
        self.facts.scratch.lower = lower;
    }

    fn push_word(&mut self, lower: &str, stretched: bool, span: Span, byte: usize) {
        let vocabulary = self.vocabulary;
        let known = vocabulary.known_word(lower);
        let fingerprint = known.map_or_else(|| vocabulary.fingerprint(lower, stretched), |word| word.fingerprint);
        let sign_follows = self.text.as_bytes().get(self.byte) == Some(&b'!');
        let shouted = if sign_follows { vocabulary.shouted(lower) } else { None };
        let first = self.facts.tokens.len();
        match known {
            Some(word) => self.push_form(&word.form, span, fingerprint, byte),
            None => self.push_form(&vocabulary.guess(lower, stretched), span, fingerprint, byte),
        }
        if let (Some(id), Some(token)) = (shouted, self.facts.tokens.get_mut(first)) {
            add_reading(&mut token.readings, id);
        }
    }

    fn push_form(&mut self, form: &Form, span: Span, fingerprint: u32, byte: usize) {
        for (n, &readings) in form.iter().enumerate() {
            self.push(Token { readings, span, fingerprint: if n == 0 { fingerprint } else { 0 }, ..Token::default() }, byte);
        }
    }

    fn push(&mut self, token: Token, byte: usize) {
        let token = self.placed(token, byte);
        self.facts.tokens.push(token);
    }

    fn placed(&self, mut token: Token, byte: usize) -> Token {
        let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        token.bytes = (place(byte), place(self.byte));
        token.clause = self.clause;
        token.sentence = self.sentence;
        token.in_subject = self.in_subject;
        token
    }

    fn link_begins(&self, raw: &str) -> bool {
        let rest = &self.text.as_bytes()[self.byte..];
        match raw.len() {
            3 => raw.eq_ignore_ascii_case("www") && rest.starts_with(b"."),
            4 => raw.eq_ignore_ascii_case("http") && rest.starts_with(b"://"),
            5 => raw.eq_ignore_ascii_case("https") && rest.starts_with(b"://"),
            _ => false,
        }
    }

    /// A link: the words of its host are tokens, the rest of it is passed over.
    fn link(&mut self, byte: usize, start: u32) {
        self.facts.links += 1;
        let rest = &self.text[self.byte..];
        let length = rest.find(|c: char| c.is_whitespace() || (c as u32 > 0x7f && is_symbol(c))).unwrap_or(rest.len());
        let link = rest[..length].trim_start_matches([':', '/', '.']);
        let host = link.split(['/', '?', '#', ':']).next().unwrap_or(link).to_ascii_lowercase();
        self.skip(length, u32::try_from(rest[..length].chars().count()).unwrap_or(u32::MAX));
        for word in host.split(['.', '-']).filter(|word| !word.is_empty() && *word != "www") {
            let span = Span { start, end: self.character };
            let readings = self.vocabulary.known(word).and_then(|form| form.first()).copied().unwrap_or_default();
            self.push(Token { readings, span, ..Token::default() }, byte);
        }
    }

    /// A handle or a hashtag.
    fn name(&mut self, sign: char) {
        let (byte, character) = (self.byte, self.character);
        self.skip(1, 1);
        let rest = &self.text[self.byte..];
        let raw = &rest[..name_length(rest, sign)];
        if raw.is_empty() {
            return;
        }
        let is_ascii = raw.is_ascii();
        self.skip(raw.len(), if is_ascii { characters(raw.len()) } else { characters(raw.chars().count()) });
        let named: Cow<'_, str> = if is_ascii {
            self.lower[byte..self.byte].into()
        } else {
            let lower = raw.chars().filter(|&c| !word::is_invisible(c)).flat_map(char::to_lowercase);
            std::iter::once(sign).chain(lower).collect::<String>().into()
        };
        let span = Span { start: character, end: self.character };
        let readings = self.name_readings(&named, sign);
        let leading = self.facts.tokens.len() == self.facts.handles.len();
        self.push(Token { readings, span, ..Token::default() }, byte);
        let name = Named { name: named[1..].to_owned(), span, leading };
        if sign == '@' { self.facts.handles.push(name) } else { self.facts.tags.push(name) }
    }

    /// A tag can also be read as the plain word: `#IndiHome` names the product as well as `IndiHome` does.
    fn name_readings(&self, named: &str, sign: char) -> [u32; super::READINGS] {
        let mut readings = self.vocabulary.look_up_name(named);
        let plain = if sign == '#' { self.vocabulary.known(&named[1..]) } else { None };
        if let Some(form) = plain.filter(|form| form.len() == 1) {
            let free = readings.iter().position(|&id| id == 0);
            if let Some(free) = free {
                readings[free] = form[0][0];
            }
        }
        readings
    }

    fn symbol(&mut self, bytes: usize) {
        let byte = self.byte;
        let span = Span { start: self.character, end: self.character + 1 };
        self.skip(bytes, 1);
        if bytes == 1 {
            self.clause += 1;
            self.sentence += 1;
        }
        let symbol = &self.text[byte..self.byte];
        let Some(readings) = self.vocabulary.known(symbol).and_then(|form| form.first()).copied() else { return };
        let apart = u32::MAX - characters(self.facts.scratch.symbols.len());
        let token = Token { clause: apart, sentence: apart, ..self.placed(Token { readings, span, ..Token::default() }, byte) };
        if !self.facts.scratch.symbols.iter().any(|seen| seen.readings == readings) {
            self.facts.scratch.symbols.push(token);
        }
    }
}
