//! What people were told of a case, and what they did: parts that never say more than this; what else there is becomes a
//! field of the case.

use super::wire::{Broken, Reader, Writer};
use crate::author::{Case, Group, Hold, Step};

/// Fields of the case.
pub(super) const GROUP: u32 = 40;
pub(super) const STEP: u32 = 41;
pub(super) const HOLD: u32 = 42;

/// Fields within them.
const NAME: u32 = 1;
const AT: u32 = 2;
const WHOLE: u32 = 3;

const MORE: Broken = Broken("what was told of a case says more than it may");

/// Writes the fields of `case`, in the order of their numbers.
pub(super) fn write(case: &Case, writer: &mut Writer<'_>) {
    if let Some(Group { first, at }) = &case.group {
        writer.part(GROUP, |writer| {
            writer.text(NAME, Some(first));
            writer.time(AT, Some(*at));
        });
    }
    for Step { kind, at } in &case.steps {
        writer.part(STEP, |writer| {
            writer.text(NAME, Some(kind));
            writer.time(AT, Some(*at));
        });
    }
    for Hold { by, since, whole } in &case.holds {
        writer.part(HOLD, |writer| {
            writer.text(NAME, Some(by));
            writer.time(AT, Some(*since));
            writer.flag(WHOLE, *whole);
        });
    }
}

/// The first of the follow-ups that belong together.
pub(super) fn read_group(mut part: Reader<'_>) -> Result<Group, Broken> {
    let mut group = Group::default();
    while let Some(field) = part.next()? {
        match field.number {
            NAME => group.first = field.text()?.into(),
            AT => group.at = field.time()?,
            _ => return Err(MORE),
        }
    }
    Ok(group)
}

/// A step of the desk.
pub(super) fn read_step(mut part: Reader<'_>) -> Result<Step, Broken> {
    let mut step = Step::default();
    while let Some(field) = part.next()? {
        match field.number {
            NAME => step.kind = field.text()?.into(),
            AT => step.at = field.time()?,
            _ => return Err(MORE),
        }
    }
    Ok(step)
}

/// A silence that holds the case.
pub(super) fn read_hold(mut part: Reader<'_>) -> Result<Hold, Broken> {
    let mut hold = Hold::default();
    while let Some(field) = part.next()? {
        match field.number {
            NAME => hold.by = field.text()?.into(),
            AT => hold.since = field.time()?,
            WHOLE => hold.whole = field.flag()?,
            _ => return Err(MORE),
        }
    }
    Ok(hold)
}
