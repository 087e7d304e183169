//! What becomes of each kind of event in each state of a case, from right and wrong clocks and in any order.

use std::path::Path;
use std::sync::LazyLock;

use crate::config::reader::{Folder, Overrides};
use crate::post::{Author, CaseEvent, CaseEventKind, CustomerKey, Input, Millis, Platform, Post};
use crate::problem::Reporter;
use crate::record::{EscalationRecord, Output};
use crate::replay::{Recorded, Replay};
use crate::rules::{self, Rules};

mod any_order;
mod tables;

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
const START: i64 = 1_772_420_400_000;
const CUSTOMER: &str = "x:17";

const COMPLAINT: &str = "@IndiHomeCare internet mati dari pagi";
const LOUD: &str = "@IndiHomeCare INTERNET SAYA MATI TOTAL DARI KEMARIN";
const COPIED: &str = "@IndiHomeCare mati lagi, mohon atensi @kemkomdigi";
const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";

/// The shipped rules, every hint told.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let folder = Folder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"));
    let shipped = std::fs::read_to_string(folder.path("rules.toml")).unwrap();
    let told = shipped.replacen("hints = []", "hints = [\"lapul_candidate\", \"force_close_complaint\"]", 1);
    let reporter = Reporter::default();
    let rules = rules::compile_changed(&folder.edited("rules.toml", &told), Overrides::default(), &reporter);
    rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
});

/// One customer, the desk, and what is written about them.
#[derive(Default)]
struct Life {
    replay: Replay,
    steps: usize,
}

fn at(after: i64) -> Millis {
    Millis::new(START + after)
}

fn post(id: &str, after: i64, text: &str) -> Post<'static> {
    Post {
        platform: Platform::X,
        post_id: id.to_owned().into(),
        author: Some(Author { id: Some("17".into()), ..Author::default() }),
        text: text.to_owned().into(),
        url: Some(format!("https://x.com/warga_contoh/status/{id}").into()),
        created_at: at(after),
        ..Post::default()
    }
}

fn event(kind: CaseEventKind, case: &str, after: i64) -> CaseEvent<'static> {
    let case_id = if case.is_empty() { String::new() } else { format!("{CUSTOMER}:{case}") };
    CaseEvent {
        event_id: format!("{}-{after}", kind.name()).into(),
        case_id: case_id.into(),
        event: kind,
        at: at(after),
        ..Default::default()
    }
}

impl Life {
    fn step<T>(&mut self, input: Input<'static>, at: Millis, look: impl FnOnce(&[Output<'_>]) -> T) -> T {
        self.steps += 1;
        let recorded = Recorded { input, customer: CustomerKey::from(CUSTOMER.to_owned()), at, source: format!("inbox/0/{}", self.steps) };
        look(&self.replay.step(&RULES, &recorded))
    }

    fn post(&mut self, post: Post<'static>) -> String {
        let at = post.created_at;
        self.step(Input::Post(Box::new(post)), at, told)
    }

    /// An event that arrives when it says it was made.
    fn event(&mut self, event: CaseEvent<'static>) -> String {
        let at = event.at;
        self.event_at(event, at)
    }

    fn event_at(&mut self, event: CaseEvent<'static>, at: Millis) -> String {
        self.step(Input::CaseEvent(Box::new(event)), at, told)
    }

    /// The case that is open.
    fn case(&self) -> String {
        let Some(case) = self.replay.state(CUSTOMER).and_then(|state| state.case.as_ref()) else { return "none".to_owned() };
        format!("{}{}", case.id, if case.hard { " hard" } else { "" })
    }
}

/// What `outputs` say, in a line.
fn told(outputs: &[Output<'_>]) -> String {
    outputs.iter().map(one_told).collect::<Vec<_>>().join(", ")
}

fn one_told(output: &Output<'_>) -> String {
    match output {
        Output::Triage(to, record) => format!("{}:{}", to.name(), record.reason.unwrap_or(record.class)),
        Output::Escalation(record) => of_escalation(record),
        Output::Handoff(record) => format!("hand-off {}", record.step),
        Output::DeadLetter { code, .. } => format!("dead letter {code}"),
    }
}

fn of_escalation(record: &EscalationRecord<'_>) -> String {
    let mut said = format!("{} of {}", record.kind.name(), record.case_id.rsplit(':').next().unwrap());
    if record.clocks.is_some() {
        said += ", clocks run";
    }
    if record.tl_missing {
        said += ", nobody named";
    }
    if !record.supersedes.is_empty() {
        said += &format!(", instead of {}", record.supersedes.join(" "));
    }
    format!("[{said}]")
}
