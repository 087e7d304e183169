//! What a stage has to say: records to be written, whose keys, values and headers stand one after the other in a buffer
//! that every transaction uses again. Nothing is allocated for a record once the buffer has grown.

use std::fmt::Display;
use std::io::Write as _;
use std::ops::Range;

use super::record::Inbound;
use super::tally::Tally;
use crate::kafka::topics::topic::Topic;
use crate::post::Millis;

/// Most bytes that the buffer keeps between two transactions.
const MOST_KEPT: usize = 32 << 20;

/// What a stage has to say, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    records: Vec<Record>,
    headers: Vec<Header>,
    /// Keys, values and headers' values.
    bytes: Vec<u8>,
    /// The names of all headers.
    names: String,
    /// Nothing of the record at hand could be read, though there is something in it, for the reason of this code: counts towards
    /// the limit on dead letters.
    pub unreadable: Option<&'static str>,
    /// Posts and case events that had to be forgotten before their time: their customer had too many.
    pub forgotten_early: u64,
    /// Posts of which the feed says what no one here knows.
    pub unknown_kinds: u64,
    /// Records for team leaders that a silence holds.
    pub silenced: u64,
    /// What was decided, for dashboards.
    pub tally: Tally,
}

/// A record, as places in the buffers.
#[derive(Debug)]
struct Record {
    to: Topic,
    partition: Option<i32>,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: Range<usize>,
    timestamp: Option<Millis>,
}

#[derive(Debug)]
struct Header {
    name: Range<usize>,
    value: Option<Range<usize>>,
}

impl Outbox {
    /// Adds a record, which the calls on what is returned fill in: without them it has no key, no value (a tombstone),
    /// no header, its partition is that of its key, and its time that of writing.
    pub fn push(&mut self, to: Topic) -> Draft<'_> {
        let headers = self.headers.len()..self.headers.len();
        self.records.push(Record { to, partition: None, key: None, value: None, headers, timestamp: None });
        Draft { out: self }
    }

    /// Returns the records, in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Outgoing<'_>> {
        self.records.iter().map(|record| Outgoing {
            to: record.to,
            partition: record.partition,
            key: self.slice(record.key.as_ref()),
            value: self.slice(record.value.as_ref()),
            timestamp: record.timestamp,
            headers: &self.headers[record.headers.clone()],
            out: self,
        })
    }

    /// Returns how many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Returns the bytes of all keys, values and headers' values.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Takes all records away; the buffers stay.
    pub fn clear(&mut self) {
        self.records.clear();
        self.headers.clear();
        self.names.clear();
        self.bytes.clear();
        self.bytes.shrink_to(MOST_KEPT);
    }

    fn slice(&self, place: Option<&Range<usize>>) -> Option<&[u8]> {
        place.map(|place| &self.bytes[place.clone()])
    }

    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn name(&mut self, name: &str) -> Range<usize> {
        let start = self.names.len();
        self.names.push_str(name);
        start..self.names.len()
    }
}

/// The last record of an outbox, being filled in.
#[derive(Debug)]
pub struct Draft<'o> {
    out: &'o mut Outbox,
}

impl Draft<'_> {
    /// Sends it to `partition`, whatever its key.
    pub fn partition(mut self, partition: impl Into<Option<i32>>) -> Self {
        self.record().partition = partition.into();
        self
    }

    /// Gives it a timestamp of its own.
    pub fn at(mut self, timestamp: Millis) -> Self {
        self.record().timestamp = Some(timestamp);
        self
    }

    /// Gives it a key.
    pub fn key<'b>(mut self, key: impl Into<Option<&'b [u8]>>) -> Self {
        self.record().key = key.into().map(|key| self.out.append(key));
        self
    }

    /// Gives it a value; `None` leaves it a tombstone.
    pub fn value<'b>(mut self, value: impl Into<Option<&'b [u8]>>) -> Self {
        self.record().value = value.into().map(|value| self.out.append(value));
        self
    }

    /// Gives it what `write` appends as its value.
    pub fn value_with(mut self, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let start = self.out.bytes.len();
        write(&mut self.out.bytes);
        self.record().value = Some(start..self.out.bytes.len());
        self
    }

    /// Gives it what `write` appends as its value; where that fails, the record is taken back.
    ///
    /// # Errors
    /// That of `write`.
    pub fn try_value_with<E>(self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Self, E> {
        let mut written = Ok(());
        let draft = self.value_with(|bytes| written = write(bytes));
        match written {
            Ok(()) => Ok(draft),
            Err(error) => {
                draft.out.records.pop();
                Err(error)
            }
        }
    }

    /// Adds a header whose value is a text.
    pub fn header(self, name: &str, value: impl Display) -> Self {
        let name = self.out.name(name);
        let start = self.out.bytes.len();
        // To memory: cannot fail.
        let _ = write!(self.out.bytes, "{value}");
        let value = Some(start..self.out.bytes.len());
        self.add(Header { name, value })
    }

    /// Copies the headers of `record` whose names `keep` wants.
    pub fn headers_of(mut self, record: &Inbound<'_>, keep: impl Fn(&str) -> bool) -> Self {
        for (name, value) in record.headers().filter(|(name, _)| keep(name)) {
            let header = Header { name: self.out.name(name), value: value.map(|value| self.out.append(value)) };
            self = self.add(header);
        }
        self
    }

    fn add(mut self, header: Header) -> Self {
        self.out.headers.push(header);
        self.record().headers.end = self.out.headers.len();
        self
    }

    /// Returns the record, which was pushed when the draft was made; the draft keeps others out.
    fn record(&mut self) -> &mut Record {
        let last = self.out.records.len() - 1;
        &mut self.out.records[last]
    }
}

/// A record to be written.
#[derive(Clone)]
pub struct Outgoing<'o> {
    /// Which of our topics it goes to.
    pub to: Topic,
    /// The partition; `None`: by the key.
    pub partition: Option<i32>,
    /// Its key; `None`: any partition takes it.
    pub key: Option<&'o [u8]>,
    /// Its value; `None` is a tombstone.
    pub value: Option<&'o [u8]>,
    /// Its timestamp; `None`: the time of writing.
    pub timestamp: Option<Millis>,
    headers: &'o [Header],
    out: &'o Outbox,
}

impl<'o> Outgoing<'o> {
    /// Returns its headers, in order; a header may lack a value.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = (&'o str, Option<&'o [u8]>)> + use<'o> {
        let out = self.out;
        self.headers.iter().map(|header| (&out.names[header.name.clone()], out.slice(header.value.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(out: &Outbox) -> Vec<String> {
        let text = |bytes: Option<&[u8]>| bytes.map_or("-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned());
        let each = |record: Outgoing<'_>| {
            let headers: Vec<String> = record.headers().map(|(name, value)| format!(" {name}={}", text(value))).collect();
            let (partition, at) = (record.partition.map_or(-1, i32::from), record.timestamp.map_or(-1, Millis::get));
            format!("{:?} {partition} {} {} {at}{}", record.to, text(record.key), text(record.value), headers.concat())
        };
        out.records().map(each).collect()
    }

    #[test]
    fn records_are_what_was_said_of_them_in_any_order() {
        let headers: [(&str, &[u8]); 2] = [("kept", b"\xc3\xa9"), ("left", b"")];
        let record = Inbound::plain("posts", 7, None, None, &headers);
        let mut out = Outbox::default();
        for _ in 0..2 {
            out.push(Topic::Agents).header("a", 1).value(&b"value"[..]).at(Millis::new(5)).headers_of(&record, |name| name == "kept");
            out.push(Topic::Journal).key(&b"key"[..]).partition(3).value(None);
            out.push(Topic::Oot).value_with(|bytes| bytes.extend_from_slice(b"[]")).header("b", record.source()).key(&b"k"[..]);
            assert_eq!(show(&out), ["Agents -1 - value 5 a=1 kept=é", "Journal 3 key - -1", "Oot -1 k [] -1 b=posts/0/7"]);
            assert_eq!((out.len(), out.bytes()), (3, 23));
            out.clear();
            assert_eq!((out.len(), out.bytes()), (0, 0));
        }
    }

    #[test]
    fn a_record_whose_value_cannot_be_written_is_taken_back() {
        let mut out = Outbox::default();
        out.push(Topic::Agents).value(&b"first"[..]);
        let failed = out.push(Topic::Oot).header("a", "b").try_value_with(|bytes| {
            bytes.extend_from_slice(b"half");
            Err("no")
        });
        assert_eq!(failed.err(), Some("no"));
        out.push(Topic::Skipped).value(&b"third"[..]).header("c", "d");
        assert_eq!(show(&out), ["Agents -1 - first -1", "Skipped -1 - third -1 c=d"]);
    }
}
