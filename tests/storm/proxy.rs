//! Stands between clients and a broker and disturbs the ends of transactions: requests to commit or abort (EndTxn) that
//! come late, twice or never, and answers to them.
//!
//! Reads of Kafka's protocol only the length of each frame, the header of requests, and one error code. The broker
//! itself sends its clients here: see `broker.sh`.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

const PRODUCE: i16 = 0;
const ADD_OFFSETS: i16 = 25;
const END: i16 = 26;

/// An error that makes a client abort its transaction and go on: against a policy of the brokers. Not that a right is
/// missing: the second time in a row that is the end.
const AGAINST_POLICY: i16 = 44;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What happens to one end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The request arrives 0.5 to 3 s late.
    SlowRequest,
    /// The answer arrives so late.
    SlowAnswer,
    /// The request is never heard of; the connection stays.
    LostRequest,
    /// The broker has heard it, but the connection breaks before the answer.
    LostAnswer,
    /// The connection breaks before the broker has heard it. When the client has asked again, been answered and begun
    /// another transaction, of which the broker has something but not all, the first request arrives.
    Late,
    /// Not the end, but the offsets before it are refused: the client aborts.
    Refused,
}

/// What has happened.
#[derive(Debug, Default, Clone)]
pub struct Report {
    /// Faults that were brought about.
    pub faults: std::collections::BTreeMap<Fault, usize>,
    /// Late requests that the broker carried out.
    pub late_accepted: usize,
    /// Late requests that the broker refused.
    pub late_refused: usize,
}

impl Report {
    /// How often the rarest fault has happened.
    pub fn least(&self) -> usize {
        self.faults.values().copied().min().unwrap_or(0)
    }
}

/// A request that was withheld.
struct Withheld {
    client: String,
    frame: Vec<u8>,
    /// The client has asked again.
    repeated: bool,
}

struct State {
    dice: Rng,
    /// Faults to choose from, in turn; none: everything passes.
    faults: Vec<Fault>,
    /// Those of this turn that are still to come.
    deck: Vec<Fault>,
    /// Time from one fault to the next, at least, in milliseconds.
    pause: u64,
    next: Instant,
    withheld: Option<Withheld>,
    report: Report,
}

struct Shared {
    upstream: Mutex<String>,
    state: Mutex<State>,
}

/// The proxy; its threads end with the process.
#[derive(Clone)]
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Listens on loopback; hands on to nobody before [`Proxy::hand_on_to`].
    pub fn listen(seed: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (dice, faults, deck, report) = (Rng::with_seed(seed), Vec::new(), Vec::new(), Report::default());
        let state = State { dice, faults, deck, pause: 0, next: Instant::now(), withheld: None, report };
        let shared = Arc::new(Shared { upstream: Mutex::default(), state: Mutex::new(state) });
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                Connection::open(client, &theirs);
            }
        });
        Proxy { port, shared }
    }

    /// Where the broker is.
    pub fn hand_on_to(&self, upstream: &str) {
        *lock(&self.shared.upstream) = upstream.to_owned();
    }

    /// From now on all of `faults` in turn, in an order of chance, `pause` milliseconds or up to twice as much apart.
    pub fn disturb(&self, faults: &[Fault], pause: u64) {
        let mut state = lock(&self.shared.state);
        (state.faults, state.pause) = (faults.to_vec(), pause);
        state.report = Report { faults: faults.iter().map(|&fault| (fault, 0)).collect(), ..Report::default() };
        state.deck.clear();
    }

    /// From now on everything passes.
    pub fn calm(&self) {
        let mut state = lock(&self.shared.state);
        state.faults.clear();
        state.deck.clear();
    }

    /// What has happened since the last [`Proxy::disturb`].
    pub fn report(&self) -> Report {
        lock(&self.shared.state).report.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic before")
}

/// What is to be done with an answer.
#[derive(Clone, Copy)]
enum Answer {
    /// Handed on, and whoever waits for it is told.
    Noted,
    HeldFor(Duration),
    Cut,
    Refusal,
}

/// One connection of a client.
struct Connection {
    shared: Arc<Shared>,
    client: TcpStream,
    broker: TcpStream,
    /// By the number of the request.
    answers: Mutex<HashMap<i32, Answer>>,
    answered: Condvar,
}

impl Connection {
    fn open(client: TcpStream, shared: &Arc<Shared>) {
        let upstream = lock(&shared.upstream).clone();
        // The broker may be away: then so is the proxy.
        let Ok(broker) = TcpStream::connect(upstream) else { return };
        for stream in [&client, &broker] {
            stream.set_nodelay(true).expect("TCP");
        }
        let (answers, answered) = Default::default();
        let connection = Arc::new(Connection { shared: Arc::clone(shared), client, broker, answers, answered });
        let other = Arc::clone(&connection);
        thread::spawn(move || other.until_closed(Connection::request, &other.client));
        thread::spawn(move || connection.until_closed(Connection::answer, &connection.broker));
    }

    /// Does `each` with the frames that come from `from`; then closes both sides.
    fn until_closed(&self, each: impl Fn(&Self, Vec<u8>) -> Option<()>, from: &TcpStream) {
        while read(from).and_then(|frame| each(self, frame)).is_some() {}
        self.close();
    }

    fn close(&self) {
        for stream in [&self.client, &self.broker] {
            drop(stream.shutdown(Shutdown::Both));
        }
        self.answered.notify_all();
    }

    /// A request; `None` closes the connection.
    fn request(&self, frame: Vec<u8>) -> Option<()> {
        let (api, number) = (i16::from_be_bytes([frame[4], frame[5]]), i32::from_be_bytes([frame[8], frame[9], frame[10], frame[11]]));
        match api {
            PRODUCE => self.produce(frame, number),
            ADD_OFFSETS | END => self.disturb(api, frame, number),
            _ => write(&self.broker, &frame),
        }
    }

    fn disturb(&self, api: i16, frame: Vec<u8>, number: i32) -> Option<()> {
        let (fault, delay) = {
            let mut state = lock(&self.shared.state);
            (state.choose(api, &frame), Duration::from_millis(500 + state.dice.u64(..2_500)))
        };
        let expect = |answer| _ = lock(&self.answers).insert(number, answer);
        match fault {
            None => (),
            Some(Fault::SlowRequest) => thread::sleep(delay),
            Some(Fault::SlowAnswer) => expect(Answer::HeldFor(delay)),
            Some(Fault::LostRequest) => return Some(()),
            Some(Fault::LostAnswer) => expect(Answer::Cut),
            Some(Fault::Late) => return None,
            Some(Fault::Refused) => expect(Answer::Refusal),
        }
        write(&self.broker, &frame)
    }

    /// Records. If the client has a request withheld and has begun another transaction, this is the moment.
    fn produce(&self, frame: Vec<u8>, number: i32) -> Option<()> {
        let due = lock(&self.shared.state).due(&frame);
        let Some(late) = due else { return write(&self.broker, &frame) };
        lock(&self.answers).insert(number, Answer::Noted);
        write(&self.broker, &frame)?;
        let unanswered = |answers: &mut HashMap<i32, Answer>| answers.contains_key(&number);
        drop(self.answered.wait_timeout_while(lock(&self.answers), PATIENCE, unanswered).expect("no panic before"));
        let accepted = self.deliver(&late).is_some_and(|error| error == 0);
        let mut state = lock(&self.shared.state);
        *(if accepted { &mut state.report.late_accepted } else { &mut state.report.late_refused }) += 1;
        Some(())
    }

    /// Delivers a request to end a transaction, as if over the connection that broke; the error code of the answer.
    fn deliver(&self, frame: &[u8]) -> Option<i16> {
        let broker = TcpStream::connect(lock(&self.shared.upstream).as_str()).ok()?;
        broker.set_read_timeout(Some(PATIENCE)).ok()?;
        write(&broker, frame)?;
        let answer = read(&broker)?;
        Some(i16::from_be_bytes([answer[12], answer[13]]))
    }

    /// An answer; `None` closes the connection.
    fn answer(&self, mut frame: Vec<u8>) -> Option<()> {
        let number = i32::from_be_bytes([frame[4], frame[5], frame[6], frame[7]]);
        let what = lock(&self.answers).remove(&number);
        match what {
            None => (),
            Some(Answer::Noted) => self.answered.notify_all(),
            Some(Answer::HeldFor(delay)) => thread::sleep(delay),
            Some(Answer::Cut) => return None,
            Some(Answer::Refusal) => frame[12..14].copy_from_slice(&AGAINST_POLICY.to_be_bytes()),
        }
        write(&self.client, &frame)
    }
}

impl State {
    /// What happens to this request, if anything.
    fn choose(&mut self, api: i16, frame: &[u8]) -> Option<Fault> {
        if api == END
            && let Some(withheld) = self.withheld.as_mut().filter(|withheld| withheld.client == client_id(frame))
        {
            withheld.repeated = true;
            return None;
        }
        if Instant::now() < self.next || self.withheld.is_some() {
            return None;
        }
        if self.deck.is_empty() {
            self.deck.clone_from(&self.faults);
            self.dice.shuffle(&mut self.deck);
        }
        let fault = self.deck.pop_if(|fault| (*fault == Fault::Refused) == (api == ADD_OFFSETS))?;
        self.next = Instant::now() + Duration::from_millis(self.pause + self.dice.u64(..=self.pause));
        *self.report.faults.entry(fault).or_default() += 1;
        if fault == Fault::Late {
            self.withheld = Some(Withheld { client: client_id(frame), frame: frame.to_vec(), repeated: false });
        }
        Some(fault)
    }

    /// The withheld request that is to be delivered now that this one comes.
    fn due(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let due = self.withheld.take_if(|withheld| withheld.repeated && withheld.client == client_id(frame));
        due.map(|withheld| withheld.frame)
    }
}

/// Who asks.
fn client_id(frame: &[u8]) -> String {
    let length = usize::from(u16::from_be_bytes([frame[12], frame[13]]));
    String::from_utf8_lossy(frame.get(14..14 + length).unwrap_or_default()).into_owned()
}

/// The next frame with its length; `None`: there is none.
fn read(mut from: &TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let mut frame = length.to_vec();
    frame.resize(4 + usize::try_from(u32::from_be_bytes(length)).ok()?, 0);
    from.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

fn write(mut to: &TcpStream, frame: &[u8]) -> Option<()> {
    to.write_all(frame).ok()
}
