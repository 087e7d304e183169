//! What holds whatever happens in whatever order, told from what was written as a reader of it would.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::author::AuthorState;
use crate::record::EscalationType;

/// Posts that there are; no more than ended cases are remembered of one customer.
const IDS: u8 = 4;
/// How long an ended case is remembered by the shipped rules.
const REMEMBERED: i64 = 7 * DAY;

/// Something that happens.
#[derive(Debug, Clone)]
enum Happening {
    /// A post, one of a few that may come again.
    Post { id: u8, text: &'static str },
    /// A report about the case that the post names, or about none by name.
    Report { kind: CaseEventKind, case: Option<u8>, id: u8, skew: i64, refused: bool },
}

fn happening() -> impl Strategy<Value = Happening> {
    let text = prop::sample::select(vec![COMPLAINT, LOUD, COPIED, HARD, HARD]);
    let kinds = [
        CaseEventKind::Acknowledged,
        CaseEventKind::TlAssigned,
        CaseEventKind::Progress,
        CaseEventKind::CallbackDone,
        CaseEventKind::Resolved,
        CaseEventKind::Resolved,
        CaseEventKind::Dismissed,
        CaseEventKind::Returned,
        CaseEventKind::Reopened,
        CaseEventKind::Reopened,
    ];
    let skew = prop_oneof![6 => Just(0), 2 => -2 * DAY..2 * DAY, 1 => Just(-9000 * DAY), 1 => Just(9000 * DAY)];
    let report = (prop::sample::select(kinds.to_vec()), prop::option::weighted(0.8, 0_u8..6), 0_u8..30, skew, any::<bool>());
    prop_oneof![
        2 => (0..IDS, text).prop_map(|(id, text)| Happening::Post { id, text }),
        3 => report.prop_map(|(kind, case, id, skew, refused)| Happening::Report { kind, case, id, skew, refused }),
    ]
}

/// What a reader of the escalations knows of the customer's cases.
#[derive(Default)]
struct Reader {
    opened: BTreeSet<String>,
    /// Whether a case is open, by what was told last.
    open: BTreeMap<String, bool>,
    /// Ids of what must be told once.
    once: BTreeSet<String>,
    /// When cases were closed that are not open again.
    closed: BTreeMap<String, i64>,
}

impl Reader {
    /// Reads what was written at `now`; a case that was closed too long before is not heard of any more.
    fn reads(&mut self, outputs: &[Output<'_>], now: i64) -> Result<(), TestCaseError> {
        for (case, _) in self.closed.extract_if(.., |_, at| now - *at > REMEMBERED) {
            self.opened.remove(&case);
            self.open.remove(&case);
            self.once.retain(|id| !id.starts_with(&format!("{case}:")));
        }
        // What expired did so before the record came with which it is told.
        let expired = |output: &&Output<'_>| matches!(output, Output::Escalation(record) if record.kind == EscalationType::Expired);
        for output in outputs.iter().filter(expired).chain(outputs.iter().filter(|output| !expired(output))) {
            match output {
                Output::Escalation(record) => {
                    self.reads_escalation(record)?;
                    match self.open.get(&record.case_id) {
                        Some(false) => drop(self.closed.entry(record.case_id.clone()).or_insert(now)),
                        Some(true) | None => drop(self.closed.remove(&record.case_id)),
                    }
                }
                Output::Triage(_, record) => {
                    if let Some(case) = &record.case {
                        prop_assert!(*self.open.get(&case.id).unwrap_or(&true), "{} is closed and has a post", case.id);
                    }
                }
                Output::Handoff(_) | Output::DeadLetter { .. } => {}
            }
        }
        Ok(())
    }

    fn reads_escalation(&mut self, record: &EscalationRecord<'_>) -> Result<(), TestCaseError> {
        let case = record.case_id.clone();
        let open = *self.open.get(&case).unwrap_or(&true);
        prop_assert!(!record.kind.is_end() || record.clocks.is_none(), "clocks run after the end");
        match record.kind {
            EscalationType::Opened => {
                prop_assert!(self.opened.insert(case.clone()), "{case} was opened twice");
                prop_assert!(open, "{case} was opened after its end");
                self.open.insert(case, true);
            }
            EscalationType::Resolved | EscalationType::Dismissed | EscalationType::Expired => {
                prop_assert!(open, "{case} ended twice");
                prop_assert!(record.kind != EscalationType::Expired || self.once.insert(record.id.clone()), "{} again", record.id);
                self.open.insert(case, false);
            }
            EscalationType::CallbackOnClose => prop_assert!(self.once.insert(record.id.clone()), "{} again", record.id),
            EscalationType::Reopened => drop(self.open.insert(case, true)),
            // It is about a post, whatever became of its case.
            EscalationType::Returned => {}
            _ => prop_assert!(open, "{case} is closed and has a {}", record.kind.name()),
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_case_opens_twice_and_none_lives_after_its_end(
        happenings in prop::collection::vec((happening(), prop_oneof![4 => 0..2 * HOUR, 1 => 0..DAY]), 1..40),
    ) {
        let (mut life, mut reader, mut now) = (Life::default(), Reader::default(), 0);
        for (happening, pause) in happenings {
            now += pause;
            let input = match happening {
                Happening::Post { id, text } => Input::Post(Box::new(post(&id.to_string(), now, text))),
                Happening::Report { kind, case, id, skew, refused } => {
                    let case = case.map(|case| case.to_string()).unwrap_or_default();
                    Input::CaseEvent(Box::new(CaseEvent {
                        event_id: format!("e{id}").into(),
                        post_id: Some("1".into()),
                        callback_refused: refused,
                        ..event(kind, &case, now + skew)
                    }))
                }
            };
            life.step(input, at(now), |outputs| reader.reads(outputs, now))?;
            let state = life.replay.state(CUSTOMER).unwrap();
            let again = state.encode().map_or_else(AuthorState::default, |record| AuthorState::decode(&record).unwrap());
            prop_assert_eq!(&again, if state.is_empty() { &again } else { state });
            if let Some(case) = &state.case {
                let name = crate::case::id(CUSTOMER, case);
                prop_assert!(*reader.open.get(&name).unwrap_or(&true), "{} is open and was told to be closed", name);
                prop_assert_eq!(case.hard, reader.opened.contains(&name), "{}", name);
            }
        }
    }

    #[test]
    fn reports_say_the_same_in_any_order_and_however_often(
        order in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0..10_usize, 0..6),
        said in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), 10),
    ) {
        let report = |number: usize| {
            let after = HOUR * i64::try_from(number + 1).unwrap();
            let (name, owner, eta, call) = said[number];
            let kind = if call { CaseEventKind::CallbackDone } else { CaseEventKind::Progress };
            CaseEvent {
                tl_name: name.then(|| format!("TL {number}").into()),
                pic_tiket: owner.then(|| format!("PIC {number}").into()),
                unit_eta: eta.then(|| at(after + DAY)),
                event_id: format!("e{number}").into(),
                ..event(kind, "1", after)
            }
        };
        let after = |numbers: &[usize]| {
            let mut life = Life::default();
            life.post(post("1", 0, HARD));
            for number in numbers {
                life.event_at(report(*number), at(DAY));
            }
            life.replay.state(CUSTOMER).unwrap().case.clone()
        };
        let shuffled: Vec<usize> = order.iter().chain(&again).copied().collect();
        prop_assert_eq!(after(&shuffled), after(&(0..10).collect::<Vec<_>>()));
    }
}
