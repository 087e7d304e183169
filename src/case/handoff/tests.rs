//! What must hold of hand-offs whatever comes in which order, and what a rule test cannot see: the journal, texts that are
//! not kept, the end of the two years.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::engine::{self, Workspace};
use crate::post::{Author, CaseEventKind, EventKind, Input, Platform, Post};
use crate::problem::Reporter;
use crate::rules;

const CUSTOMER: &str = "email:plasa@contoh.id";
const CASE: &str = "email:plasa@contoh.id:surat-1";
const START: i64 = 1_772_420_400_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &reporter);
    let mut rules = rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()));
    rules.with_sender(Some(("Plasa", CUSTOMER)));
    rules
});

fn mail(id: &'static str) -> Input<'static> {
    Input::Post(Box::new(Post {
        platform: Platform::Email,
        post_id: id.into(),
        author: Some(Author { id: Some("plasa@contoh.id".into()), ..Author::default() }),
        text: "Pelanggan 122000000059 tidak pernah setuju membayar tunggakan, dan agent membentak".into(),
        created_at: Millis::new(START),
        ..Post::default()
    }))
}

fn step_at(step: HandoffStep, id: &str, at: i64) -> CaseEvent<'static> {
    CaseEvent {
        event_id: id.to_owned().into(),
        case_id: CASE.into(),
        event: CaseEventKind::Handoff(step),
        at: Millis::new(at),
        ..CaseEvent::default()
    }
}

/// One step at record time `at`; `look` sees what it writes.
fn take<T>(state: &mut AuthorState, input: &Input<'_>, at: i64, with_text: bool, look: impl FnOnce(&[Output<'_>]) -> T) -> T {
    let arrival = Arrival { customer: CUSTOMER, at: Millis::new(at), source: "inbox/0/1", with_text, every_condition: false };
    look(&engine::step(&mut Workspace::default(), &RULES, state, input, &arrival))
}

fn begun() -> AuthorState {
    let mut state = AuthorState::default();
    take(&mut state, &mail("surat-1"), START, true, |outputs| assert!(handoff(outputs).is_some(), "{outputs:?}"));
    state
}

fn handoff<'o>(outputs: &'o [Output<'_>]) -> Option<&'o HandoffRecord<'o>> {
    outputs.iter().find_map(|output| if let Output::Handoff(record) = output { Some(&**record) } else { None })
}

fn through_the_journal(state: &AuthorState) -> AuthorState {
    AuthorState::decode(&state.encode().unwrap()).unwrap()
}

prop_compose! {
    fn step()(kind in 0..HandoffStep::ALL.len(), hour in 0_i64..6, agent in prop::option::of("[A-C]"), note in prop::option::of("[a-c]{1,3}")) -> CaseEvent<'static> {
        let step = HandoffStep::ALL[kind];
        CaseEvent { agent: agent.map(Into::into), note: note.map(Into::into), ..step_at(step, "", START + hour * 3_600_000) }
    }
}

/// What of `steps` stands, told without the code that is tested: the latest of each kind, the greater where two are as late.
fn standing<'e>(steps: &'e [CaseEvent<'static>], step: HandoffStep) -> Option<&'e CaseEvent<'static>> {
    let mut of_kind: Vec<_> = steps.iter().filter(|event| event.event == CaseEventKind::Handoff(step)).collect();
    of_kind.sort_by_key(|event| (event.at, event.agent.as_deref().map(str::to_owned), event.note.as_deref().map(str::to_owned)));
    of_kind.pop()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_in_any_order_and_repeated_fill_in_the_same_form(
        mut steps in prop::collection::vec(step(), 1..10),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        for (number, event) in steps.iter_mut().enumerate() {
            event.event_id = format!("langkah-{number}").into();
        }
        let mut state = begun();
        let mut last = String::new();
        let (mut seen, mut answered) = (std::collections::BTreeSet::new(), 0);
        let all = order.iter().map(|place| place.index(steps.len())).chain((0..steps.len()).rev()).collect::<Vec<_>>();
        for &place in &all {
            let input = Input::CaseEvent(Box::new(steps[place].clone()));
            take(&mut state, &input, START + 6 * 3_600_000, true, |outputs| {
                assert_eq!(outputs.len(), 1);
                assert_eq!(handoff(outputs).is_some(), seen.insert(place), "each step is answered once");
                if let Some(record) = handoff(outputs) {
                    answered += 1;
                    last = serde_json::to_string(&HandoffRecord { id: String::new(), step: "", at: Millis::new(0), ..record.clone() }).unwrap();
                }
            });
            state = through_the_journal(&state);
        }
        prop_assert_eq!(answered, steps.len());
        let mut straight = begun();
        steps.sort_by_key(|event| event.at);
        for event in &steps {
            take(&mut straight, &Input::CaseEvent(Box::new(event.clone())), START + 6 * 3_600_000, true, |_| ());
        }
        prop_assert_eq!(&state.handoffs, &straight.handoffs);
        let record: serde_json::Value = serde_json::from_str(&last).unwrap();
        let at = |step| standing(&steps, step).map(|event| serde_json::to_value(event.at).unwrap()).unwrap_or_default();
        prop_assert_eq!(&record["spv_validated_at"], &at(HandoffStep::SpvValidated));
        prop_assert_eq!(&record["manager_approval"]["at"], &at(HandoffStep::ManagerApproved));
        prop_assert_eq!(&record["sent_to_external_at"], &at(HandoffStep::Sent));
        let chronology = standing(&steps, HandoffStep::ChronologyWritten).and_then(|event| event.note.as_deref());
        prop_assert_eq!(record["chronology"].as_str(), chronology);
        let found = standing(&steps, HandoffStep::RecordingFound).map(|event| event.at);
        let missing = standing(&steps, HandoffStep::RecordingMissing).map(|event| event.at);
        let status = if found.is_none() && missing.is_none() { "requested" } else if found >= missing { "found" } else { "missing" };
        prop_assert_eq!(&record["voice_recording"]["status"], status);
        let lacks_sent = record["missing"].as_array().unwrap().iter().any(|field| field == "sent_to_external_at");
        prop_assert_eq!(lacks_sent, record["sent_to_external_at"].is_null());
    }
}

#[test]
fn it_is_kept_for_two_years_and_no_longer() {
    let check = |days: i64, known: bool| {
        let mut state = through_the_journal(&begun());
        let event = step_at(HandoffStep::Sent, "langkah-1", START + days * DAY);
        take(&mut state, &Input::CaseEvent(Box::new(event)), START + days * DAY, true, |outputs| {
            assert_eq!(handoff(outputs).is_some(), known, "{days} days: {outputs:?}");
        });
    };
    check(2, true);
    check(365, true);
    check(731, true);
    check(732, false);
    let mut state = begun();
    state.expire(
        &RULES.limits,
        &Arrival { customer: CUSTOMER, at: Millis::new(START + 732 * DAY), source: "", with_text: true, every_condition: false },
    );
    assert!(state.is_empty(), "nothing of it is left");
}

#[test]
fn a_clock_that_is_wrong_settles_nothing_that_is_to_come() {
    let mut state = begun();
    let mut take_at = |step, id: &str, said: i64, arrived: i64| {
        take(&mut state, &Input::CaseEvent(Box::new(step_at(step, id, said))), arrived, true, |outputs| {
            handoff(outputs).map(|record| record.voice_recording.status).unwrap()
        })
    };
    assert_eq!(take_at(HandoffStep::RecordingMissing, "1", START + 4_000 * DAY, START + DAY), RecordingStatus::Missing);
    assert_eq!(take_at(HandoffStep::RecordingFound, "2", START + 2 * DAY, START + 2 * DAY), RecordingStatus::Found);
}

#[test]
fn where_texts_are_not_kept_or_the_mail_is_taken_away_nothing_quotes_it() {
    let quotes = |state: &AuthorState| String::from_utf8_lossy(&state.encode().unwrap()).contains("membentak");
    let mut state = AuthorState::default();
    take(&mut state, &mail("surat-1"), START, false, |outputs| {
        assert!(handoff(outputs).unwrap().evidence.iter().all(|piece| piece.quote.is_none()));
    });
    assert!(!quotes(&state));
    let mut state = begun();
    assert!(quotes(&state));
    let deleted = Post { event_kind: EventKind::Delete, post_id: "surat-1".into(), platform: Platform::Email, ..Post::default() };
    take(&mut state, &Input::Post(Box::new(deleted)), START + 1, true, |_| ());
    assert!(!quotes(&state));
    let mut state = begun();
    take(&mut state, &Input::CaseEvent(Box::new(step_at(HandoffStep::Sent, "1", START))), START + 1, false, |outputs| {
        assert!(handoff(outputs).unwrap().evidence.iter().all(|piece| piece.quote.is_none()));
    });
    assert!(!quotes(&state));
}

#[test]
fn a_record_is_what_the_desk_can_read() {
    take(&mut AuthorState::default(), &mail("surat-1"), START, true, |outputs| {
        let record = HandoffRecord { rules: "RULES", ..handoff(outputs).unwrap().clone() };
        insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap());
    });
}
