//! The journal record of a customer's state: a version, then fields as protobuf's wire format has them. Reads the JSON of
//! before, too ([`super::json`]).
//!
//! A new field gets a new number. A program that does not know it keeps its bytes and writes them again, so programs before
//! and after may take turns at a journal, as they do when a new one is rolled out; to whom the field is new, it is missing,
//! and every missing field means what was so before it. A change that cannot be made like that makes another version, which
//! is refused by programs that do not know it. Nobody but this module knows the numbers:
//!
//! | part | fields |
//! |---|---|
//! | record | one byte, the version (1), then the fields of the state; JSON begins with `{` instead |
//! | state | 1 `last_record` and, if it is so, 2 `kept` stand first; 3 `newest`; 4 conversations, 5 rows, 6 asides of the posts; 7 event, repeated; 8 `replies`; 9 `series`; 10 `ended`; 11 `case`; 12 ended case, repeated; 50 hand-off, repeated |
//! | event | 1 id, 2 time of its record; never more: what else there is to an event becomes a field of the state |
//! | series | 1 `anchor`, 2 `first_at`, 3 `parent`, 4 `words`, 5 subject, repeated; 6 `answered` |
//! | case | 1 `id`, 2 `first_at`, 3 `last_at`; repeated 4 complaint, 5 post, 6 conversation, 7 condition; 8 `hard`, 9 `opened_at`, 10 `tl_name`, 11 `pic_tiket`, 12 `last_callback`, 13 `unit_eta`, 20 `reopened_at`; repeated 21 link, 22 hint; 23 to 25 when 10, 11 and 13 were reported; the last reminder of each clock: 30 `assign_tl`, 31 `monitor`, 32 `callback`; 40 `group`; repeated 41 step of the desk, 42 silence that holds it |
//! | ended case | 1 `at`, 2 `until`, 3 `outcome` (0 resolved, 1 dismissed, 2 expired), 4 `case` |
//! | link | 1 post, and 2 the address up to the post's id or 3 all of it; never more |
//! | reminder | its number, then when it was due; never more |
//! | group, step, silence | 1 name, 2 time, 3 (silence) it holds the whole case; never more |
//! | hand-off | 1 `id`, 2 `received_at`, 3 `until`, 4 `party`, 5 criterion (as a condition), repeated; 6 customer number, 7 amount, 8 months, 9 `call_date`; 10 step, repeated |
//! | step | 1 `step`, 2 `at`, 3 `by`, 4 `text`; never more |
//! | condition | 1 `name`, 2 clause of its evidence, 3 post, repeated; 4 evidence, repeated |
//! | evidence | 1 `post_id`, 2 `signal`, 3 `value`, 4 `threshold`, 5 `entry`, 6 `span`, 7 `quote`, 8 it is not met; where they are not those of the condition: 9 `condition`, 10 none, 11 `clause`, 12 none |
//! | rows | width of a row, then for each post: id (8 bytes), `at` and `seen` (4 each), print of the text (4), flags (2), columns of newer programs; a new column is at the end, and 0 in it means what was so before |
//! | conversations | 8 bytes for each row with that flag, in their order |
//! | aside | what a row cannot hold: 1 place of the post, 2 `id`, 3 `version`, 4 `conversation`, 5 `at`, 6 `seen`, 7 `texts_before` |
//!
//! Kept free: in the state 15 for the accepted rule set. Fields stand in the order of their numbers. Times are zigzag numbers
//! of milliseconds
//! after `last_record`, itself after 1970; in a row four bytes. An id is eight bytes where it is a decimal number, else text:
//! the kind of the field tells. A customer is `kept` for so many milliseconds after `last_record`: absent means a day, 1 for
//! good, because time alone must not make his record one that nobody needs.
//!
//! By hand, because crates that come near do not do it: `prost` drops the fields that it does not know, `minicbor` too and is
//! twice as long, `postcard` cannot grow. `benches/state.rs` measures.

mod case;
mod closed;
mod handoff;
mod posts;
mod series;
#[cfg(test)]
mod tests;
mod told;
mod wire;

use smol_str::SmolStr;

use self::wire::{Broken, Reader, Writer, unzigzag, zigzag};
use super::{AuthorState, ID_MEMORY};
use crate::post::Millis;

/// The version of the format, the first byte of a record.
const VERSION: u8 = 1;

/// Fields of a state.
mod field {
    pub(super) const LAST_RECORD: u32 = 1;
    pub(super) const KEPT: u32 = 2;
    pub(super) const NEWEST: u32 = 3;
    pub(super) const POSTS: super::posts::Fields = super::posts::Fields { conversations: 4, rows: 5, asides: 6 };
    pub(super) const CONVERSATIONS: u32 = POSTS.conversations;
    pub(super) const ROWS: u32 = POSTS.rows;
    pub(super) const ASIDE: u32 = POSTS.asides;
    pub(super) const EVENT: u32 = 7;
    pub(super) const REPLIES: u32 = 8;
    pub(super) const SERIES: u32 = 9;
    pub(super) const ENDED: u32 = 10;
    pub(super) const CASE: u32 = 11;
    pub(super) const CLOSED: u32 = 12;
    pub(super) const HANDOFF: u32 = 50;
}

/// Says in the field `kept` that time alone does not end it.
const FOR_GOOD: u64 = 1;

/// Fields of an event.
const EVENT_ID: u32 = 1;
const EVENT_SEEN: u32 = 2;

/// A journal record that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CorruptState {
    /// It looks like JSON and is none.
    #[error("the state record of a customer cannot be read ({0}): it was not written by this program")]
    Json(#[from] serde_json::Error),
    /// It has the version and not the fields.
    #[error("the state record of a customer cannot be read ({0}): it was not written by this program")]
    Fields(&'static str),
    /// It has another version.
    #[error("the state record of a customer has the format {0}, which this program does not know (it knows {VERSION} and JSON)")]
    Version(u8),
}

impl From<Broken> for CorruptState {
    fn from(Broken(why): Broken) -> Self {
        CorruptState::Fields(why)
    }
}

/// What can be told of a record without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Time of the newest record that was counted.
    pub last_record: Millis,
    /// So many milliseconds after that the next record may need it; `None`: time alone does not end that, because a case
    /// is open or a newer program has written something.
    pub needed_for: Option<i64>,
}

impl Head {
    /// Returns the head of `record`; `None` where it has none of this format.
    pub fn of(record: &[u8]) -> Option<Self> {
        let mut fields = fields(record)?;
        let last_record = fields.next().ok()?.filter(|first| first.number == field::LAST_RECORD)?;
        let kept = fields.next().ok()?.filter(|second| second.number == field::KEPT);
        let needed_for = match kept.and_then(|kept| kept.number().ok()) {
            None | Some(0) => Some(ID_MEMORY),
            Some(FOR_GOOD) => None,
            Some(for_long) => i64::try_from(for_long).ok(),
        };
        Some(Head { last_record: last_record.time().ok()?, needed_for })
    }
}

impl AuthorState {
    /// Returns the journal record; `None` is a tombstone: nothing is left to remember.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut record = Vec::new();
        self.encode_into(&mut record).then_some(record)
    }

    /// Puts the journal record at the end of `out`; `false`: nothing is left to remember, and nothing was written.
    pub fn encode_into(&self, out: &mut Vec<u8>) -> bool {
        let anything = !self.is_empty();
        if anything {
            out.push(VERSION);
            self.write(&mut Writer { out, base: self.last_record });
        }
        anything
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.number(field::LAST_RECORD, zigzag(self.last_record.get()));
        match self.needed_for() {
            None => writer.number(field::KEPT, FOR_GOOD),
            Some(ID_MEMORY) => {}
            Some(for_long) => writer.number(field::KEPT, for_long.cast_unsigned()),
        }
        writer.time(field::NEWEST, self.newest);
        posts::write(&field::POSTS, &self.posts, writer);
        for (id, seen) in &self.events {
            writer.part(field::EVENT, |writer| {
                writer.id(EVENT_ID, Some(id));
                writer.number(EVENT_SEEN, zigzag(seen.wrapping_sub(writer.base.get())));
            });
        }
        if !self.replies.is_empty() {
            writer.part(field::REPLIES, |writer| self.replies.iter().for_each(|at| writer.after_base(at.get())));
        }
        if let Some(series) = &self.series {
            writer.part(field::SERIES, |writer| series::write(series, writer));
        }
        writer.time(field::ENDED, self.ended);
        if let Some(case) = &self.case {
            writer.part(field::CASE, |writer| case::write(case, writer));
        }
        self.closed.iter().for_each(|closed| writer.part(field::CLOSED, |writer| closed::write(closed, writer)));
        for handoff in &self.handoffs {
            writer.part(field::HANDOFF, |writer| handoff::write(handoff, writer));
        }
        writer.out.extend_from_slice(self.unknown.bytes());
    }

    /// Reads a journal record, of today or from before.
    pub fn decode(record: &[u8]) -> Result<Self, CorruptState> {
        match (fields(record), record.first()) {
            (Some(fields), _) => Ok(AuthorState::read(fields)?),
            (None, Some(b'{')) => Ok(serde_json::from_slice(record)?),
            (None, Some(&version)) => Err(CorruptState::Version(version)),
            (None, None) => Err(CorruptState::Fields("it is empty")),
        }
    }

    fn read(mut fields: Reader<'_>) -> Result<Self, Broken> {
        let first = fields.next()?.filter(|first| first.number == field::LAST_RECORD);
        let last_record = Millis::new(unzigzag(first.ok_or(Broken("it does not begin with its time"))?.number()?));
        fields.base = last_record;
        let mut state = AuthorState { last_record, ..AuthorState::default() };
        let mut conversations = Reader { rest: &[], base: last_record };
        while let Some(field) = fields.next()? {
            match field.number {
                // Follows from the others.
                field::KEPT => drop(field.number()?),
                field::NEWEST => state.newest = Some(field.time()?),
                field::CONVERSATIONS => conversations = field.part()?,
                field::ROWS => state.posts = posts::read_rows(&field, &mut conversations)?,
                field::ASIDE => posts::read_aside(&field, &mut state.posts)?,
                field::EVENT => state.events.push(read_event(field.part()?)?),
                field::REPLIES => state.replies = read_replies(field.part()?)?,
                field::SERIES => state.series = Some(series::read(field.part()?)?),
                field::ENDED => state.ended = Some(field.time()?),
                field::CASE => state.case = Some(case::read(field.part()?)?),
                field::CLOSED => state.closed.push(closed::read(field.part()?)?),
                field::HANDOFF => state.handoffs.push(handoff::read(field.part()?)?),
                _ => state.unknown.keep(field.bytes),
            }
        }
        Ok(state)
    }
}

/// Returns the fields of a record of the known version; times are numbers after 1970.
fn fields(record: &[u8]) -> Option<Reader<'_>> {
    let (&VERSION, rest) = record.split_first()? else { return None };
    Some(Reader { rest, base: Millis::new(0) })
}

fn read_event(mut part: Reader<'_>) -> Result<(SmolStr, i64), Broken> {
    let (mut id, mut seen) = (SmolStr::default(), part.base.get());
    while let Some(field) = part.next()? {
        match field.number {
            EVENT_ID => id = field.id()?,
            EVENT_SEEN => seen = field.moment()?,
            _ => return Err(Broken("an event says more than it may")),
        }
    }
    Ok((id, seen))
}

fn read_replies(mut part: Reader<'_>) -> Result<Vec<Millis>, Broken> {
    let mut replies = Vec::new();
    while !part.rest.is_empty() {
        replies.push(Millis::new(part.after_base()?));
    }
    Ok(replies)
}
