//! Cases as text. Times are those of western Indonesia (WIB), where the desk works.

use std::fmt::Write as _;

use super::super::count;
use super::super::page::one_line;
use super::view::{Condition, OpenCase};
use super::{Forgetting, Life, Listing};
use crate::config::moment::WIB;
use crate::kafka::Held;
use crate::post::Millis;

/// Returns the list.
pub(super) fn listing(listing: &Listing) -> String {
    let Listing { open, hard, overdue, cases, selected } = listing;
    let mut text = format!("{}: {hard} hard, {overdue} overdue\n", count(*open, "open case"));
    for case in cases {
        let names: Vec<&str> = case.conditions.iter().map(|condition| condition.name.as_str()).collect();
        let met = if names.is_empty() { "no condition".to_owned() } else { names.join(", ") };
        let _ = write!(
            text,
            "\n{}  {}\n    {met}; {}, the last {}\n",
            case.case_id,
            standing(case),
            count(case.posts.len(), "post"),
            wib(case.last_at)
        );
        desk(case, &mut text);
    }
    if cases.len() < *selected {
        let _ = write!(text, "\nand {} more; --limit N shows them\n", selected - cases.len());
    }
    text
}

/// Returns one case with its life.
pub(super) fn life(case_id: &str, life: &Life) -> String {
    let mut text = match &life.open {
        Some(case) => one(case),
        None => format!("{case_id}  not open\n"),
    };
    text.push_str(if life.told.is_empty() { "\nnothing was told of it\n" } else { "\ntold so far\n" });
    for told in &life.told {
        let said = |field: &str| told.record[field].as_str().unwrap_or("?");
        let at = Millis::parse(said("at")).map_or_else(|| said("at").to_owned(), wib);
        let place = &told.place;
        let _ = write!(text, "    {at}  {:18} {}/{}/{}", said("type"), place.topic, place.partition, place.offset);
        if let Some(note) = told.record["desk_note"].as_str() {
            let _ = write!(text, "  {}", one_line(note));
        }
        text.push('\n');
    }
    text
}

fn one(case: &OpenCase) -> String {
    let mut text = format!("{}  {}\n    begun {}, the last post {}\n", case.case_id, standing(case), wib(case.first_at), wib(case.last_at));
    desk(case, &mut text);
    for Condition { name, posts, because } in &case.conditions {
        let _ = writeln!(text, "    {name}: {}", posts.join(", "));
        for because in because {
            let _ = writeln!(text, "        \u{ab}{because}\u{bb}");
        }
    }
    let journal = &case.journal;
    let _ = writeln!(text, "    posts: {}\n    journal: {}/{}/{}", case.posts.join(", "), journal.topic, journal.partition, journal.offset);
    text
}

/// Since when it is what it is.
fn standing(case: &OpenCase) -> String {
    match case.opened_at.filter(|_| case.hard) {
        Some(at) => format!("hard since {}", wib(at)),
        None => format!("open since {}", wib(case.first_at)),
    }
}

/// Who has a hard case, and what is due.
fn desk(case: &OpenCase, text: &mut String) {
    if !case.hard {
        return;
    }
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none named yet".to_owned());
    let _ = writeln!(text, "    team leader: {}; PIC Tiket: {}", name(&case.tl_name), name(&case.pic_tiket));
    if let Some(due) = case.callback_due {
        let is_or_was = if case.overdue.contains(&"callback") { "OVERDUE: the call back was" } else { "the call back is" };
        let _ = write!(text, "    {is_or_was} due {}", wib(due));
        let _ = case.monitor_due.map(|due| write!(text, ", the next look {}", wib(due)));
        text.push('\n');
    }
}

/// Returns what was done for a customer who wants to be forgotten, and what is left of him.
pub(super) fn forgetting(forgetting: &Forgetting) -> String {
    let Forgetting { customer, event_id, held } = forgetting;
    let mut text = match event_id {
        Some(event_id) => format!("{customer}: the service was asked to forget, by the case event {event_id}\n"),
        None => format!("{customer}: nothing was written\n"),
    };
    let width = held.iter().map(|held| held.topic.len()).max().unwrap_or(0);
    let _ = writeln!(text, "\n{:width$}  {:>11}  held until", "topic", "records");
    for Held { topic, records, until } in held {
        let records = records.map_or_else(|| "cannot tell".to_owned(), |records| records.to_string());
        let until = until.map_or_else(|| "-".to_owned(), wib);
        let _ = writeln!(text, "{topic:width$}  {records:>11}  {until}");
    }
    text.push_str(
        "\nRecords that were written are deleted by their topic's retention; records of the feeds and dead letters are not keyed by customer.\n",
    );
    text
}

/// `2025-01-07 10:01 WIB`.
fn wib(at: Millis) -> String {
    let shifted = at.plus(WIB).to_string();
    format!("{} WIB", shifted.get(..16).unwrap_or(&shifted).replace('T', " "))
}
