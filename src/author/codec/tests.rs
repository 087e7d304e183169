//! What a record must be able to do, and what it looks like.

#![allow(clippy::float_cmp, reason = "bits are compared")]

use proptest::prelude::*;

use super::*;
use crate::author::{
    Case, ClosedCase, DoneStep, Group, Handoff, Hold, Link, MetCondition, Outcome, Reason, Remembered, Reminded, Reminder, Reminders,
    Reported, SeriesMemory, Step, Unknown,
};
use crate::record::HandoffForm;
use crate::signals::Evidence;

/// States as the program wrote them when their records were JSON.
const FIRST_POST: &str = include_str!("first_post.json");
const HARD_CASE: &str = include_str!("hard_case.json");

fn round_trip(state: &AuthorState) {
    let record = state.encode();
    if let Some(record) = &record {
        let read = AuthorState::decode(record).unwrap();
        assert_eq!(&read, state);
        assert_eq!(read.encode().as_ref(), Some(record));
        assert_eq!(Head::of(record), Some(Head { last_record: state.last_record, needed_for: state.needed_for() }));
    }
    assert_eq!(record.is_none(), state.is_empty());
}

#[test]
fn records_of_before_are_read() {
    for json in [FIRST_POST, HARD_CASE] {
        let state = AuthorState::decode(json.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&state).unwrap(), json);
        round_trip(&state);
    }
}

#[test]
fn a_program_of_before_refuses_the_record_in_one_sentence() {
    let record = AuthorState::decode(FIRST_POST.as_bytes()).unwrap().encode().unwrap();
    let error = CorruptState::from(serde_json::from_slice::<AuthorState>(&record).unwrap_err()).to_string();
    let sentence = "the state record of a customer cannot be read (expected value at line 1 column 1): it was not written by this program";
    assert_eq!(error, sentence);
}

#[test]
fn what_cannot_be_read_is_said() {
    let check = |record: &[u8], part: &str| {
        let said = AuthorState::decode(record).unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    };
    check(b"", "it is empty");
    check(b"\x02\x08\x00", "has the format 2, which this program does not know");
    check(b"{\"r\":", "EOF while parsing");
    check(b"\x01", "it does not begin with its time");
    check(b"\x01\x18\x00", "it does not begin with its time");
    check(b"\x01\x08\x00\x5A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", "it is cut off");
    check(b"\x01\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", "a number is too long");
    check(b"\x01\x08\x00\x2A\x01\x05", "a row of a post is too short");
    check(b"\x01\x08\x00\x2A\x02\x16\x00", "a row of a post is cut off");
    check(b"\x01\x08\x00\x32\x02\x08\x00", "a part is about a post that is not there");
    check(b"\x01\x08\x00\x18\x00\x1B", "a field is of another kind");
}

#[test]
fn ids_are_numbers_where_that_gives_them_back() {
    for (id, number) in [
        ("0", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("1876464070184030000", Some(1_876_464_070_184_030_000)),
        ("18446744073709551616", None),
        ("01", None),
        ("00", None),
        ("+1", None),
        ("", None),
        ("12_34", None),
        ("\u{664}", None),
    ] {
        assert_eq!(wire::as_number(id), number, "{id}");
        if let Some(number) = number {
            assert_eq!(wire::number_as_id(number), id);
        }
    }
}

/// Fields that nobody knows, one of each kind.
const STRANGE: &[u8] = b"\xF8\x0F\x07\xF9\x0F\x01\x02\x03\x04\x05\x06\x07\x08\xFA\x0F\x03abc\xFD\x0F\x01\x02\x03\x04";

/// `record` with strange fields at the end of every part that may have any, and a wider table of posts.
fn as_a_newer_program_writes_it(mut state: AuthorState) -> AuthorState {
    state.unknown.keep(STRANGE);
    for post in &mut state.posts {
        let unknown = post.unknown.get_or_insert_default();
        (unknown.flags, unknown.columns) = (1 << 15, vec![0, 9]);
        unknown.fields.keep(STRANGE);
    }
    state.series.iter_mut().for_each(|series| series.unknown.keep(STRANGE));
    state.closed.iter_mut().for_each(|closed| closed.unknown.keep(STRANGE));
    state.handoffs.iter_mut().for_each(|handoff| handoff.unknown.keep(STRANGE));
    if let Some(case) = &mut state.case {
        case.unknown.keep(STRANGE);
        for condition in &mut case.conditions {
            condition.unknown.keep(STRANGE);
            condition.evidence.iter_mut().for_each(|reason| reason.unknown.keep(STRANGE));
        }
    }
    state
}

#[test]
fn what_a_newer_program_wrote_is_written_again() {
    let count = |record: &[u8]| record.windows(STRANGE.len()).filter(|window| *window == STRANGE).count();
    let mut state = as_a_newer_program_writes_it(AuthorState::decode(HARD_CASE.as_bytes()).unwrap());
    let record = state.encode().unwrap();
    assert_eq!(count(&record), 5 + 1 + 1 + 1 + 2 + 4);
    round_trip(&state);
    // One more post, which has nothing of it.
    let post = Remembered { id: "77".into(), at: state.last_record, seen: state.last_record, ..Remembered::default() };
    state.remember(post);
    round_trip(&state);
    // All else is forgotten; who wrote it knows how long it is needed.
    let only = AuthorState { unknown: state.unknown.clone(), ..AuthorState::default() };
    round_trip(&only);
    assert_eq!(Head::of(&only.encode().unwrap()).unwrap().needed_for, None);
}

#[test]
fn a_typical_record() {
    let shown = |json: &str| {
        let record = AuthorState::decode(json.as_bytes()).unwrap().encode().unwrap();
        let lines = record.chunks(32).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        format!("{} bytes, as JSON {}\n{}", record.len(), json.len(), lines.collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!("first_post", shown(FIRST_POST));
    insta::assert_snapshot!("hard_case", shown(HARD_CASE));
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![4 => any::<u64>().prop_map(|id| id.to_string()), 1 => "[0-9]{0,22}", 1 => "[a-z0-9_é]{0,30}"]
}

fn time() -> impl Strategy<Value = Millis> {
    prop_oneof![6 => 1_763_000_000_000..1_764_000_000_000_i64, 1 => any::<i64>()].prop_map(Millis::new)
}

fn ids() -> impl Strategy<Value = Vec<SmolStr>> {
    prop::collection::vec(id().prop_map(SmolStr::from), 0..4)
}

prop_compose! {
    fn post()(
        id in id(), version in prop::option::of(id()), conversation in prop::option::of(id()), at in time(), seen in time(),
        text in any::<u32>(), texts_before in prop::collection::vec(any::<u32>(), 0..3), flags in any::<[bool; 8]>(),
        newer in any::<bool>(),
    ) -> Remembered {
        let [edited, feeds, addressed, by_brand, complaint, in_series, deleted, with_agents] = flags;
        let unknown = newer.then(|| Box::new(crate::author::UnknownOfPost { flags: 1 << 9, columns: vec![1; 3], ..Default::default() }));
        Remembered {
            id: id.into(), version: version.map(Into::into), conversation: conversation.map(Into::into), at, seen, text, texts_before,
            edited, feeds, addressed, by_brand, complaint, in_series, deleted, with_agents, unknown,
        }
    }
}

prop_compose! {
    fn reason(name: &'static str)(
        condition in prop::option::of(prop_oneof![Just(name.to_owned()), "[a-z]{0,3}"]), clause in prop::option::of("[ab]{0,2}"),
        signal in prop::option::of("[a-z_]{0,9}"), post_id in id(), met in any::<bool>(), value in 0.0_f32..9.0, threshold in -1.0_f32..1.0,
        entry in prop::option::of("\\PC{0,9}"), quote in prop::option::of("\\PC{0,200}"), span in any::<Option<[u32; 2]>>(),
    ) -> Reason {
        let text = |text: Option<String>| text.map(Into::into);
        let piece = Evidence {
            condition: text(condition), signal: text(signal), clause: text(clause), post_id: post_id.into(), met, value, threshold,
            entry: text(entry), span, quote: text(quote),
        };
        Reason { piece, ..Reason::default() }
    }
}

prop_compose! {
    fn link()(id in id(), url in "[a-z/:]{0,9}", of_id in any::<bool>()) -> Link {
        let url = if of_id { format!("{url}{id}") } else { url };
        Link { post: id.into(), url: url.into() }
    }
}

prop_compose! {
    fn closed()(
        case in case(), at in time(), until in time(),
        outcome in prop::sample::select(vec![Outcome::Resolved, Outcome::Dismissed, Outcome::Expired]),
    ) -> ClosedCase {
        ClosedCase { case, at, until, outcome, unknown: Unknown::default() }
    }
}

prop_compose! {
    fn told()(
        group in prop::option::of(("\\PC{0,9}", time())), steps in prop::collection::vec(("[a-z_]{0,9}", time()), 0..3),
        holds in prop::collection::vec(("\\PC{0,9}", time(), any::<bool>()), 0..3),
    ) -> (Option<Group>, Vec<Step>, Vec<Hold>) {
        let steps = steps.into_iter().map(|(kind, at)| Step { kind: kind.into(), at });
        let holds = holds.into_iter().map(|(by, since, whole)| Hold { by: by.into(), since, whole });
        (group.map(|(first, at)| Group { first: first.into(), at }), steps.collect(), holds.collect())
    }
}

prop_compose! {
    fn case()(
        id in id(), times in (time(), time()), [complaints, posts, conversations, witnesses] in [ids(), ids(), ids(), ids()],
        evidence in prop::collection::vec(reason("capitals"), 0..4), hard in any::<bool>(), opened_at in prop::option::of(time()),
        desk in prop::option::of("\\PC{0,9}"), [last_callback, unit_eta, reopened_at, tl_name] in prop::array::uniform4(prop::option::of(time())),
        links in prop::collection::vec(link(), 0..3),
        reminded in prop::collection::vec((prop::sample::select(Reminder::ALL.to_vec()), any::<u64>(), time()), 0..4),
        told in told(),
    ) -> Case {
        let mut reminders = Reminders::default();
        reminded.into_iter().for_each(|(clock, n, at)| reminders.note(clock, Reminded { n, at }));
        let reported = Reported { tl_name, pic_tiket: unit_eta, unit_eta: last_callback };
        let condition = MetCondition { name: "capitals".into(), posts: witnesses, evidence, ..MetCondition::default() };
        Case {
            id: id.into(), first_at: times.0, last_at: times.1, complaints, posts, conversations, hard, opened_at,
            conditions: vec![condition, MetCondition::default()], tl_name: desk.clone().map(Into::into), pic_tiket: desk.map(Into::into),
            last_callback, unit_eta, reopened_at, reported, links, reminded: reminders, hints: vec!["lapor".into()], group: told.0, steps: told.1, holds: told.2, ..Case::default()
        }
    }
}

prop_compose! {
    fn series()(
        anchor in id(), first_at in time(), parent in prop::option::of(id()), words in prop::collection::vec(any::<u32>(), 0..40),
        subjects in ids(), answered in any::<bool>(),
    ) -> SeriesMemory {
        SeriesMemory { anchor: anchor.into(), first_at, parent: parent.map(Into::into), words, subjects, answered, ..SeriesMemory::default() }
    }
}

prop_compose! {
    fn handoff()(
        id in id(), received_at in time(), until in time(), number in prop::option::of("[0-9]{9,13}"), amount_idr in any::<Option<u64>>(),
        months in any::<Option<u32>>(), call_date in prop::option::of("[0-9-]{10}"),
        steps in prop::collection::vec(("[a-z_]{1,9}", time(), prop::option::of(".{0,9}"), prop::option::of(".{0,30}")), 0..6),
    ) -> Handoff {
        let form = HandoffForm { customer_number: number, amount_idr, months, call_date };
        let mut handoff = Handoff { id: id.into(), received_at, until, party: "Plasa".into(), form, ..Handoff::default() };
        for (step, at, by, text) in steps {
            handoff.note(DoneStep::new(&step, at, by.as_deref(), text.as_deref()));
        }
        handoff
    }
}

prop_compose! {
    fn state()(
        last_record in time(), newest in prop::option::of(time()), posts in prop::collection::vec(post(), 0..8),
        events in prop::collection::vec((id(), any::<i64>()), 0..3), replies in prop::collection::vec(time(), 0..4),
        series in prop::option::of(series()), ended in prop::option::of(time()), case in prop::option::of(case()),
        closed in prop::collection::vec(closed(), 0..3), handoffs in prop::collection::vec(handoff(), 0..3),
    ) -> AuthorState {
        let events = events.into_iter().map(|(id, seen)| (id.into(), seen)).collect();
        AuthorState { last_record, newest, posts, events, replies, series, ended, case, closed, handoffs, ..AuthorState::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_state_is_read_as_it_was(state in state()) {
        round_trip(&state);
        round_trip(&as_a_newer_program_writes_it(state));
    }

    #[test]
    fn a_damaged_record_gives_an_error_or_another_state(state in state(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let Some(mut record) = state.encode() else { return Ok(()) };
        let cut = cut.index(record.len());
        let _ = AuthorState::decode(&record[..cut]);
        record[cut] = byte;
        let _ = AuthorState::decode(&record);
        let _ = Head::of(&record);
    }

    #[test]
    fn no_bytes_do_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = AuthorState::decode(&bytes);
        bytes.splice(..0, *b"\x01\x08\x00");
        // What was read may hold fractions that equal nothing, so records are compared.
        if let Ok(record) = AuthorState::decode(&bytes).map(|state| state.encode().unwrap_or_default())
            && !record.is_empty()
        {
            prop_assert_eq!(AuthorState::decode(&record).unwrap().encode().unwrap(), record);
        }
    }
}
