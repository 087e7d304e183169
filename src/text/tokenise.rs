//! From a text to tokens, in one pass over its bytes.

use std::borrow::Cow;

use super::capitals::{Acronyms, Capitals, letters};
use super::facts::{Facts, Named, READINGS, Token};
use super::known::{Known, Word};
use super::names_and_links::{self, Entity, Kind};
use super::plain_word::PlainWord;
use super::span::Span;
use super::vocabulary::{Vocabulary, add_reading};
use super::word::{self, is_symbol, is_word_char};
use crate::post::Platform;

impl Facts {
    /// Replaces the contents by the facts of `text`, written on `platform`, and of the e-mail subject that came with it.
    pub fn read(&mut self, text: &str, subject: Option<&str>, platform: Platform, vocabulary: &Vocabulary, acronyms: &Acronyms) {
        self.tokens.clear();
        self.handles.clear();
        self.tags.clear();
        self.capitals = Capitals::default();
        self.links.clear();
        self.unspoken = 0;
        self.styled_letters = 0;
        self.present.fill(text);
        fill(self, (text, subject), platform, vocabulary, acronyms);
    }
}

/// Fills `facts` from `text` and then from `subject`.
fn fill(facts: &mut Facts, texts: (&str, Option<&str>), platform: Platform, vocabulary: &Vocabulary, acronyms: &Acronyms) {
    facts.scratch.symbols.clear();
    let (text, subject) = texts;
    read_part(facts, (text, false), platform, vocabulary, acronyms);
    if let Some(subject) = subject {
        read_part(facts, (subject, true), platform, vocabulary, acronyms);
    }
    facts.words = facts.tokens.len();
    let Facts { tokens, scratch, .. } = facts;
    tokens.append(&mut scratch.symbols);
}

fn read_part(facts: &mut Facts, part: (&str, bool), platform: Platform, vocabulary: &Vocabulary, acronyms: &Acronyms) {
    let (text, in_subject) = part;
    let mut entities = std::mem::take(&mut facts.scratch.entities);
    names_and_links::find(text, platform, &mut entities);
    let mut lower = std::mem::take(&mut facts.scratch.text_in_lower_case);
    lower.clear();
    lower.push_str(text);
    lower.make_ascii_lowercase();
    let (clause, sentence) = facts.tokens.last().map_or((0, 0), |token| (token.clause + 1, token.sentence + 1));
    Reader { text, lower: &lower, byte: 0, character: 0, limit: 0, clause, sentence, in_subject, facts, vocabulary, acronyms }
        .run(&entities);
    facts.scratch.text_in_lower_case = lower;
    facts.scratch.entities = entities;
}

fn characters(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

struct Reader<'t, 'f, 'v> {
    text: &'t str,
    /// The same text, its ASCII letters in lower case.
    lower: &'t str,
    byte: usize,
    character: u32,
    /// Where the words at hand must end: something else begins there.
    limit: usize,
    clause: u32,
    sentence: u32,
    in_subject: bool,
    facts: &'f mut Facts,
    vocabulary: &'v Vocabulary,
    acronyms: &'v Acronyms,
}

impl<'t> Reader<'t, '_, '_> {
    fn run(&mut self, entities: &[Entity]) {
        for entity in entities {
            self.words_until(entity.start);
            match &entity.kind {
                Kind::Handle => self.name('@', entity.end),
                Kind::Tag => self.name('#', entity.end),
                Kind::Link(link) => self.link(&self.text[link.host.clone()], entity.end),
                Kind::Bare(link) if self.is_two_words(&self.text[link.host.start..entity.end]) => {}
                Kind::Bare(link) => self.bare_link(link.host.end, entity.end),
                Kind::Address => _ = self.take_until(entity.end),
            }
        }
        self.words_until(self.text.len());
    }

    fn words_until(&mut self, limit: usize) {
        self.limit = limit;
        while let Some(&byte) = self.text.as_bytes()[..limit].get(self.byte) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => self.word(),
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

    /// Returns whether a sentence ends here, at `byte`: at a full stop with a space behind it, but not the last one of `..`, and
    /// at an empty line.
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

    fn next_char(&self) -> Option<char> {
        self.text.get(self.byte..self.limit).and_then(|rest| rest.chars().next())
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
        let bytes = &self.text.as_bytes()[..self.limit];
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
        let bytes = &self.text.as_bytes()[..self.limit];
        let plain = PlainWord::scan(&bytes[self.byte..]);
        let end = self.byte + plain.length;
        if matches!(bytes.get(end), Some(b'\'' | b'`' | 0x80..)) {
            self.dressed_word();
            return;
        }
        let (byte, character) = (self.byte, self.character);
        let raw = &self.text[byte..end];
        self.skip(plain.length, characters(plain.length));
        let span = Span { start: character, end: self.character };
        if !self.in_subject {
            self.facts.capitals.count(raw, (plain.upper, plain.lower), span, self.acronyms);
        }
        self.push_word(&self.lower[byte..end], span, byte);
    }

    /// Reads a word with letters beyond ASCII or an apostrophe.
    fn dressed_word(&mut self) {
        let (byte, character) = (self.byte, self.character);
        let raw = self.take_word();
        let Facts { capitals, styled_letters, scratch, .. } = &mut *self.facts;
        *styled_letters += u32::try_from(raw.chars().filter(|&c| word::is_styled(c)).count()).unwrap_or(u32::MAX);
        word::compatibility_form(raw, &mut scratch.compatible);
        let span = Span { start: character, end: self.character };
        if !self.in_subject {
            capitals.count(&scratch.compatible, letters(&scratch.compatible), span, self.acronyms);
        }
        word::lower_case(&scratch.compatible, &mut scratch.lower);
        let lower = std::mem::take(&mut scratch.lower);
        self.push_word(&lower, span, byte);
        self.facts.scratch.lower = lower;
    }

    fn push_word(&mut self, lower: &str, span: Span, byte: usize) {
        let vocabulary = self.vocabulary;
        let known = vocabulary.known(lower);
        let sign_follows = self.text.as_bytes().get(self.byte) == Some(&b'!');
        let shouted = if sign_follows { vocabulary.shouted(lower) } else { None };
        let first = self.facts.tokens.len();
        match known {
            Some(known) => self.push_read(known, span, byte),
            None => self.push_read(&vocabulary.guessed(lower), span, byte),
        }
        if let (Some(id), Some(token)) = (shouted, self.facts.tokens.get_mut(first)) {
            add_reading(&mut token.readings, id);
        }
    }

    fn push_read(&mut self, known: &Known, span: Span, byte: usize) {
        for &Word { readings, fingerprint } in known.tokens() {
            self.push(Token { readings, span, fingerprint, ..Token::default() }, byte);
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

    /// Moves to `end` and returns what it moved over.
    fn take_until(&mut self, end: usize) -> &'t str {
        let raw = &self.text[self.byte..end];
        self.skip(raw.len(), characters(if raw.is_ascii() { raw.len() } else { raw.chars().count() }));
        raw
    }

    /// Reads a link: the words of its host are tokens, the rest of it is passed over.
    fn link(&mut self, host: &str, end: usize) {
        let (byte, start) = (self.byte, self.character);
        self.take_until(end);
        let span = Span { start, end: self.character };
        self.add_link(span);
        let host = host.to_ascii_lowercase();
        for word in host.split(['.', '-']).filter(|word| !word.is_empty() && *word != "www") {
            let readings = self.vocabulary.known(word).map(Known::first).unwrap_or_default();
            self.push(Token { readings, span, ..Token::default() }, byte);
            self.facts.unspoken += 1;
        }
    }

    /// Returns whether what looks like a domain is the end of a sentence and the beginning of the next without a space,
    /// as in `mati.ga nyala`: countries have the names of words.
    fn is_two_words(&self, host: &str) -> bool {
        let country = host.split_once('.').map(|(_, country)| country).filter(|country| country.len() == 2);
        country.is_some_and(|word| self.vocabulary.known(&word.to_ascii_lowercase()).is_some())
    }

    /// Reads a link without a protocol: somebody typed its host, so its words are words like others.
    fn bare_link(&mut self, host_end: usize, end: usize) {
        let (start, before) = (self.character, self.facts.tokens.len());
        self.words_until(host_end);
        self.facts.unspoken += self.facts.tokens.len() - before;
        self.take_until(end);
        self.add_link(Span { start, end: self.character });
    }

    fn add_link(&mut self, span: Span) {
        if !self.in_subject {
            self.facts.links.push(span);
        }
    }

    /// Reads a handle or a hashtag.
    fn name(&mut self, sign: char, end: usize) {
        let (byte, character) = (self.byte, self.character);
        let raw = self.take_until(end);
        let named: Cow<'_, str> = if raw.is_ascii() {
            self.lower[byte..end].into()
        } else {
            let lower = raw.chars().skip(1).filter(|&c| !word::is_invisible(c)).flat_map(char::to_lowercase);
            std::iter::once(sign).chain(lower).collect::<String>().into()
        };
        let span = Span { start: character, end: self.character };
        let readings = self.name_readings(&named, sign);
        let leading = self.facts.tokens.len() == self.facts.handles.len();
        self.push(Token { readings, span, ..Token::default() }, byte);
        let name = Named { name: named[1..].to_owned(), span, leading };
        if sign == '@' {
            self.facts.unspoken += 1;
            self.facts.handles.push(name);
        } else {
            self.facts.tags.push(name);
        }
    }

    /// Returns what a handle or a tag can be read as. A tag can also be read as the plain word: `#IndiHome` names the product
    /// as well as `IndiHome` does.
    fn name_readings(&self, named: &str, sign: char) -> [u32; READINGS] {
        let mut readings = self.vocabulary.look_up_name(named);
        let plain = if sign == '#' { self.vocabulary.known(&named[1..]) } else { None };
        if let Some(plain) = plain.and_then(Known::single) {
            let free = readings.iter().position(|&id| id == 0);
            if let Some(free) = free {
                readings[free] = plain[0];
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
        let Some(readings) = self.vocabulary.known(symbol).map(Known::first) else { return };
        let apart = u32::MAX - characters(self.facts.scratch.symbols.len());
        let token = Token { clause: apart, sentence: apart, ..self.placed(Token { readings, span, ..Token::default() }, byte) };
        if !self.facts.scratch.symbols.iter().any(|seen| seen.readings == readings) {
            self.facts.scratch.symbols.push(token);
        }
    }
}
