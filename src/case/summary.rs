//! The summary of an escalation: what a team leader reads, in the words that the configuration gives.
//!
//! Says nothing that the record does not know. What was not kept (`output.text = "none"`) is not told.

use chrono::{DateTime, Datelike, Timelike};

use crate::config::moment::WIB;
use crate::post::Millis;
use crate::record::EscalationRecord;
use crate::rules::{Gap, MoreGap, StepGap, Summary, TimeGap, WordGap};
use crate::signals::{Evidence, quotation};

/// The summary of `record`, in the words of `summary`.
pub(super) fn of(summary: &Summary, record: &EscalationRecord<'_>) -> String {
    let telling = Telling { summary, record };
    let lines = summary.lines.iter().filter_map(|line| line.fill(|gap| telling.fill(gap)));
    lines.collect::<Vec<_>>().join("\n")
}

struct Telling<'t> {
    summary: &'t Summary,
    record: &'t EscalationRecord<'t>,
}

impl Telling<'_> {
    /// What stands in `gap`.
    fn fill(&self, gap: Gap) -> Option<String> {
        let said = self.say(gap).filter(|said| !said.is_empty());
        said.or_else(|| self.summary.empty.iter().find(|(empty, _)| *empty == gap).map(|(_, text)| text.clone()))
    }

    fn say(&self, gap: Gap) -> Option<String> {
        let record = self.record;
        let clocks = record.clocks.as_ref().filter(|_| !record.kind.is_end());
        let post = record.triage.as_ref().and_then(|triage| triage.post.as_ref());
        match gap {
            Gap::Headline => self.headline(),
            Gap::At => Some(self.time(record.at)),
            Gap::Customer => Some(record.customer.to_owned()),
            Gap::Handle => post.and_then(|post| post.handle).map(|handle| format!("@{handle}")),
            Gap::Case => Some(record.case_id.clone()),
            Gap::Conditions => Some(self.list(record.conditions.iter().map(|name| self.condition(name)).collect())),
            Gap::ConditionCount => Some(record.conditions.len()).filter(|count| *count > 0).map(|count| count.to_string()),
            Gap::Words => Some(self.list(self.words())),
            Gap::FirstAt => record.background.first_at.map(|at| self.time(at)),
            Gap::LastAt => record.background.last_at.map(|at| self.time(at)),
            Gap::OpenedAt => record.opened_at.map(|at| self.time(at)),
            Gap::Posts => Some(self.latest(&record.posts)),
            Gap::PostCount => Some(record.posts.len()).filter(|count| *count > 0).map(|count| count.to_string()),
            Gap::Text => post.and_then(|post| post.text).map(in_one_line),
            Gap::MonitorDue => clocks.and_then(|clocks| clocks.monitor_due).map(|at| self.time(at)),
            Gap::CallbackDue => clocks.and_then(|clocks| clocks.callback_due).map(|at| self.time(at)),
            Gap::TlName => record.tl_name.as_deref().map(in_one_line),
            Gap::PicTiket => record.pic_tiket.as_deref().map(in_one_line),
            Gap::Desk => Some(self.list(self.steps())),
            Gap::DeskNote => record.desk_note.map(in_one_line),
            Gap::CoordinatedWith => Some(self.list(record.coordinated_with.iter().map(|unit| in_one_line(unit)).collect())),
            Gap::Silence => record.background.silence.clone(),
            Gap::Missed => record.missed.filter(|missed| *missed > 0).map(|missed| missed.to_string()),
        }
    }

    fn headline(&self) -> Option<String> {
        let (_, headline) = self.summary.headlines.iter().find(|(kind, _)| *kind == self.record.kind)?;
        headline.fill(|gap| if gap == Gap::Headline { None } else { self.fill(gap) })
    }

    /// What people call the condition `name`; one that the rules do not know any more goes by that.
    fn condition(&self, name: &str) -> String {
        let called = self.summary.conditions.iter().find(|(known, _)| known == name);
        called.map_or(name, |(_, called)| called).to_owned()
    }

    /// The words that showed conditions, each once and not within others that showed the same.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let met = || self.record.evidence.iter().filter(|piece| piece.met);
        let within = |inner: &Evidence<'_>, outer: &Evidence<'_>| {
            let same = inner.condition == outer.condition && inner.post_id == outer.post_id;
            let [inner, outer] = [inner, outer].map(|piece| piece.quote.as_deref().unwrap_or_default());
            same && inner.len() < outer.len() && outer.contains(inner)
        };
        for piece in met().filter(|piece| !met().any(|other| within(piece, other))) {
            let said = self.summary.words.fill(|gap| match gap {
                WordGap::Quote => piece.quote.as_deref().map(in_one_line),
                WordGap::Condition => piece.condition.as_deref().map(|name| self.condition(name)),
                WordGap::Post => Some(piece.post_id.to_string()),
            });
            words.extend(said.filter(|said| !words.contains(said)));
        }
        words
    }

    fn steps(&self) -> Vec<String> {
        let say = |(kind, at): &(String, Millis)| {
            let (_, step) = self.summary.steps.iter().find(|(known, _)| known.name() == *kind)?;
            step.fill(|StepGap::At| Some(self.time(*at)))
        };
        self.record.background.steps.iter().filter_map(say).collect()
    }

    /// As many of `items` as are told, then how many there are besides.
    fn list(&self, mut items: Vec<String>) -> String {
        let left = items.len().saturating_sub(self.summary.most);
        items.truncate(self.summary.most);
        items.extend(self.more(left));
        items.join(&self.summary.separator)
    }

    /// The same, the last ones of them.
    fn latest(&self, items: &[String]) -> String {
        let left = items.len().saturating_sub(self.summary.most);
        let mut told = items[left..].to_vec();
        told.extend(self.more(left));
        told.join(&self.summary.separator)
    }

    fn more(&self, left: usize) -> Option<String> {
        (left > 0).then(|| self.summary.more.fill(|MoreGap::Count| Some(left.to_string()))).flatten()
    }

    /// The time for people.
    fn time(&self, at: Millis) -> String {
        let local = DateTime::from_timestamp_millis(at.plus(WIB).get()).unwrap_or_default();
        let written = self.summary.time.fill(|gap| {
            Some(match gap {
                TimeGap::Day => local.day().to_string(),
                TimeGap::Month => self.summary.months.get(local.month0() as usize)?.clone(),
                TimeGap::Year => format!("{:04}", local.year()),
                TimeGap::Hour => format!("{:02}", local.hour()),
                TimeGap::Minute => format!("{:02}", local.minute()),
            })
        });
        written.unwrap_or_default()
    }
}

/// The beginning of `text`, without line breaks.
fn in_one_line(text: &str) -> String {
    quotation(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
