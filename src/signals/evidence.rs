//! Evidence: why a condition is met, or nearly, in a form that people read and that the customer's state keeps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use smallvec::SmallVec;
use unicode_normalization::char::is_combining_mark;

use super::{Findings, Place, SignalId, Trace, View, What};
use crate::post::Str;

/// One reason, pointing into the post that it comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence<'a> {
    /// The condition that it speaks for.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Str<'a>>,
    /// The signal that found it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Str<'a>>,
    /// The sentence of a work instruction that it bears on, as the rules cite it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Str<'a>>,
    /// The id of the post that it comes from.
    #[serde(borrow)]
    pub post_id: Str<'a>,
    /// `false`: the condition is not met, this is how near it came.
    pub met: bool,
    /// How much was found, in the unit of the signal.
    pub value: f32,
    /// How much it takes, in the same unit.
    pub threshold: f32,
    /// What was found: the lexicon entry, the account, the fact; at most 160 characters.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Str<'a>>,
    /// Start and end in characters of the post's text, end exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
    /// The text there, at most 160 characters of it: a longer one ends in `…` (D70).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Str<'a>>,
}

impl Evidence<'_> {
    /// Returns the same evidence, independent of post and rules.
    pub fn into_owned(self) -> Evidence<'static> {
        Evidence {
            condition: self.condition.map(Str::into_owned),
            signal: self.signal.map(Str::into_owned),
            clause: self.clause.map(Str::into_owned),
            post_id: self.post_id.into_owned(),
            met: self.met,
            value: self.value,
            threshold: self.threshold,
            entry: self.entry.map(Str::into_owned),
            span: self.span,
            quote: self.quote.map(|quote| bounded(quote).into_owned()),
        }
    }
}

/// Returns the evidence that `trace` of signal `id` gives, condition and clause left for the caller.
pub fn of_trace<'a>(trace: &Trace, id: SignalId, signal: &'a str, view: &View<'_, 'a>, findings: &Findings) -> Evidence<'a> {
    let finding = findings.get(id);
    let place = placed(trace.place, view);
    Evidence {
        signal: Some(signal.into()),
        post_id: (*view.post.post_id).into(),
        met: finding.met,
        value: finding.value,
        threshold: finding.threshold,
        entry: entry(trace.what, view).map(bounded),
        span: place.map(|(span, _)| span),
        quote: place.filter(|_| view.quotes).map(|(_, quote)| bounded(quote.into())),
        ..Evidence::default()
    }
}

/// The longest quotation, in characters.
const MAX_QUOTE: usize = 160;
/// How many characters a cut may move back lest it tear a letter apart.
const MAX_MARKS: usize = 16;

/// Returns `text` as far as a quotation goes.
pub fn quotation(text: &str) -> String {
    (*bounded(text.into())).to_owned()
}

/// Returns `text`, or its beginning and `…` where it is longer than a quotation may be. An accent or the second half of an
/// emoji is not torn off.
fn bounded(text: Str<'_>) -> Str<'_> {
    if text.len() <= MAX_QUOTE {
        return text;
    }
    let mut cuts: SmallVec<[(usize, char); MAX_MARKS]> = SmallVec::new();
    let mut characters = text.char_indices().skip(MAX_QUOTE - 1 - MAX_MARKS);
    cuts.extend(characters.by_ref().take(MAX_MARKS + 1));
    let Some(&(last, _)) = cuts.last().filter(|_| characters.next().is_some()) else { return text };
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let whole = cuts.windows(2).rev().find(|pair| !joins(pair[1].1) && pair[0].1 != '\u{200D}').map(|pair| pair[1].0);
    format!("{}…", &text[..whole.unwrap_or(last)]).into()
}

fn placed<'a>(place: Place, view: &View<'_, 'a>) -> Option<([u32; 2], &'a str)> {
    let text: &'a str = &view.post.text;
    match place {
        Place::Tokens(first, end) => {
            let span = view.facts.span(first as usize, end as usize)?;
            let (from, to) = view.facts.bytes(first as usize, end as usize)?;
            Some(([span.start, span.end], text.get(from..to)?))
        }
        // A byte is a character there.
        Place::Text(span) if view.facts.present.are_ascii() => {
            Some(([span.start, span.end], text.get(span.start as usize..span.end as usize)?))
        }
        Place::Text(span) => {
            let mut bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let from = bounds.nth(span.start as usize)?;
            let to = if span.end > span.start { bounds.nth((span.end - span.start - 1) as usize)? } else { from };
            Some(([span.start, span.end], text.get(from..to)?))
        }
        Place::Elsewhere => None,
    }
}

fn entry<'a>(what: What, view: &View<'_, 'a>) -> Option<Str<'a>> {
    let post = view.post;
    match what {
        What::Entry(id) | What::ProfileEntry(id) => Some((*view.book.entry(id).text).into()),
        What::Handle(number) => view.facts.handles.get(number as usize).map(|handle| ["@", &handle.name].concat().into()),
        What::Mention(number) => post.mentions.get(number as usize).map(|mention| ["@", &*mention.handle].concat().into()),
        What::Tag(number) => view.facts.tags.get(number as usize).map(|tag| ["#", &tag.name].concat().into()),
        What::RecordTag(number) => post.hashtags.get(number as usize).map(|tag| (**tag).into()),
        What::Recipient(number) => {
            let recipients = post.recipients.as_ref()?;
            let mut all = recipients.to.iter().chain(&recipients.cc).chain(&recipients.bcc);
            all.nth(number as usize).map(|address| (**address).into())
        }
        What::Quiz(_) | What::Signal(_) => None,
        What::Fact(name) => Some(name.into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, quoted: &str) {
        assert_eq!(&*bounded(text.into()), quoted, "{text}");
    }

    #[test]
    fn long_quotations_end_early_and_whole() {
        let a = |count: usize| "A".repeat(count);
        check("mati", "mati");
        check(&a(160), &a(160));
        check(&a(161), &format!("{}…", a(159)));
        check(&"é".repeat(160), &"é".repeat(160));
        check(&"é".repeat(1_000), &format!("{}…", "é".repeat(159)));
        check(&format!("{}e\u{301}\u{302}{}", a(157), a(9)), &format!("{}…", a(157)));
        check(&format!("{}e\u{301}{}", a(157), a(9)), &format!("{}e\u{301}…", a(157)));
        check(&format!("{}👩\u{200D}👦{}", a(157), a(9)), &format!("{}…", a(157)));
        check(&format!("{}👍🏽{}", a(158), a(9)), &format!("{}…", a(158)));
        check(&format!("a{}", "\u{301}".repeat(400)), &format!("a{}…", "\u{301}".repeat(158)));
    }

    proptest! {
        #[test]
        fn no_quotation_is_longer_than_it_may_be(text in "\\PC{0,400}") {
            let quoted = bounded(text.as_str().into());
            prop_assert!(quoted.chars().count() <= MAX_QUOTE);
            let kept = quoted.strip_suffix('…').filter(|_| *quoted != *text).unwrap_or(&quoted);
            prop_assert!(text.starts_with(kept));
            prop_assert!(*quoted == *text || kept.chars().count() + MAX_MARKS >= MAX_QUOTE - 1);
        }
    }
}
