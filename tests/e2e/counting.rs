//! A stage that counts records by key and says each new count: any loss, repetition or stale state shows at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use triage::config::service::Service;
use triage::kafka;
use triage::kafka::{Counts, Inbound, LaneSettings, Measures, Outbox, Refusal, Stage, Topic};
use triage::post::Millis;

use super::broker::{Record, consume_all, produce};

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    Nothing,
    /// This input becomes more than a broker takes.
    TooLarge {
        offset: i64,
    },
    /// It takes no record while this is true.
    HeldWhile(&'static AtomicBool),
}

/// Counts by partition and key, and the overlay of the open transaction.
pub struct Counting {
    states: HashMap<i32, HashMap<Vec<u8>, u64>>,
    overlay: BTreeMap<(i32, Vec<u8>), u64>,
    fault: Fault,
}

impl Counting {
    pub fn new() -> Self {
        Counting::with(Fault::Nothing)
    }

    pub fn with(fault: Fault) -> Self {
        Counting { states: HashMap::new(), overlay: BTreeMap::new(), fault }
    }
}

impl Stage for Counting {
    type Reader = ();

    fn name(&self) -> &'static str {
        "counting"
    }

    fn lend_reader(&mut self) {}

    fn take_back(&mut self, (): ()) {}

    fn process<'r>(&mut self, record: &Inbound<'r>, (): (), out: &mut Outbox) {
        while matches!(self.fault, Fault::HeldWhile(held) if held.load(Ordering::SeqCst)) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let key = record.key.unwrap_or_default().to_vec();
        let before = self.states.get(&record.partition).and_then(|state| state.get(&key)).copied().unwrap_or(0);
        let count = self.overlay.entry((record.partition, key.clone())).or_insert(before);
        *count += 1;
        let mut value = [&key[..], format!(":{count}").as_bytes()].concat();
        if matches!(self.fault, Fault::TooLarge { offset } if offset == record.offset) {
            value.resize(3_000_000, b'.');
        }
        out.push(Topic::Agents).key(&*key).value(&*value).at(record.timestamp);
    }

    fn journal(&mut self, out: &mut Outbox) {
        for ((partition, key), count) in &self.overlay {
            out.push(Topic::Journal).partition(*partition).key(&**key).value(count.to_string().as_bytes());
        }
    }

    fn committed(&mut self) {
        for ((partition, key), count) in std::mem::take(&mut self.overlay) {
            self.states.entry(partition).or_default().insert(key, count);
        }
    }

    fn aborted(&mut self) {
        self.overlay.clear();
    }

    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let count = value.and_then(|value| std::str::from_utf8(value).ok()?.parse().ok()).ok_or("not a count")?;
        self.states.entry(partition).or_default().insert(key.to_vec(), count);
        Ok(())
    }

    fn forget(&mut self, partition: i32) {
        self.states.remove(&partition);
    }
}

/// What the lanes of one test have in common.
pub struct Run {
    pub settings: LaneSettings,
}

impl Run {
    pub fn new(service: &Service) -> Self {
        Run { settings: LaneSettings::triage(service, || Millis::new(0)) }
    }

    pub fn try_start(&self, lanes: usize, make: fn() -> Counting) -> Result<Lanes, Refusal> {
        self.try_start_stage(lanes, make)
    }

    pub fn start_stage<S: Stage + 'static>(&self, lanes: usize, make: impl Fn() -> S + Clone + Send + 'static) -> Lanes {
        self.try_start_stage(lanes, make).expect("started")
    }

    fn try_start_stage<S: Stage + 'static>(&self, lanes: usize, make: impl Fn() -> S + Clone + Send + 'static) -> Result<Lanes, Refusal> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut service = kafka::Supervisor::new(Arc::clone(&stop));
        service.start("counting", &self.settings, lanes, make)?;
        Ok(Lanes { stop, service })
    }

    pub fn start(&self, lanes: usize, make: fn() -> Counting) -> Lanes {
        self.try_start(lanes, make).expect("started")
    }

    /// Writes input.
    pub fn feed(&self, records: impl IntoIterator<Item = Record>) {
        produce(&self.settings.kafka, &self.settings.topics.inbox, records);
    }

    /// What readers see.
    pub fn outputs(&self) -> Vec<Record> {
        consume_all(&self.settings.kafka, &self.settings.topics.agents)
    }

    /// Each of `keys` keys was counted from one up to its share of `records`, without a gap or a repetition.
    pub fn assert_counted(&self, records: usize, keys: usize) {
        let outputs = self.outputs();
        assert_eq!(outputs.len(), records);
        let said: BTreeSet<String> = outputs.iter().map(Record::text).collect();
        let expected: BTreeSet<String> =
            (0..keys).flat_map(|key| (1..=records / keys).map(move |count| format!("k{key}:{count}"))).collect();
        assert_eq!(said, expected);
    }
}

/// Running lanes.
pub struct Lanes {
    stop: Arc<AtomicBool>,
    service: kafka::Supervisor,
}

impl Lanes {
    pub fn counts(&self) -> Counts {
        self.service.counts("counting")
    }

    /// What the first lane has measured.
    pub fn measures(&self) -> Measures {
        self.service.reports().next().expect("a lane").1.measures()
    }

    /// Tells them to stop, as SIGTERM does, and waits for it.
    pub fn stop(&mut self) -> Result<(), Refusal> {
        self.stop.store(true, Ordering::Relaxed);
        self.service.wait()
    }

    pub fn wait(&mut self) -> Result<(), Refusal> {
        self.service.wait()
    }
}
