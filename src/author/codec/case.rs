//! The open case, the conditions met in it and why.

use super::told;
use super::wire::{Broken, Reader, Writer};
use crate::author::{Case, Link, MetCondition, Reason, Reminded, Reminder};
use crate::post::{Millis, Str};
use crate::signals::Evidence;

/// Fields of a case.
mod of_case {
    pub(super) const ID: u32 = 1;
    pub(super) const FIRST_AT: u32 = 2;
    pub(super) const LAST_AT: u32 = 3;
    pub(super) const COMPLAINT: u32 = 4;
    pub(super) const POST: u32 = 5;
    pub(super) const CONVERSATION: u32 = 6;
    pub(super) const CONDITION: u32 = 7;
    pub(super) const HARD: u32 = 8;
    pub(super) const OPENED_AT: u32 = 9;
    pub(super) const TL_NAME: u32 = 10;
    pub(super) const PIC_TIKET: u32 = 11;
    pub(super) const LAST_CALLBACK: u32 = 12;
    pub(super) const UNIT_ETA: u32 = 13;
    pub(super) const REOPENED_AT: u32 = 20;
    pub(super) const LINK: u32 = 21;
    pub(super) const HINT: u32 = 22;
    pub(super) const TL_REPORTED: u32 = 23;
    pub(super) const PIC_REPORTED: u32 = 24;
    pub(super) const ETA_REPORTED: u32 = 25;
    pub(super) const ASSIGN_TL: u32 = 30;
    pub(super) const MONITOR: u32 = 31;
    pub(super) const CALLBACK: u32 = 32;
}

/// The clocks, each with the field for its last reminder.
const CLOCKS: [(u32, Reminder); 3] =
    [(of_case::ASSIGN_TL, Reminder::AssignTl), (of_case::MONITOR, Reminder::Monitor), (of_case::CALLBACK, Reminder::Callback)];

/// Fields of a condition.
mod of_condition {
    pub(super) const NAME: u32 = 1;
    pub(super) const CLAUSE: u32 = 2;
    pub(super) const POST: u32 = 3;
    pub(super) const REASON: u32 = 4;
}

/// Fields of a piece of evidence.
mod of_reason {
    pub(super) const POST: u32 = 1;
    pub(super) const SIGNAL: u32 = 2;
    pub(super) const VALUE: u32 = 3;
    pub(super) const THRESHOLD: u32 = 4;
    pub(super) const ENTRY: u32 = 5;
    pub(super) const SPAN: u32 = 6;
    pub(super) const QUOTE: u32 = 7;
    pub(super) const UNMET: u32 = 8;
    pub(super) const CONDITION: u32 = 9;
    pub(super) const NO_CONDITION: u32 = 10;
    pub(super) const CLAUSE: u32 = 11;
    pub(super) const NO_CLAUSE: u32 = 12;
}

/// Fields of a link.
mod of_link {
    pub(super) const POST: u32 = 1;
    pub(super) const BEFORE_ID: u32 = 2;
    pub(super) const URL: u32 = 3;
}

/// Writes what is inside of the part about `case`.
pub(super) fn write(case: &Case, writer: &mut Writer<'_>) {
    writer.id(of_case::ID, Some(&*case.id).filter(|id| !id.is_empty()));
    writer.time(of_case::FIRST_AT, Some(case.first_at));
    writer.time(of_case::LAST_AT, Some(case.last_at));
    case.complaints.iter().for_each(|id| writer.id(of_case::COMPLAINT, Some(id)));
    case.posts.iter().for_each(|id| writer.id(of_case::POST, Some(id)));
    case.conversations.iter().for_each(|id| writer.id(of_case::CONVERSATION, Some(id)));
    for condition in &case.conditions {
        writer.part(of_case::CONDITION, |writer| write_condition(condition, writer));
    }
    writer.flag(of_case::HARD, case.hard);
    writer.time(of_case::OPENED_AT, case.opened_at);
    writer.text(of_case::TL_NAME, case.tl_name.as_deref());
    writer.text(of_case::PIC_TIKET, case.pic_tiket.as_deref());
    writer.time(of_case::LAST_CALLBACK, case.last_callback);
    writer.time(of_case::UNIT_ETA, case.unit_eta);
    writer.time(of_case::REOPENED_AT, case.reopened_at);
    case.links.iter().for_each(|link| writer.part(of_case::LINK, |writer| write_link(link, writer)));
    case.hints.iter().for_each(|hint| writer.text(of_case::HINT, Some(hint)));
    writer.time(of_case::TL_REPORTED, case.reported.tl_name);
    writer.time(of_case::PIC_REPORTED, case.reported.pic_tiket);
    writer.time(of_case::ETA_REPORTED, case.reported.unit_eta);
    for (field, clock) in CLOCKS {
        if let Some(Reminded { n, at }) = case.reminded.last(clock) {
            writer.part(field, |writer| {
                writer.variable(n);
                writer.after_base(at.get());
            });
        }
    }
    told::write(case, writer);
    writer.out.extend_from_slice(case.unknown.bytes());
}

/// An address ends with the post's id, as a rule.
fn write_link(link: &Link, writer: &mut Writer<'_>) {
    writer.id(of_link::POST, Some(&link.post));
    match link.url.strip_suffix(&*link.post) {
        Some(before) => writer.text(of_link::BEFORE_ID, Some(before)),
        None => writer.text(of_link::URL, Some(&link.url)),
    }
}

/// Writes what is inside of the part about a condition.
pub(super) fn write_condition(condition: &MetCondition, writer: &mut Writer<'_>) {
    // All that speaks for a condition cites the same sentence, as a rule.
    let clause = condition.evidence.first().and_then(|reason| reason.piece.clause.as_deref());
    writer.text(of_condition::NAME, Some(&*condition.name).filter(|name| !name.is_empty()));
    writer.text(of_condition::CLAUSE, clause);
    condition.posts.iter().for_each(|id| writer.id(of_condition::POST, Some(id)));
    for reason in &condition.evidence {
        writer.part(of_condition::REASON, |writer| write_reason(reason, &condition.name, clause, writer));
    }
    writer.out.extend_from_slice(condition.unknown.bytes());
}

fn write_reason(reason: &Reason, condition: &str, clause: Option<&str>, writer: &mut Writer<'_>) {
    let piece = &reason.piece;
    writer.id(of_reason::POST, Some(&*piece.post_id).filter(|id| !id.is_empty()));
    writer.text(of_reason::SIGNAL, piece.signal.as_deref());
    writer.float(of_reason::VALUE, piece.value);
    writer.float(of_reason::THRESHOLD, piece.threshold);
    writer.text(of_reason::ENTRY, piece.entry.as_deref());
    if let Some(span) = piece.span {
        writer.part(of_reason::SPAN, |writer| span.into_iter().for_each(|place| writer.variable(place.into())));
    }
    writer.text(of_reason::QUOTE, piece.quote.as_deref());
    writer.flag(of_reason::UNMET, !piece.met);
    if piece.condition.as_deref() != Some(condition) {
        writer.text(of_reason::CONDITION, piece.condition.as_deref());
        writer.flag(of_reason::NO_CONDITION, piece.condition.is_none());
    }
    if piece.clause.as_deref() != clause {
        writer.text(of_reason::CLAUSE, piece.clause.as_deref());
        writer.flag(of_reason::NO_CLAUSE, piece.clause.is_none());
    }
    writer.out.extend_from_slice(reason.unknown.bytes());
}

/// Reads what [`write()`] has written; what is missing is empty, what is unknown is kept.
pub(super) fn read(mut part: Reader<'_>) -> Result<Case, Broken> {
    let mut case = Case::default();
    while let Some(field) = part.next()? {
        match field.number {
            of_case::ID => case.id = field.id()?,
            of_case::FIRST_AT => case.first_at = field.time()?,
            of_case::LAST_AT => case.last_at = field.time()?,
            of_case::COMPLAINT => case.complaints.push(field.id()?),
            of_case::POST => case.posts.push(field.id()?),
            of_case::CONVERSATION => case.conversations.push(field.id()?),
            of_case::CONDITION => case.conditions.push(read_condition(field.part()?)?),
            of_case::HARD => case.hard = field.flag()?,
            of_case::OPENED_AT => case.opened_at = Some(field.time()?),
            of_case::TL_NAME => case.tl_name = Some(field.text()?.into()),
            of_case::PIC_TIKET => case.pic_tiket = Some(field.text()?.into()),
            of_case::LAST_CALLBACK => case.last_callback = Some(field.time()?),
            of_case::UNIT_ETA => case.unit_eta = Some(field.time()?),
            of_case::REOPENED_AT => case.reopened_at = Some(field.time()?),
            of_case::LINK => case.links.push(read_link(field.part()?)?),
            of_case::HINT => case.hints.push(field.text()?.into()),
            of_case::TL_REPORTED => case.reported.tl_name = Some(field.time()?),
            of_case::PIC_REPORTED => case.reported.pic_tiket = Some(field.time()?),
            of_case::ETA_REPORTED => case.reported.unit_eta = Some(field.time()?),
            told::GROUP => case.group = Some(told::read_group(field.part()?)?),
            told::STEP => case.steps.push(told::read_step(field.part()?)?),
            told::HOLD => case.holds.push(told::read_hold(field.part()?)?),
            number => match CLOCKS.iter().find(|(known, _)| *known == number) {
                Some((_, clock)) => case.reminded.note(*clock, read_reminded(field.part()?)?),
                None => case.unknown.keep(field.bytes),
            },
        }
    }
    Ok(case)
}

fn read_link(mut part: Reader<'_>) -> Result<Link, Broken> {
    let mut link = Link::default();
    while let Some(field) = part.next()? {
        match field.number {
            of_link::POST => link.post = field.id()?,
            of_link::BEFORE_ID => link.url = format!("{}{}", field.text()?, link.post).into(),
            of_link::URL => link.url = field.text()?.into(),
            _ => return Err(Broken("a link says more than it may")),
        }
    }
    Ok(link)
}

fn read_reminded(mut part: Reader<'_>) -> Result<Reminded, Broken> {
    Ok(Reminded { n: part.variable()?, at: Millis::new(part.after_base()?) })
}

/// Reads a condition.
pub(super) fn read_condition(mut part: Reader<'_>) -> Result<MetCondition, Broken> {
    let mut condition = MetCondition::default();
    let mut clause = None;
    while let Some(field) = part.next()? {
        match field.number {
            of_condition::NAME => condition.name = field.text()?.into(),
            of_condition::CLAUSE => clause = Some(field.text()?),
            of_condition::POST => condition.posts.push(field.id()?),
            of_condition::REASON => {
                let reason = read_reason(field.part()?, &condition.name, clause)?;
                condition.evidence.push(reason);
            }
            _ => condition.unknown.keep(field.bytes),
        }
    }
    Ok(condition)
}

fn read_reason(mut part: Reader<'_>, condition: &str, clause: Option<&str>) -> Result<Reason, Broken> {
    let (mut condition, mut clause) = (Some(condition), clause);
    let mut reason = Reason { piece: Evidence { met: true, ..Evidence::default() }, ..Reason::default() };
    let piece = &mut reason.piece;
    while let Some(field) = part.next()? {
        match field.number {
            of_reason::POST => piece.post_id = owned(&field.id()?),
            of_reason::SIGNAL => piece.signal = Some(owned(field.text()?)),
            of_reason::VALUE => piece.value = field.float()?,
            of_reason::THRESHOLD => piece.threshold = field.float()?,
            of_reason::ENTRY => piece.entry = Some(owned(field.text()?)),
            of_reason::SPAN => {
                let mut span = field.part()?;
                piece.span = Some([place(&mut span)?, place(&mut span)?]);
            }
            of_reason::QUOTE => piece.quote = Some(owned(field.text()?)),
            of_reason::UNMET => piece.met = !field.flag()?,
            of_reason::CONDITION => condition = Some(field.text()?),
            of_reason::NO_CONDITION => condition = None,
            of_reason::CLAUSE => clause = Some(field.text()?),
            of_reason::NO_CLAUSE => clause = None,
            _ => reason.unknown.keep(field.bytes),
        }
    }
    piece.condition = condition.map(owned);
    piece.clause = clause.map(owned);
    Ok(reason)
}

fn place(span: &mut Reader<'_>) -> Result<u32, Broken> {
    u32::try_from(span.variable()?).map_err(|_| Broken("a place lies too far"))
}

fn owned(text: &str) -> Str<'static> {
    Str::owned(text)
}
