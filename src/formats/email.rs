//! E-mail as an inbound parser delivers it, one message a record.
//!
//! Decides what of a mail its author wrote himself, and whether a person wrote it at all.

mod address;
mod calendar;
mod date;
mod html;
mod own_words;

use serde::Deserialize;
use serde::de::IgnoredAny;

use self::address::Mailbox;
use self::own_words::{OwnWords, Sender};
use super::batch::Batch;
use super::html::unescape;
use super::wire::first;
use super::{Item, Raw, Rejected};
use crate::post::{Author, OwnAccounts, Platform, Post, Recipients, Str};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Mail<'a> {
    #[serde(borrow)]
    from: Option<Str<'a>>,
    #[serde(borrow)]
    from_name: Option<Str<'a>>,
    #[serde(borrow)]
    from_full: Option<Mailbox<'a>>,
    #[serde(borrow)]
    reply_to: Option<Str<'a>>,
    #[serde(borrow)]
    to: Option<Str<'a>>,
    #[serde(borrow)]
    to_full: Option<Vec<Mailbox<'a>>>,
    #[serde(borrow)]
    cc: Option<Str<'a>>,
    #[serde(borrow)]
    cc_full: Option<Vec<Mailbox<'a>>>,
    #[serde(borrow)]
    bcc: Option<Str<'a>>,
    #[serde(borrow)]
    bcc_full: Option<Vec<Mailbox<'a>>>,
    #[serde(borrow)]
    subject: Option<Str<'a>>,
    #[serde(borrow)]
    date: Option<Str<'a>>,
    #[serde(borrow, rename = "MessageID")]
    message_id: Option<Str<'a>>,
    #[serde(borrow)]
    text_body: Option<Str<'a>>,
    #[serde(borrow)]
    html_body: Option<Str<'a>>,
    #[serde(borrow)]
    stripped_text_reply: Option<Str<'a>>,
    #[serde(borrow)]
    headers: Option<Vec<Header<'a>>>,
    attachments: Option<Vec<IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Header<'a> {
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    value: Option<Str<'a>>,
}

pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let mail: Mail<'_> = serde_json::from_slice(raw.bytes)?;
    // The parser's own id differs with every delivery; the header tells that To and Cc boxes got the same mail.
    let ids = [mail.header("Message-ID").and_then(message_id), mail.message_id.as_deref().and_then(message_id)];
    let post_id = first(ids).ok_or_else(|| Rejected::missing("MessageID"))?;
    let parent_id = mail.header("In-Reply-To").and_then(message_id).or_else(|| mail.references().last().map(Str::into_owned));
    let recipients = mail.recipients();
    let form = mail.sender().is_some_and(|sender| raw.own.is_contact_form(&sender));
    let author = if form { mail.customer_of_form(&recipients, raw.own) } else { mail.author() };
    let OwnWords { own, quoted } = mail.words(&author.as_ref().map(sender).unwrap_or_default());
    let post = Post {
        platform: Platform::Email,
        post_id,
        conversation_id: mail.thread(),
        // Only one recipient: that is whom the mail answers.
        in_reply_to_author_id: match recipients.to.as_slice() {
            [only] if parent_id.is_some() => Some(address::without_tag(only).into()),
            _ => None,
        },
        is_reply: parent_id.is_some(),
        parent_id,
        auto_reply: if form { mail.answers_by_itself() } else { mail.is_automatic() },
        created_at: date::read(mail.date.as_deref().unwrap_or_default(), raw.received_at),
        author,
        subject: first([mail.subject.clone()]).map(address::decoded),
        recipients: Some(recipients),
        text: unescape(own.into()),
        quoted_text: (!quoted.is_empty()).then(|| unescape(quoted.into())),
        media_count: mail.attachments.as_ref().map_or(0, |all| u32::try_from(all.len()).unwrap_or(u32::MAX)),
        ..Post::default()
    };
    Ok(Batch::of(Item::Post(post)))
}

/// Returns a message id without its brackets.
fn message_id<'i>(written: &str) -> Option<Str<'i>> {
    let id = written.trim().trim_start_matches('<').trim_end_matches('>').trim();
    (!id.is_empty()).then(|| id.to_owned().into())
}

fn author<'a>(address: String, name: Option<Str<'a>>) -> Author<'a> {
    Author { id: Some(address::without_tag(&address).into()), handle: Some(address.into()), name, ..Author::default() }
}

fn sender<'s>(author: &'s Author<'_>) -> Sender<'s> {
    Sender { address: author.handle.as_deref().unwrap_or_default(), name: author.name.as_deref().unwrap_or_default() }
}

impl<'a> Mail<'a> {
    /// Returns the first header of that name, if it holds anything.
    fn header(&self, name: &str) -> Option<&str> {
        self.raw_header(name).filter(|value| !value.trim().is_empty())
    }

    fn raw_header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().flatten().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(header.value.as_deref().unwrap_or_default())
    }

    fn references(&self) -> impl DoubleEndedIterator<Item = Str<'_>> {
        self.header("References").unwrap_or_default().split_whitespace().filter_map(message_id)
    }

    /// Returns what holds a thread together: its first message, else what its mails are called.
    fn thread(&self) -> Option<Str<'a>> {
        if let Some(first) = self.references().next() {
            return Some(first.into_owned());
        }
        let subject = || own_words::bare_subject(self.subject.as_deref().unwrap_or_default());
        self.header("In-Reply-To").and_then(message_id).or_else(|| Some(subject()).filter(|subject| !subject.is_empty()).map(Str::from))
    }

    fn sender(&self) -> Option<String> {
        let full = self.from_full.as_ref().and_then(Mailbox::address);
        full.or_else(|| address::all(self.from.as_deref().unwrap_or_default()).into_iter().next())
    }

    fn author(&self) -> Option<Author<'a>> {
        let address = self.sender()?;
        let name = first([self.from_full.as_ref().and_then(|full| full.name.clone()), self.from_name.clone()]);
        Some(author(address, name.map(address::decoded)))
    }

    fn recipients(&self) -> Recipients<'a> {
        let list = |full: &Option<Vec<Mailbox<'a>>>, written: &Option<Str<'a>>| -> Vec<Str<'a>> {
            let listed: Vec<String> = full.iter().flatten().filter_map(Mailbox::address).collect();
            let all = if listed.is_empty() { address::all(written.as_deref().unwrap_or_default()) } else { listed };
            all.into_iter().map(Str::from).collect()
        };
        Recipients { to: list(&self.to_full, &self.to), cc: list(&self.cc_full, &self.cc), bcc: list(&self.bcc_full, &self.bcc) }
    }

    /// Returns who filled in a contact form: the first of `Reply-To` that is no box of ours. Without one nobody knows,
    /// and each mail stands for itself.
    fn customer_of_form(&self, recipients: &Recipients<'_>, own: &OwnAccounts) -> Option<Author<'a>> {
        let written = first([self.reply_to.clone(), self.header("Reply-To").map(|value| value.to_owned().into())])?;
        let all = [&recipients.to, &recipients.cc, &recipients.bcc];
        let is_ours = |address: &str| {
            own.is_contact_form(address) || own.has_handle(address) || all.iter().any(|list| list.iter().any(|to| **to == *address))
        };
        let (address, name) = address::named(&written).into_iter().find(|(address, _)| !is_ours(address))?;
        Some(author(address, name.map(Str::from)))
    }

    /// Returns what the author wrote. The parser's own cut goes first; it leaves signatures and disclaimers in, and may
    /// have left nothing of the author.
    fn words(&self, sender: &Sender<'_>) -> OwnWords {
        let html = || self.html_body.as_deref().map(html::to_text).unwrap_or_default();
        let body = match first([self.text_body.clone()]) {
            Some(text) => text.to_string(),
            None => html(),
        };
        let whole = own_words::split(&body, sender);
        let stripped = first([self.stripped_text_reply.clone()]).map(|stripped| own_words::split(&stripped, sender).own);
        match stripped.filter(|own| !own.is_empty()) {
            Some(own) => OwnWords { own, ..whole },
            None => whole,
        }
    }

    /// Returns the first word of a header, in lower case.
    fn said(&self, name: &str) -> Option<String> {
        self.header(name).map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Returns whether a machine answered: the only thing that a form's mail is asked for, as every form's mail is
    /// written by a machine.
    fn answers_by_itself(&self) -> bool {
        let replied = ["X-Autoreply", "X-Autorespond"].iter().any(|name| self.said(name).is_some_and(|value| value != "no"));
        replied || self.said("Auto-Submitted").is_some_and(|value| value == "auto-replied")
    }

    /// Answers of machines and bounces: nobody waits for ours.
    fn is_automatic(&self) -> bool {
        let said = |name: &str| self.said(name);
        let submitted = said("Auto-Submitted").is_some_and(|value| value != "no");
        let bulk = said("Precedence").is_some_and(|value| matches!(value.as_str(), "bulk" | "junk" | "auto_reply"));
        let empty_path = self.raw_header("Return-Path").is_some_and(|path| message_id(path).is_none());
        let daemon = self.sender().is_some_and(|from| matches!(from.split('@').next(), Some("mailer-daemon" | "postmaster")));
        submitted || self.answers_by_itself() || bulk || empty_path || daemon
    }
}

#[cfg(test)]
mod tests;
