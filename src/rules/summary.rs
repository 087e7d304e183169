//! The words of the summary that a team leader reads: the document that `summary` of `[escalation]` names.
//!
//! Words decide nothing, so they are no part of the hash (D87). Here they are read and checked; `case` fills them.

use super::template::Template;
use crate::config::reader::{Document, Source, Table, Value};
use crate::post::CaseEventKind;
use crate::problem::{Problem, Reporter};
use crate::record::EscalationType;

/// What a summary is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Line by line; one of which a gap stays empty is left out.
    pub lines: Vec<Template<Gap>>,
    /// What happened, by type of record.
    pub headlines: Vec<(EscalationType, Template<Gap>)>,
    /// How each condition is called, by its name in the rules.
    pub conditions: Vec<(String, String)>,
    /// What the desk did, by kind of event; the others are not told.
    pub steps: Vec<(CaseEventKind, Template<StepGap>)>,
    /// Words that showed a condition.
    pub words: Template<WordGap>,
    /// Between the items of a list.
    pub separator: String,
    /// Items of a list that are told, at most.
    pub most: usize,
    /// What stands in a list for the others.
    pub more: Template<MoreGap>,
    /// What stands in a gap that nothing fills.
    pub empty: Vec<(Gap, String)>,
    /// A time for people, in western Indonesia (WIB).
    pub time: Template<TimeGap>,
    /// January to December.
    pub months: Vec<String>,
}

/// What the lines of a summary can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// The headline of the type of the record.
    Headline,
    /// When it happened.
    At,
    /// `<platform>:<id>` of the customer.
    Customer,
    /// Account of the author of the post that brought it about.
    Handle,
    /// The case.
    Case,
    /// Conditions met so far, as `conditions` calls them.
    Conditions,
    /// How many.
    ConditionCount,
    /// The words that showed them.
    Words,
    /// When the first post of the case was written.
    FirstAt,
    /// When the newest one was.
    LastAt,
    /// When the case became hard.
    OpenedAt,
    /// Ids of its posts, the latest last.
    Posts,
    /// How many.
    PostCount,
    /// The post that brought it about, its beginning.
    Text,
    /// The next look at the progress.
    MonitorDue,
    /// The next call back.
    CallbackDue,
    /// Team leader.
    TlName,
    /// Owner of the ticket.
    PicTiket,
    /// What the desk has done.
    Desk,
    /// What the desk wrote.
    DeskNote,
    /// Units that were asked.
    CoordinatedWith,
    /// The silence that has ended.
    Silence,
    /// Reminders that were due before this one, while nothing ran.
    Missed,
}

impl Gap {
    const NAMES: [(&'static str, Gap); 23] = [
        ("headline", Gap::Headline),
        ("at", Gap::At),
        ("customer", Gap::Customer),
        ("handle", Gap::Handle),
        ("case", Gap::Case),
        ("conditions", Gap::Conditions),
        ("condition_count", Gap::ConditionCount),
        ("words", Gap::Words),
        ("first_at", Gap::FirstAt),
        ("last_at", Gap::LastAt),
        ("opened_at", Gap::OpenedAt),
        ("posts", Gap::Posts),
        ("post_count", Gap::PostCount),
        ("text", Gap::Text),
        ("monitor_due", Gap::MonitorDue),
        ("callback_due", Gap::CallbackDue),
        ("tl_name", Gap::TlName),
        ("pic_tiket", Gap::PicTiket),
        ("desk", Gap::Desk),
        ("desk_note", Gap::DeskNote),
        ("coordinated_with", Gap::CoordinatedWith),
        ("silence", Gap::Silence),
        ("missed", Gap::Missed),
    ];
}

/// What can be said of a step of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepGap {
    /// When it was.
    At,
}

/// What can be said of words that showed a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordGap {
    /// The words.
    Quote,
    /// The condition, as `conditions` calls it.
    Condition,
    /// The post.
    Post,
}

/// What can be said of items that are left out of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoreGap {
    /// How many.
    Count,
}

/// Parts of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeGap {
    /// Day of the month.
    Day,
    /// Month, as `months` calls it.
    Month,
    /// Year, four digits.
    Year,
    /// Hour, two digits.
    Hour,
    /// Minute, two digits.
    Minute,
}

const TIME: [(&str, TimeGap); 5] =
    [("day", TimeGap::Day), ("month", TimeGap::Month), ("year", TimeGap::Year), ("hour", TimeGap::Hour), ("minute", TimeGap::Minute)];
const WORDS: [(&str, WordGap); 3] = [("quote", WordGap::Quote), ("condition", WordGap::Condition), ("post", WordGap::Post)];

/// Reads the document `source` for rules with these `conditions`. `None`, and what is wrong is reported, if it cannot be
/// used.
pub(super) fn read(source: &Source, conditions: &[&str], reporter: &Reporter) -> Option<Summary> {
    let document = Document::parse(source, reporter);
    let root = document.root();
    let lines = root.required("lines").items();
    let lines: Vec<Option<_>> = lines.iter().map(|line| Template::read(line, &Gap::NAMES)).collect();
    let words = texts(root.section("conditions"), conditions, true, |value| value.string());
    let kinds = EscalationType::ALL.map(EscalationType::name);
    let headlines = texts(root.section("headline"), &kinds, true, |value| Template::read(value, &Gap::NAMES[1..]));
    let events = CaseEventKind::ALL.map(CaseEventKind::name);
    let steps = texts(root.section("desk"), &events, false, |value| Template::read(value, &[("at", StepGap::At)]));
    let gaps = Gap::NAMES.map(|(name, _)| name);
    let empty = texts(root.section("empty"), &gaps, false, |value| value.string());
    let lists = root.section("lists");
    let word = Template::read(&lists.required("words"), &WORDS);
    let (separator, most) = (lists.required("separator").string(), lists.required("most").integer(1..=50));
    let more = Template::read(&lists.required("more"), &[("count", MoreGap::Count)]);
    lists.finish();
    let time = root.section("time");
    let (written, months) = (Template::read(&time.required("written"), &TIME), months(&time.required("months")));
    time.finish();
    root.finish();
    let numbered = |at: usize| conditions.get(at).map_or_else(String::new, |name| (*name).to_owned());
    Some(Summary {
        lines: lines.into_iter().collect::<Option<_>>()?,
        headlines: headlines?.into_iter().filter_map(|(at, text)| Some((*EscalationType::ALL.get(at)?, text))).collect(),
        conditions: words?.into_iter().map(|(at, text)| (numbered(at), text)).collect(),
        steps: steps?.into_iter().filter_map(|(at, text)| Some((*CaseEventKind::ALL.get(at)?, text))).collect(),
        words: word?,
        separator: separator?,
        most: most?,
        more: more?,
        empty: empty?.into_iter().filter_map(|(at, text)| Some((Gap::NAMES.get(at)?.1, text))).collect(),
        time: written?,
        months: months?,
    })
}

/// A text for each of `names`, by its place there; every one must have one, if `all`.
fn texts<T>(table: Table<'_>, names: &[&str], all: bool, read: impl Fn(&Value<'_>) -> Option<T>) -> Option<Vec<(usize, T)>> {
    let read = |(at, name): (usize, &&str)| {
        let value = if all { table.required(name) } else { table.optional(name) };
        (all || value.is_present()).then(|| Some((at, read(&value)?)))
    };
    // Every one is read, lest the next be unknown keys.
    let texts: Vec<Option<(usize, T)>> = names.iter().enumerate().filter_map(read).collect();
    table.finish();
    texts.into_iter().collect()
}

fn months(value: &Value<'_>) -> Option<Vec<String>> {
    let months = value.strings();
    if months.len() == 12 {
        return Some(months);
    }
    if value.is_present() {
        let problem = Problem::error(&value.spot(), format!("`months` names {} months", months.len()));
        value.reporter().report(problem.hint("name all twelve, from January on"));
    }
    None
}
