//! A post without the people in it: every field by its meaning, and inside texts accounts, addresses, numbers and links.

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::super::Stop;
use super::key::Key;
use super::known::Known;
use crate::post::{Author, CaseEvent, Mention, Platform, Post, Recipients, Str};
use crate::rules::Rules;
use crate::signals::Kind;
use crate::text::{Facts, Search};

/// What is looked for in texts, in this order.
const PEOPLE: &str = r"(?x)
    (?P<mail>   [\w.+-]+ @ [\w-]+ (?:\.[\w-]+)+ )
  | (?P<link>   https?://\S+ | \b(?:www\.|wa\.me/|t\.me/)\S+ )
  | (?P<handle> @ \.* \w (?:[\w.]*\w)? )
  | (?P<number> \+? \d (?:[\s().-]? \d){6,} )";

/// Puts pseudonyms in the place of people.
pub struct Scrubber<'r> {
    rules: &'r Rules,
    key: Key,
    known: Known<'r>,
    people: Regex,
}

impl<'r> Scrubber<'r> {
    /// Leaves the accounts that `rules` know as they are.
    pub fn new(rules: &'r Rules, key: Key) -> Result<Self, Stop> {
        let people = Regex::new(PEOPLE).map_err(|error| Stop::usage(error.to_string()))?;
        Ok(Scrubber { rules, key, known: Known::of(rules), people })
    }

    /// Returns the post without the people.
    pub fn post(&self, post: &Post<'_>) -> Post<'static> {
        let mut new = post.clone().into_owned();
        let own = self.rules.own.wrote(post);
        let name = post.author.as_ref().filter(|_| !own).and_then(|author| author.name.as_ref()).map(|name| name.as_str());
        let text = |text: &Str<'_>| -> Str<'static> { self.text(text, name).into() };
        let id = |id: &Option<Str<'_>>| id.as_ref().map(|id| Str::from(self.id(id)));
        new.post_id = self.id(&post.post_id).into();
        new.version = id(&post.version);
        new.conversation_id = id(&post.conversation_id);
        new.parent_id = id(&post.parent_id);
        if !self.answers_known(post) {
            new.in_reply_to_author_id = id(&post.in_reply_to_author_id);
        }
        new.author = post.author.as_ref().map(|author| self.author(author));
        new.subject = post.subject.as_ref().map(text);
        new.text = text(&post.text);
        new.quoted_text = post.quoted_text.as_ref().map(text);
        new.mentions = post.mentions.iter().map(|mention| self.mention(mention)).collect();
        new.urls = post.urls.iter().map(|link| self.link(link).into()).collect();
        new.url = post.url.as_ref().map(|link| self.link(link).into());
        new.recipients = post.recipients.as_ref().map(|recipients| self.recipients(recipients));
        new
    }

    /// Returns the event without the people.
    pub fn case_event(&self, event: &CaseEvent<'_>) -> CaseEvent<'static> {
        let person = |name: &Option<Str<'_>>| name.as_ref().map(|name| Str::from(format!("petugas_{}", self.key.hex("staff", name, 6))));
        let case_id = match event.case_id.rsplit_once(':') {
            Some((customer, post)) => format!("{}:{}", self.customer(customer), self.id(post)),
            None => self.id(&event.case_id),
        };
        CaseEvent {
            schema: event.schema.clone().into_owned(),
            event_id: self.code(&event.event_id).into(),
            case_id: case_id.into(),
            event: event.event,
            customer: event.customer.as_ref().map(|customer| self.customer(customer).into()),
            post_id: event.post_id.as_ref().map(|id| self.id(id).into()),
            tl_name: person(&event.tl_name),
            pic_tiket: person(&event.pic_tiket),
            agent: person(&event.agent),
            unit_eta: event.unit_eta,
            coordinated_with: event.coordinated_with.iter().map(|unit| unit.clone().into_owned()).collect(),
            callback_refused: event.callback_refused,
            text: event.text.as_ref().map(|text| self.text(text, None).into()),
            note: event.note.as_ref().map(|note| self.text(note, None).into()),
            at: event.at,
        }
    }

    fn customer(&self, key: &str) -> String {
        key.split_once(':').map_or_else(|| self.id(key), |(platform, id)| format!("{platform}:{}", self.id(id)))
    }

    fn author(&self, author: &Author<'_>) -> Author<'static> {
        let handle = author.handle.as_ref().map(|handle| handle.trim_start_matches('@'));
        if handle.is_some_and(|handle| self.known.handle(handle)) || author.id.as_ref().is_some_and(|id| self.known.id(id)) {
            return author_into_owned(author);
        }
        let bio = author.bio.as_ref().map(|bio| self.text(bio, author.name.as_deref()).into());
        Author {
            id: author.id.as_ref().map(|id| self.id(id).into()),
            handle: handle.map(|handle| self.handle(handle).into()),
            name: author.name.as_ref().map(|name| self.name(name).into()),
            bio,
            followers: author.followers,
            verified_type: author.verified_type.clone().map(Str::into_owned),
            verified_legacy: author.verified_legacy,
            location: None,
            created_at: None,
        }
    }

    fn mention(&self, mention: &Mention<'_>) -> Mention<'static> {
        let known = self.known.handle(&mention.handle);
        Mention {
            handle: self.handle(&mention.handle).into(),
            id: mention.id.as_ref().map(|id| if known { id.as_str().to_owned() } else { self.id(id) }.into()),
            implicit: mention.implicit,
            profile: mention.profile.as_ref().map(|profile| if known { author_into_owned(profile) } else { self.author(profile) }),
        }
    }

    /// Returns whether a mention shows the account that `post` answers to be a known one: then its id stays, there and
    /// here.
    fn answers_known(&self, post: &Post<'_>) -> bool {
        post.mentions.iter().any(|mention| mention.id == post.in_reply_to_author_id && self.known.handle(&mention.handle))
    }

    fn recipients(&self, recipients: &Recipients<'_>) -> Recipients<'static> {
        let all = |list: &[Str<'_>]| list.iter().map(|address| Str::from(self.text(address, None))).collect();
        Recipients { to: all(&recipients.to), cc: all(&recipients.cc), bcc: all(&recipients.bcc) }
    }

    /// Returns what stands for an id: digits stay digits; an address stays one.
    pub fn id(&self, id: &str) -> String {
        if self.known.id(id) {
            id.to_owned()
        } else if id.contains('@') && !id.contains(['<', ' ']) {
            self.address(id)
        } else if id.chars().all(|c| c.is_ascii_digit() || c == '_') {
            // Short ids become longer ones: two of them must not fall together.
            id.split('_').map(|part| self.key.digits("id", &format!("{part:0>15}"))).collect::<Vec<_>>().join("_")
        } else if id.trim().is_empty() {
            id.to_owned()
        } else {
            self.handle(id)
        }
    }

    /// Returns what stands for an account, without `@`; case does not tell accounts apart.
    pub fn handle(&self, handle: &str) -> String {
        if self.known.handle(handle) {
            handle.to_owned()
        } else if handle.contains('@') {
            self.address(handle)
        } else {
            format!("pelanggan_{}", self.key.hex("handle", &handle.to_lowercase(), 8))
        }
    }

    /// Returns what stands for something that only machines read.
    pub fn code(&self, code: &str) -> String {
        self.key.hex("code", code, 10)
    }

    /// Returns what stands for a mail address; what follows a `+` does not tell people apart.
    fn address(&self, address: &str) -> String {
        if self.known.address(address) {
            return address.to_owned();
        }
        let lower = address.to_lowercase();
        let (local, domain) = lower.split_once('@').unwrap_or((&lower, ""));
        let local = local.split('+').next().unwrap_or_default();
        format!("pelanggan.{}@contoh.example", self.key.hex("address", &format!("{local}@{domain}"), 8))
    }

    /// Returns what stands for a display name: what profile signals look for in it stays.
    fn name(&self, name: &str) -> String {
        let mut facts = Facts::default();
        let mut hits = Vec::new();
        facts.read(name, None, Platform::Other, &self.rules.vocabulary, &self.rules.acronyms);
        self.rules.book.find(&facts, &mut Search::default(), &mut hits);
        let counts = |group: u16| {
            self.rules.signals.iter().any(|signal| match &signal.kind {
                Kind::Profile(profile) => profile.groups.get(usize::from(group)).copied().flatten().is_some(),
                _ => false,
            })
        };
        let kept = hits.iter().filter(|hit| counts(hit.group)).filter_map(|hit| {
            let (from, to) = facts.bytes(hit.first as usize, hit.end as usize)?;
            name.get(from..to)
        });
        let pseudonym = format!("Pelanggan {}", self.key.hex("name", name, 4));
        std::iter::once(pseudonym.as_str()).chain(kept).collect::<Vec<_>>().join(" ")
    }

    /// Returns the text without the people; its author is called `name`.
    fn text(&self, text: &str, name: Option<&str>) -> String {
        let named = name.filter(|name| name.chars().count() > 4 && text.contains(name));
        let text: Cow<'_, str> = named.map_or(Cow::Borrowed(text), |name| text.replace(name, &self.name(name)).into());
        self.people.replace_all(&text, |found: &Captures<'_>| self.person(found)).into_owned()
    }

    fn person(&self, found: &Captures<'_>) -> String {
        let all = &found[0];
        if found.name("mail").is_some() {
            self.address(all)
        } else if found.name("link").is_some() {
            self.link(all)
        } else if found.name("number").is_some() {
            self.number(all)
        } else {
            let handle = all.trim_start_matches(['@', '.']);
            let sign = all.get(..all.len() - handle.len()).unwrap_or_default();
            // Where dots are no part of accounts, one ends a known account.
            let before = handle.split('.').next().unwrap_or_default();
            if self.known.handle(before) { all.to_owned() } else { format!("{sign}{}", self.handle(handle)) }
        }
    }

    /// Returns what stands for a number of a telephone or a customer: the first two digits tell what it is and stay, like all between
    /// digits.
    fn number(&self, number: &str) -> String {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let (kept, hidden) = digits.split_at_checked(2).unwrap_or((&digits, ""));
        let hidden = self.key.digits("number", hidden);
        let mut new = kept.chars().chain(hidden.chars());
        number.chars().map(|c| if c.is_ascii_digit() { new.next().unwrap_or(c) } else { c }).collect()
    }
}

fn author_into_owned(author: &Author<'_>) -> Author<'static> {
    let of_author = Post { author: Some(author.clone()), ..Post::default() };
    of_author.into_owned().author.unwrap_or_default()
}
