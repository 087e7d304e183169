//! A hand-off, what its text gives and the steps that were done.

use smol_str::SmolStr;

use super::case::{read_condition, write_condition};
use super::wire::{Broken, Reader, Writer};
use crate::author::handoff::{DoneStep, Handoff};
use crate::post::Millis;

/// Fields of a hand-off.
mod of_handoff {
    pub(super) const ID: u32 = 1;
    pub(super) const RECEIVED_AT: u32 = 2;
    pub(super) const UNTIL: u32 = 3;
    pub(super) const PARTY: u32 = 4;
    pub(super) const CRITERION: u32 = 5;
    pub(super) const CUSTOMER_NUMBER: u32 = 6;
    pub(super) const AMOUNT: u32 = 7;
    pub(super) const MONTHS: u32 = 8;
    pub(super) const CALL_DATE: u32 = 9;
    pub(super) const STEP: u32 = 10;
}

/// Fields of a step.
mod of_step {
    pub(super) const NAME: u32 = 1;
    pub(super) const AT: u32 = 2;
    pub(super) const BY: u32 = 3;
    pub(super) const TEXT: u32 = 4;
}

/// Writes what is inside of the part about `handoff`.
pub(super) fn write(handoff: &Handoff, writer: &mut Writer<'_>) {
    writer.id(of_handoff::ID, Some(&handoff.id));
    writer.time(of_handoff::RECEIVED_AT, Some(handoff.received_at));
    writer.time(of_handoff::UNTIL, Some(handoff.until));
    writer.text(of_handoff::PARTY, Some(&handoff.party));
    for criterion in &handoff.criteria {
        writer.part(of_handoff::CRITERION, |writer| write_condition(criterion, writer));
    }
    let form = &handoff.form;
    // As a text: a number may begin with zeros.
    writer.text(of_handoff::CUSTOMER_NUMBER, form.customer_number.as_deref());
    if let Some(amount) = form.amount_idr {
        writer.number(of_handoff::AMOUNT, amount);
    }
    if let Some(months) = form.months {
        writer.number(of_handoff::MONTHS, months.into());
    }
    writer.text(of_handoff::CALL_DATE, form.call_date.as_deref());
    for done in &handoff.steps {
        writer.part(of_handoff::STEP, |writer| {
            writer.text(of_step::NAME, Some(&done.step));
            writer.time(of_step::AT, Some(done.at));
            writer.text(of_step::BY, done.by.as_deref());
            writer.text(of_step::TEXT, done.text.as_deref());
        });
    }
    writer.out.extend_from_slice(handoff.unknown.bytes());
}

/// Reads a hand-off.
pub(super) fn read(mut part: Reader<'_>) -> Result<Handoff, Broken> {
    let mut handoff = Handoff::default();
    while let Some(field) = part.next()? {
        match field.number {
            of_handoff::ID => handoff.id = field.id()?,
            of_handoff::RECEIVED_AT => handoff.received_at = field.time()?,
            of_handoff::UNTIL => handoff.until = field.time()?,
            of_handoff::PARTY => handoff.party = field.text()?.into(),
            of_handoff::CRITERION => handoff.criteria.push(read_condition(field.part()?)?),
            of_handoff::CUSTOMER_NUMBER => handoff.form.customer_number = Some(field.text()?.to_owned()),
            of_handoff::AMOUNT => handoff.form.amount_idr = Some(field.number()?),
            of_handoff::MONTHS => handoff.form.months = u32::try_from(field.number()?).ok(),
            of_handoff::CALL_DATE => handoff.form.call_date = Some(field.text()?.to_owned()),
            of_handoff::STEP => handoff.steps.push(read_step(field.part()?)?),
            _ => handoff.unknown.keep(field.bytes),
        }
    }
    Ok(handoff)
}

fn read_step(mut part: Reader<'_>) -> Result<DoneStep, Broken> {
    let mut done = DoneStep { at: Millis::new(part.base.get()), ..DoneStep::default() };
    while let Some(field) = part.next()? {
        let text = || field.text().map(SmolStr::new);
        match field.number {
            of_step::NAME => done.step = text()?,
            of_step::AT => done.at = field.time()?,
            of_step::BY => done.by = Some(text()?),
            of_step::TEXT => done.text = Some(text()?),
            _ => return Err(Broken("a step of a hand-off says more than it may")),
        }
    }
    Ok(done)
}
