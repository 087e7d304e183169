//! The second stage: folds the records of each customer into verdicts.
//!
//! Decides nothing itself: that is [`engine::step`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, mpsc};

use arc_swap::ArcSwap;
use serde::Serialize;

use crate::author::AuthorState;
use crate::case::{self, Tick};
use crate::engine::{self, Workspace};
use crate::json::{self, Unwritable};
use crate::outage::AreaReport;
use crate::post::{CustomerKey, EventKind, Input, Millis, Post};
use crate::record::{Arrival, Destination, Output, ShadowRecord, TriageRecord};
use crate::rules::{Rules, Silences};
use crate::text::Reading;

use super::customers::Customers;
use super::dead_letter::Reason;
use super::headers::{SOURCE, TICK};
use super::outbox::{Draft, Outbox};
use super::read_ahead::{self, Read, ReadAhead};
use super::recent::{JudgedRecords, Recent};
use super::record::Inbound;
use super::stage::{Stage, Standing};
use crate::kafka::topics::topic::Topic;

/// The stage `triage`: the rules, the customers of its partitions, the buffers for a post.
pub struct Triage {
    shared: Arc<ArcSwap<Rules>>,
    rules: Arc<Rules>,
    shadow: Option<Shadow>,
    recent: Option<Arc<Recent>>,
    /// What team leaders are not to be told of for a while: those that lanes see, and those of the open transaction.
    silences: (Arc<ArcSwap<Silences>>, Arc<Silences>),
    with_text: bool,
    /// Complaints that name an area are handed on.
    with_areas: bool,
    /// There is a topic for hand-offs.
    with_handoffs: bool,
    workspace: Workspace,
    /// What reading ahead leaves to the next transaction, and the way back for readings that are done with.
    reading: (read_ahead::Buffers, mpsc::Sender<Reading>),
    customers: Customers,
    /// Where the record at hand stands.
    source: String,
    /// Posts of the open transaction, for [`Recent`].
    judged: JudgedRecords,
}

/// Rules that are only tried: they judge each post from the state that it met, and leave none of their own.
struct Shadow {
    shared: Arc<ArcSwap<Rules>>,
    rules: Arc<Rules>,
    workspace: Workspace,
}

impl Triage {
    /// Makes the stage; it goes by the rules that `shared` holds whenever a transaction begins. `with_text`: records show the
    /// text of posts.
    pub fn new(shared: Arc<ArcSwap<Rules>>, with_text: bool) -> Self {
        let rules = shared.load_full();
        let (workspace, customers, source, judged, silences) = Default::default();
        let reading = (read_ahead::Buffers::default(), mpsc::channel().0);
        let (with_areas, with_handoffs) = (false, false);
        Triage {
            shared,
            rules,
            shadow: None,
            recent: None,
            silences,
            with_text,
            with_areas,
            with_handoffs,
            workspace,
            reading,
            customers,
            source,
            judged,
        }
    }

    /// Makes it tell, too, where the rules that `shared` holds would have decided otherwise.
    pub fn with_shadow(mut self, shared: Option<Arc<ArcSwap<Rules>>>) -> Self {
        self.shadow = shared.map(|shared| Shadow { rules: shared.load_full(), shared, workspace: Workspace::default() });
        self
    }

    /// The same, which may write hand-offs if `there` is a topic for them.
    pub fn with_handoffs(mut self, there: bool) -> Self {
        self.with_handoffs = there;
        self
    }

    /// Makes it hand the posts that it has judged to `recent`, once they are committed.
    pub fn with_recent(mut self, recent: Option<Arc<Recent>>) -> Self {
        self.recent = recent;
        self
    }

    /// The same, which also hands complaints that name an area to the stage `outages`, if `on`.
    pub fn with_areas(mut self, on: bool) -> Self {
        self.with_areas = on;
        self
    }

    /// The same, which marks what the silences that `shared` holds silence.
    pub fn with_silences(mut self, shared: Arc<ArcSwap<Silences>>) -> Self {
        self.silences = (Arc::clone(&shared), shared.load_full());
        self
    }

    fn reject(&self, record: &Inbound<'_>, code: &str, message: &str, out: &mut Outbox) {
        Reason { stage: self.name(), rules: &self.rules.hash, code, message }.letter(record, out);
    }
}

impl Stage for Triage {
    type Reader = ReadAhead;

    fn name(&self) -> &'static str {
        "triage"
    }

    fn rules(&self) -> String {
        self.rules.hash.clone()
    }

    fn begin(&mut self) {
        let (rules, silences) = (self.shared.load_full(), self.silences.0.load_full());
        if !Arc::ptr_eq(&rules, &self.rules) || !Arc::ptr_eq(&silences, &self.silences.1) {
            self.customers.doubt_clocks();
        }
        self.rules = rules;
        self.silences.1 = silences;
        if let Some(shadow) = &mut self.shadow {
            shadow.rules = shadow.shared.load_full();
        }
    }

    fn lend_reader(&mut self) -> ReadAhead {
        let (reader, used) = ReadAhead::new(Arc::clone(&self.rules), std::mem::take(&mut self.reading.0));
        self.reading.1 = used;
        reader
    }

    fn take_back(&mut self, reader: ReadAhead) {
        self.reading.0 = reader.into_buffers();
    }

    fn process<'r>(&mut self, record: &Inbound<'r>, read: Read<'r>, out: &mut Outbox) {
        let Read { input, reading } = read;
        self.workspace.expect(reading);
        let input = match input {
            Ok(input) => input,
            Err(message) => return self.reject(record, "not_canonical", &message, out),
        };
        let customer = match record.key.and_then(|key| std::str::from_utf8(key).ok()).filter(|key| !key.is_empty()) {
            Some(key) => Cow::Borrowed(key),
            None => Cow::Owned(self.customer_of(&input)),
        };
        self.source.clear();
        let _ = write!(self.source, "{}", record.source());
        let (at, source, with_text) = (record.timestamp, self.source.as_str(), self.with_text);
        let arrival = Arrival { customer: &customer, at, source, with_text, every_condition: false };
        self.customers.note(record.partition, record.timestamp);
        if self.recent.is_some() && matches!(input, Input::Post(_)) {
            self.judged.push(&customer, record.timestamp, record.value.unwrap_or_default());
        }
        out.unknown_kinds += u64::from(matches!(&input, Input::Post(post) if post.event_kind == EventKind::Unknown));
        let state = self.customers.state(record.partition, &customer);
        let before = self.shadow.as_ref().map(|_| state.clone());
        let mut outputs = engine::step(&mut self.workspace, &self.rules, state, &input, &arrival);
        out.silenced += case::hush(&self.silences.1, state, &input, &arrival, &mut outputs);
        out.forgotten_early += self.workspace.take_forgotten();
        if let Some(used) = self.workspace.take_spare() {
            // Where nobody reads ahead any more it is dropped.
            let _ = self.reading.1.send(used);
        }
        for output in &outputs {
            if matches!(output, Output::Handoff(_)) && !self.with_handoffs {
                let message =
                    "there is no topic for hand-offs; enable it in [handoff] of triage.toml: the step is kept, the next one shows it";
                self.reject(record, "no_handoff_topic", message, out);
                continue;
            }
            count(output, out);
            write_output(output, &self.rules.hash, record, &arrival, out);
        }
        if let (true, Input::Post(post)) = (self.with_areas, &input) {
            self.report_areas(post, &outputs, &arrival, out);
        }
        if let (Some(shadow), Some(mut before)) = (&mut self.shadow, before) {
            let others = engine::step(&mut shadow.workspace, &shadow.rules, &mut before, &input, &arrival);
            if let Some(difference) = ShadowRecord::of_difference(&outputs, &others) {
                // One that could not be written would only be missed on trial.
                let _ = write_json(out.push(Topic::Shadow), &difference, &arrival);
            }
        }
    }

    fn tick(&mut self, partition: i32, now: Millis, out: &mut Outbox) {
        self.customers.sweep(partition, now);
        let (rules, silences, with_text) = (&*self.rules, &*self.silences.1, self.with_text);
        let due = |state: &AuthorState| case::due(rules, state, now).into_iter().chain(case::silence_due(silences, state)).min();
        for customer in self.customers.due(partition, now, due) {
            let tick = Tick { customer: &customer, now, with_text };
            for output in engine::tick(rules, silences, self.customers.state(partition, &customer), &tick) {
                count(&output, out);
                write_due(&output, out);
            }
        }
    }

    fn journal(&mut self, out: &mut Outbox) {
        self.customers.journal(out);
    }

    fn standing(&mut self, now: Option<Millis>) -> Standing {
        let rules = &*self.rules;
        self.customers.standing(now.map(|now| move |state: &AuthorState| case::overdue(rules, state.case.as_ref(), now)))
    }

    fn committed(&mut self) {
        self.customers.committed();
        if let Some(recent) = &self.recent {
            recent.add(&mut self.judged);
        }
    }

    fn aborted(&mut self) {
        self.customers.aborted();
        self.judged.clear();
    }

    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        self.customers.restore(partition, key, value)
    }

    fn forget(&mut self, partition: i32) {
        self.customers.forget(partition);
    }
}

impl Triage {
    /// Hands the complaint `post`, of which `outputs` tell, to the stage `outages`, once for each area that it names.
    fn report_areas(&self, post: &Post<'_>, outputs: &[Output<'_>], arrival: &Arrival<'_>, out: &mut Outbox) {
        let Some(verdict) = outputs.first().and_then(seen_by_somebody) else { return };
        for area in self.workspace.complained_of(&self.rules) {
            let (customer, post_id) = (verdict.customer.into(), (*post.post_id).into());
            let report = AreaReport { area: area.into(), customer, post_id, at: verdict.event_time };
            let draft = out.push(Topic::Areas).key(area.as_bytes()).value_with(|bytes| {
                // To memory: it cannot fail.
                let _ = json::write(bytes, &report);
            });
            draft.header(SOURCE, arrival.source).at(arrival.at);
        }
    }

    /// Returns the key that the record should have had; empty where it does not tell.
    fn customer_of(&self, input: &Input<'_>) -> String {
        let key = match input {
            Input::Post(post) => Some(self.rules.own.customer_of(post)),
            Input::CaseEvent(event) => event.customer(),
        };
        key.as_ref().map_or("", CustomerKey::as_str).to_owned()
    }
}

/// Counts `output`; what becomes a dead letter is counted there.
fn count(output: &Output<'_>, out: &mut Outbox) {
    if let Some(verdict) = output.verdict() {
        out.tally.verdict(verdict);
    }
    if let Output::Escalation(record) = output {
        out.tally.escalation(record);
    }
}

fn write_output(output: &Output<'_>, rules: &str, record: &Inbound<'_>, arrival: &Arrival<'_>, out: &mut Outbox) {
    let reject = |code, message: &str, out: &mut Outbox| Reason { stage: "triage", rules, code, message }.letter(record, out);
    let written = match output {
        Output::Triage(destination, verdict) => write_json(out.push(topic(*destination)), verdict, arrival),
        Output::Escalation(escalation) => write_json(out.push(Topic::Escalations), escalation, arrival),
        Output::Handoff(handoff) => write_json(out.push(Topic::Handoff), handoff, arrival),
        Output::DeadLetter { code, message } => return reject(code, message, out),
    };
    if let Err(error) = written {
        reject("not_serialisable", &error.to_string(), out);
    }
}

/// Adds what the wall clock brings about. One that could not be written would be worth no more as a dead letter.
fn write_due(output: &Output<'_>, out: &mut Outbox) {
    let Output::Escalation(record) = output else { return };
    out.silenced += u64::from(record.silenced.is_some());
    let draft = out.push(Topic::Escalations).key(record.customer.as_bytes());
    if let Ok(draft) = draft.try_value_with(|bytes| json::write(bytes, record)) {
        draft.header(TICK, record.at.get()).at(record.at);
    }
}

/// Fills in `draft` with what is said of the record that arrived.
fn write_json(draft: Draft<'_>, said: &impl Serialize, arrival: &Arrival<'_>) -> Result<(), Unwritable> {
    let draft = draft.key(arrival.customer.as_bytes()).try_value_with(|bytes| json::write(bytes, said))?;
    draft.header(SOURCE, arrival.source).at(arrival.at);
    Ok(())
}

/// The verdict, if it is for agents or team leaders: what nobody looks at makes no outage.
fn seen_by_somebody<'o, 'a>(output: &'o Output<'a>) -> Option<&'o TriageRecord<'a>> {
    match output {
        Output::Escalation(_) | Output::Triage(Destination::Agents, _) => output.verdict(),
        Output::Triage(..) | Output::Handoff(_) | Output::DeadLetter { .. } => None,
    }
}

fn topic(destination: Destination) -> Topic {
    match destination {
        Destination::Agents => Topic::Agents,
        Destination::Oot => Topic::Oot,
        Destination::Escalations => Topic::Escalations,
        Destination::Skipped => Topic::Skipped,
    }
}
