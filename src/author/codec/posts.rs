//! The table of remembered posts: a row of the same width for each, and a part for what some row cannot hold.
//!
//! A table costs next to nothing to write and to read, and a busy customer has 64 posts.

use super::wire::{Broken, Field, Reader, Writer, as_number, number_as_id};
use crate::author::{Remembered, UnknownOfPost};
use crate::post::Millis;

/// Bytes of the columns that are known: id, `at`, `seen`, print of the text, flags.
const WIDTH: usize = 8 + 4 + 4 + 4 + 2;

/// Flags of a row.
mod flag {
    pub(super) const EDITED: u16 = 1;
    pub(super) const FEEDS: u16 = 1 << 1;
    pub(super) const ADDRESSED: u16 = 1 << 2;
    pub(super) const BY_BRAND: u16 = 1 << 3;
    pub(super) const COMPLAINT: u16 = 1 << 4;
    pub(super) const IN_SERIES: u16 = 1 << 5;
    pub(super) const DELETED: u16 = 1 << 6;
    /// Its conversation is the next one of the column of conversations.
    pub(super) const CONVERSATION: u16 = 1 << 7;
    pub(super) const WITH_AGENTS: u16 = 1 << 8;
    pub(super) const KNOWN: u16 = (1 << 9) - 1;
}

/// Fields of the part about what a row cannot hold.
mod aside {
    pub(super) const PLACE: u32 = 1;
    pub(super) const ID: u32 = 2;
    pub(super) const VERSION: u32 = 3;
    pub(super) const CONVERSATION: u32 = 4;
    pub(super) const AT: u32 = 5;
    pub(super) const SEEN: u32 = 6;
    pub(super) const TEXTS_BEFORE: u32 = 7;
}

/// The numbers that the three parts of the table have in the message they stand in.
pub(super) struct Fields {
    pub(super) conversations: u32,
    pub(super) rows: u32,
    pub(super) asides: u32,
}

/// Writes the parts of the table under the numbers that `fields` gives; nothing where there are no `posts`.
pub(super) fn write(fields: &Fields, posts: &[Remembered], writer: &mut Writer<'_>) {
    if posts.is_empty() {
        return;
    }
    if posts.iter().any(|post| conversation(post).is_some()) {
        writer.part(fields.conversations, |writer| {
            posts.iter().filter_map(conversation).for_each(|number| writer.out.extend_from_slice(&number.to_le_bytes()));
        });
    }
    let unknown = posts.iter().filter_map(|post| post.unknown.as_ref()).map(|unknown| unknown.columns.len()).max().unwrap_or(0);
    writer.part(fields.rows, |writer| {
        writer.variable((WIDTH + unknown) as u64);
        posts.iter().for_each(|post| write_row(post, unknown, writer));
    });
    for (place, post) in (0..).zip(posts) {
        if needs_aside(post, writer.base) {
            writer.part(fields.asides, |writer| write_aside(place, post, writer));
        }
    }
}

fn conversation(post: &Remembered) -> Option<u64> {
    post.conversation.as_deref().and_then(as_number)
}

fn write_row(post: &Remembered, unknown: usize, writer: &mut Writer<'_>) {
    let base = writer.base;
    let out = &mut *writer.out;
    out.extend_from_slice(&as_number(&post.id).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&near(post.at, base).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&near(post.seen, base).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&post.text.to_le_bytes());
    out.extend_from_slice(&flags(post).to_le_bytes());
    let end = out.len() + unknown;
    if let Some(more) = &post.unknown {
        out.extend_from_slice(&more.columns);
    }
    out.resize(end, 0);
}

fn flags(post: &Remembered) -> u16 {
    let set = |set: bool, flag: u16| if set { flag } else { 0 };
    set(post.edited, flag::EDITED)
        | set(post.feeds, flag::FEEDS)
        | set(post.addressed, flag::ADDRESSED)
        | set(post.by_brand, flag::BY_BRAND)
        | set(post.complaint, flag::COMPLAINT)
        | set(post.in_series, flag::IN_SERIES)
        | set(post.deleted, flag::DELETED)
        | set(post.with_agents, flag::WITH_AGENTS)
        | set(conversation(post).is_some(), flag::CONVERSATION)
        | post.unknown.as_ref().map_or(0, |unknown| unknown.flags & !flag::KNOWN)
}

/// Returns a time as a row holds it: milliseconds after `base`; `None` where it lies more than 24 days away.
fn near(at: Millis, base: Millis) -> Option<i32> {
    i32::try_from(at.since(base)).ok()
}

fn needs_aside(post: &Remembered, base: Millis) -> bool {
    let plain = post.version.is_none() && post.texts_before.is_empty() && post.unknown.as_ref().is_none_or(|more| more.fields.is_empty());
    let numeric = as_number(&post.id).is_some() && (post.conversation.is_none() || conversation(post).is_some());
    !(plain && numeric && near(post.at, base).is_some() && near(post.seen, base).is_some())
}

fn write_aside(place: u64, post: &Remembered, writer: &mut Writer<'_>) {
    writer.number(aside::PLACE, place);
    writer.text(aside::ID, Some(&*post.id).filter(|id| as_number(id).is_none()));
    writer.id(aside::VERSION, post.version.as_deref());
    writer.text(aside::CONVERSATION, post.conversation.as_deref().filter(|id| as_number(id).is_none()));
    writer.time(aside::AT, Some(post.at).filter(|at| near(*at, writer.base).is_none()));
    writer.time(aside::SEEN, Some(post.seen).filter(|at| near(*at, writer.base).is_none()));
    writer.prints(aside::TEXTS_BEFORE, &post.texts_before);
    if let Some(unknown) = &post.unknown {
        writer.out.extend_from_slice(unknown.fields.bytes());
    }
}

/// Reads the rows in `field`, whose conversations are the column `conversations`.
pub(super) fn read_rows(field: &Field<'_>, conversations: &mut Reader<'_>) -> Result<Vec<Remembered>, Broken> {
    let mut rows = field.part()?;
    let width = usize::try_from(rows.variable()?).ok().filter(|width| *width >= WIDTH).ok_or(Broken("a row of a post is too short"))?;
    let all = rows.rest.chunks_exact(width);
    if !all.remainder().is_empty() {
        return Err(Broken("a row of a post is cut off"));
    }
    let posts = all.map(|row| read_row(Reader { rest: row, base: rows.base }, conversations)).collect::<Result<_, _>>()?;
    if conversations.rest.is_empty() { Ok(posts) } else { Err(Broken("there are more conversations than posts in them")) }
}

fn read_row(mut row: Reader<'_>, conversations: &mut Reader<'_>) -> Result<Remembered, Broken> {
    let id = u64::from_le_bytes(row.array()?);
    let [at, seen] = [i32::from_le_bytes(row.array()?), i32::from_le_bytes(row.array()?)].map(|after| row.base.plus(after.into()));
    let text = u32::from_le_bytes(row.array()?);
    let flags = u16::from_le_bytes(row.array()?);
    let has = |flag: u16| flags & flag != 0;
    let conversation = if has(flag::CONVERSATION) { Some(u64::from_le_bytes(conversations.array()?)) } else { None };
    let used = row.rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let unknown = UnknownOfPost { flags: flags & !flag::KNOWN, columns: row.rest[..used].to_vec(), ..UnknownOfPost::default() };
    Ok(Remembered {
        id: number_as_id(id),
        text,
        at,
        seen,
        conversation: conversation.map(number_as_id),
        edited: has(flag::EDITED),
        feeds: has(flag::FEEDS),
        addressed: has(flag::ADDRESSED),
        by_brand: has(flag::BY_BRAND),
        complaint: has(flag::COMPLAINT),
        in_series: has(flag::IN_SERIES),
        deleted: has(flag::DELETED),
        with_agents: has(flag::WITH_AGENTS),
        unknown: (unknown != UnknownOfPost::default()).then(|| Box::new(unknown)),
        ..Remembered::default()
    })
}

/// Reads in `field` what the row of one of `posts` could not hold.
pub(super) fn read_aside(field: &Field<'_>, posts: &mut [Remembered]) -> Result<(), Broken> {
    let mut part = field.part()?;
    let place = part.next()?.filter(|first| first.number == aside::PLACE).ok_or(Broken("a part about a post does not say which"))?;
    let place = usize::try_from(place.number()?).ok();
    let post = place.and_then(|place| posts.get_mut(place)).ok_or(Broken("a part is about a post that is not there"))?;
    while let Some(field) = part.next()? {
        match field.number {
            aside::ID => post.id = field.id()?,
            aside::VERSION => post.version = Some(field.id()?),
            aside::CONVERSATION => post.conversation = Some(field.id()?),
            aside::AT => post.at = field.time()?,
            aside::SEEN => post.seen = field.time()?,
            aside::TEXTS_BEFORE => post.texts_before = field.prints()?,
            _ => post.unknown.get_or_insert_default().fields.keep(field.bytes),
        }
    }
    Ok(())
}
