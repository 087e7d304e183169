//! A case that has ended.

use super::case;
use super::wire::{Broken, Reader, Writer};
use crate::author::{ClosedCase, Outcome};

const AT: u32 = 1;
const UNTIL: u32 = 2;
const OUTCOME: u32 = 3;
const CASE: u32 = 4;

/// Writes what is inside of the part about `closed`.
pub(super) fn write(closed: &ClosedCase, writer: &mut Writer<'_>) {
    writer.time(AT, Some(closed.at));
    writer.time(UNTIL, Some(closed.until));
    match closed.outcome {
        Outcome::Resolved => {}
        Outcome::Dismissed => writer.number(OUTCOME, 1),
        Outcome::Expired => writer.number(OUTCOME, 2),
    }
    writer.part(CASE, |writer| case::write(&closed.case, writer));
    writer.out.extend_from_slice(closed.unknown.bytes());
}

/// Reads an ended case.
pub(super) fn read(mut part: Reader<'_>) -> Result<ClosedCase, Broken> {
    let mut closed = ClosedCase::default();
    while let Some(field) = part.next()? {
        match field.number {
            AT => closed.at = field.time()?,
            UNTIL => closed.until = field.time()?,
            OUTCOME => match outcome(field.number()?) {
                Some(outcome) => closed.outcome = outcome,
                None => closed.unknown.keep(field.bytes),
            },
            CASE => closed.case = case::read(field.part()?)?,
            _ => closed.unknown.keep(field.bytes),
        }
    }
    Ok(closed)
}

fn outcome(number: u64) -> Option<Outcome> {
    match number {
        0 => Some(Outcome::Resolved),
        1 => Some(Outcome::Dismissed),
        2 => Some(Outcome::Expired),
        _ => None,
    }
}
