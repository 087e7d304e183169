//! The newest series of a customer.

use super::wire::{Broken, Reader, Writer};
use crate::author::SeriesMemory;

const ANCHOR: u32 = 1;
const FIRST_AT: u32 = 2;
const PARENT: u32 = 3;
const WORDS: u32 = 4;
const SUBJECT: u32 = 5;
const ANSWERED: u32 = 6;

/// Writes what is inside of the part about `series`.
pub(super) fn write(series: &SeriesMemory, writer: &mut Writer<'_>) {
    writer.id(ANCHOR, Some(&*series.anchor).filter(|id| !id.is_empty()));
    writer.time(FIRST_AT, Some(series.first_at));
    writer.id(PARENT, series.parent.as_deref());
    writer.prints(WORDS, &series.words);
    series.subjects.iter().for_each(|subject| writer.text(SUBJECT, Some(subject)));
    writer.flag(ANSWERED, series.answered);
    writer.out.extend_from_slice(series.unknown.bytes());
}

/// Reads what [`write()`] has written; what is missing is empty, what is unknown is kept.
pub(super) fn read(mut part: Reader<'_>) -> Result<SeriesMemory, Broken> {
    let mut series = SeriesMemory::default();
    while let Some(field) = part.next()? {
        match field.number {
            ANCHOR => series.anchor = field.id()?,
            FIRST_AT => series.first_at = field.time()?,
            PARENT => series.parent = Some(field.id()?),
            WORDS => series.words = field.prints()?,
            SUBJECT => series.subjects.push(field.text()?.into()),
            ANSWERED => series.answered = field.flag()?,
            _ => series.unknown.keep(field.bytes),
        }
    }
    Ok(series)
}
