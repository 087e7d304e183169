//! Evidence: why a condition is met, or nearly, in a form that people read and that the customer's state keeps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The sentence of the work instruction.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Str<'a>>,
    /// The post.
    #[serde(borrow)]
    pub post_id: Str<'a>,
    /// `false`: the condition is not met, this is how near it came.
    pub met: bool,
    /// How much was found.
    pub value: f32,
    /// How much it takes.
    pub threshold: f32,
    /// What was found: the lexicon entry, the account, the fact.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Str<'a>>,
    /// Start and end in characters of the post's text, end exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
    /// The text there.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Str<'a>>,
}

impl Evidence<'_> {
    /// The same evidence, independent of post and rules.
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
            quote: self.quote.map(Str::into_owned),
        }
    }
}

/// The evidence that `trace` of signal `id` gives, condition and clause left for the caller.
pub fn of_trace<'a>(trace: &Trace, id: SignalId, signal: &'a str, view: &View<'_, 'a>, findings: &Findings) -> Evidence<'a> {
    let finding = findings.get(id);
    let place = placed(trace.place, view);
    Evidence {
        signal: Some(signal.into()),
        post_id: (*view.post.post_id).into(),
        met: finding.met,
        value: finding.value,
        threshold: finding.threshold,
        entry: entry(trace.what, view),
        span: place.map(|(span, _)| span),
        quote: place.map(|(_, quote)| quote.into()),
        ..Evidence::default()
    }
}

fn placed<'a>(place: Place, view: &View<'_, 'a>) -> Option<([u32; 2], &'a str)> {
    let text: &'a str = &view.post.text;
    match place {
        Place::Tokens(first, end) => {
            let span = view.facts.span(first.into(), end.into())?;
            let (from, to) = view.facts.bytes(first.into(), end.into())?;
            Some(([span.start, span.end], text.get(from..to)?))
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
        What::Handle(number) => view.facts.handles.get(usize::from(number)).map(|handle| ["@", &handle.name].concat().into()),
        What::Mention(number) => post.mentions.get(usize::from(number)).map(|mention| ["@", &*mention.handle].concat().into()),
        What::Tag(number) => view.facts.tags.get(usize::from(number)).map(|tag| ["#", &tag.name].concat().into()),
        What::RecordTag(number) => post.hashtags.get(usize::from(number)).map(|tag| (**tag).into()),
        What::Recipient(number) => {
            let recipients = post.recipients.as_ref()?;
            let mut all = recipients.to.iter().chain(&recipients.cc).chain(&recipients.bcc);
            all.nth(usize::from(number)).map(|address| (**address).into())
        }
        What::Quiz(_) | What::Signal(_) => None,
        What::Fact(name) => Some(name.into()),
    }
}
