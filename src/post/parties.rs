//! The parties that hand in complaints of customers (W-02 5.1): whose mails and messages speak of somebody else.
//!
//! Knows addresses and numbers only; what makes a complaint of theirs a hand-off is for the rules to say.

use rustc_hash::FxHashMap;

use super::key::address_of;
use super::{Platform, Post};

/// Parties by the senders that write for them.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    names: Vec<String>,
    /// Mailboxes, `@domain` for everybody there, numbers as digits; each with the number of its party.
    senders: FxHashMap<Box<str>, usize>,
    /// A sender of a rule test.
    lent: Option<(Box<str>, usize)>,
}

impl Parties {
    /// Adds a party with senders as [`sender`] gives them.
    pub fn add(&mut self, name: &str, senders: impl IntoIterator<Item = String>) {
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.senders.extend(senders.into_iter().map(|sender| (sender.into_boxed_str(), number)));
    }

    /// The names of all parties, those without a sender too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether nobody writes for any of them.
    pub fn has_no_sender(&self) -> bool {
        self.senders.is_empty()
    }

    /// Takes the author of `customer`, a customer key, for a sender of the party `name` too, in place of the one taken so
    /// before: rule tests have senders of their own.
    pub fn lend(&mut self, lent: Option<(&str, &str)>) {
        self.lent = lent.and_then(|(name, customer)| {
            let number = self.names.iter().position(|known| known == name)?;
            sender(customer.split_once(':')?.1).map(|sender| (sender.into(), number))
        });
    }

    /// The party whose sender wrote `post`, a mail or a direct message; `None` if none did.
    pub fn of(&self, post: &Post<'_>) -> Option<&str> {
        if self.senders.is_empty() && self.lent.is_none() {
            return None;
        }
        let author = post.author.as_ref()?;
        let written = [&author.id, &author.handle].into_iter().flatten();
        let number = match post.platform {
            Platform::Email => written.filter_map(|address| address.non_blank()).find_map(|address| self.of_address(address)),
            Platform::Other => written.filter_map(|number| number.non_blank()).find_map(|number| self.known(&digits(number)?)),
            Platform::X | Platform::Facebook | Platform::Instagram => None,
        };
        self.names.get(number?).map(String::as_str)
    }

    fn of_address(&self, address: &str) -> Option<usize> {
        let address = address_of(address)?;
        let domain = address.find('@').and_then(|at| address.get(at..));
        self.known(&address).or_else(|| self.known(domain?))
    }

    fn known(&self, sender: &str) -> Option<usize> {
        let lent = self.lent.as_ref().filter(|(known, _)| **known == *sender).map(|&(_, number)| number);
        lent.or_else(|| self.senders.get(sender).copied())
    }
}

/// The form in which `written`, an address, `@domain` or a number, is compared; `None` if it is none of them.
pub fn sender(written: &str) -> Option<String> {
    let written = written.trim();
    match address_of(written) {
        Some(address) => Some(address),
        None if written.starts_with('@') && written.contains('.') => Some(written.to_lowercase()),
        None => digits(written),
    }
}

/// The digits of a telephone number; what follows an `@`, as some feeds have it, is no part of it.
fn digits(number: &str) -> Option<String> {
    let number = number.split_once('@').map_or(number, |(number, _)| number).trim();
    let written = number.strip_prefix('+').unwrap_or(number);
    let fits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
    fits.then(|| written.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Author;
    use super::*;

    #[test]
    fn a_sender_is_known_in_every_form_in_which_feeds_write_him() {
        let mut parties = Parties::default();
        parties.add("Plasa", ["plasa.satu@contoh.id", "@plasa.contoh.id"].map(|written| sender(written).unwrap()));
        parties.add("147", ["+62 812-0000-0147"].map(|written| sender(written).unwrap()));
        let check = |platform: Platform, id: &'static str, party: Option<&str>| {
            let author = Author { id: Some(id.into()), ..Author::default() };
            let post = Post { platform, author: Some(author), ..Post::default() };
            assert_eq!(parties.of(&post), party, "{id}");
        };
        check(Platform::Email, "plasa.satu@contoh.id", Some("Plasa"));
        check(Platform::Email, "Plasa.Satu+keluhan@Contoh.ID", Some("Plasa"));
        check(Platform::Email, "siapa@plasa.contoh.id", Some("Plasa"));
        check(Platform::Email, "siapa@bukanplasa.contoh.id", None);
        check(Platform::Email, "siapa@contoh.id", None);
        check(Platform::Email, "6281200000147", None);
        check(Platform::Other, "6281200000147", Some("147"));
        check(Platform::Other, "+6281200000147", Some("147"));
        check(Platform::Other, "6281200000147@c.us", Some("147"));
        check(Platform::Other, "81200000147", None);
        check(Platform::Other, "plasa.satu@contoh.id", None);
        check(Platform::X, "6281200000147", None);
    }

    #[test]
    fn what_can_be_no_sender_is_none() {
        for written in ["plasa", "@plasa", "plasa@", "0812x", "", "@", "+"] {
            assert_eq!(sender(written), None, "{written}");
        }
    }
}
