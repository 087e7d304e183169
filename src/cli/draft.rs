//! What a feed would add to a text that somebody typed: on the command line or in a rule test.

use crate::post::{Mention, Platform};
use crate::rules::Rules;
use crate::text::Facts;

/// Returns the accounts that `text`, written on `platform`, names, all of them named by its author.
pub fn mentions(text: &str, platform: Platform, rules: &Rules) -> Vec<Mention<'static>> {
    let mut facts = Facts::default();
    facts.read(text, None, platform, &rules.vocabulary, &rules.acronyms);
    let spelt = |start: u32, end: u32| text.chars().skip(start as usize + 1).take((end - start) as usize - 1).collect::<String>();
    let named = facts.handles.iter().map(|handle| spelt(handle.span.start, handle.span.end));
    named.map(|handle| Mention { handle: handle.into(), ..Mention::default() }).collect()
}
