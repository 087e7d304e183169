//! Collects the items of one record: a bad one must not take the good ones with it, and no record may hold endless many.

use super::{BadItem, Format, Item, MAX_ITEMS, Reading, Rejected};
use crate::post::{POST_SCHEMA, Post};

/// Items read so far, and those that could not be.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    items: Vec<Item<'a>>,
    bad: Vec<BadItem>,
}

impl<'a> Batch<'a> {
    /// Returns the only item of a record.
    pub(super) fn of(item: Item<'a>) -> Self {
        Batch { items: vec![item], bad: Vec::new() }
    }

    /// Adds the next post, or why it is none.
    pub(super) fn add(&mut self, read: Result<Post<'a>, Rejected>) -> Result<(), Rejected> {
        let index = self.items.len() + self.bad.len();
        if index >= MAX_ITEMS {
            return Err(too_many());
        }
        match read {
            Ok(post) => self.items.push(Item::Post(post)),
            Err(rejected) => self.bad.push(rejected.at(index)),
        }
        Ok(())
    }

    /// Returns the result, with what all posts have in common filled in.
    pub(super) fn into_reading(mut self, format: Format) -> Result<Reading<'a>, Rejected> {
        if self.items.is_empty() {
            return Err(nothing(self.bad));
        }
        for item in &mut self.items {
            if let Item::Post(post) = item {
                post.schema = POST_SCHEMA.into();
                post.source_format.get_or_insert_with(|| format.name().into());
            }
        }
        Ok(Reading { format, items: self.items, bad: self.bad })
    }
}

/// Returns why there is no record, from what is wrong with its items.
pub(super) fn nothing(bad: Vec<BadItem>) -> Rejected {
    let count = bad.len();
    match bad.into_iter().next() {
        None => Rejected::no_post("There is no post in the record."),
        Some(BadItem { code, message, .. }) if count == 1 => Rejected { code, message },
        Some(BadItem { code, message, .. }) => Rejected::new(code, format!("None of the {count} items can be read; the first: {message}")),
    }
}

pub(super) fn too_many() -> Rejected {
    Rejected::new("too_many", format!("The record holds more than {MAX_ITEMS} items; send smaller batches."))
}
