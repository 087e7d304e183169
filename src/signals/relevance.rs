//! Which signals can still decide something once the facts of a post are known: who has an open complaint, say, is put aside
//! by no class that asks for none, so nothing that serves only such classes needs a look.
//!
//! Knows no text and no kind of signal but the derived ones: of the others only what they refer to.

use std::sync::OnceLock;

use super::agenda::{Places, places};
use super::{Builtin, Expression, Kind, Names, Ref, Signal, SignalId};

/// What the signals are looked at for.
#[derive(Debug, Default)]
pub struct Uses {
    /// Signals that are recorded or told, with all that they stand on, whatever decides them.
    pub told: Vec<SignalId>,
    /// Expressions that decide: only what can make them hold is asked for.
    pub decide: Vec<Expression>,
    /// By signal, the signals that it refers to.
    pub refers: Vec<Vec<SignalId>>,
}

/// The signals that matter, by the facts that tell.
#[derive(Debug, Default)]
pub struct Relevance {
    order: Vec<SignalId>,
    uses: Uses,
    /// Facts that leave fewer signals, if they hold or if they do not.
    telling: Vec<Builtin>,
    /// By which of the telling facts hold, as bits: worked out when first asked for.
    by_facts: Box<[OnceLock<Places>]>,
}

/// Facts that are told apart at most: each doubles what must be worked out.
const MOST_FACTS: usize = 8;

impl Relevance {
    /// Works out which facts tell anything about `signals`, which come in this `order` and serve these `uses`.
    pub fn new(signals: &[Signal], order: Vec<SignalId>, uses: Uses) -> Self {
        let asked = Asked { signals, order: &order, uses: &uses };
        let usual = asked.relevant(&[]).len();
        let tells = |fact: &Builtin| [true, false].iter().any(|&holds| asked.relevant(&[(*fact, holds)]).len() < usual);
        let facts = Builtin::ALL.iter().map(|&(_, fact)| fact);
        let telling: Vec<Builtin> = facts.filter(|fact| !fact.changes_with_the_count()).filter(tells).take(MOST_FACTS).collect();
        let by_facts = (0..1_usize << telling.len()).map(|_| OnceLock::new()).collect();
        Relevance { order, uses, telling, by_facts }
    }

    /// The places in the order of those of `signals` that matter for a post of which `names` has the facts; `None`: all do.
    pub(super) fn of(&self, signals: &[Signal], names: &Names) -> Option<&Places> {
        let facts = || self.telling.iter().map(|&fact| (fact, names.has(Ref::Builtin(fact))));
        let number = facts().rev().fold(0, |number, (_, holds)| number * 2 + usize::from(holds));
        let known = self.by_facts.get(number)?;
        Some(known.get_or_init(|| {
            let asked = Asked { signals, order: &self.order, uses: &self.uses };
            places(self.order.len(), asked.relevant(&facts().collect::<Vec<_>>()).into_iter())
        }))
    }
}

/// The question which signals matter.
struct Asked<'a> {
    signals: &'a [Signal],
    order: &'a [SignalId],
    uses: &'a Uses,
}

impl Asked<'_> {
    /// The places in the order of the signals that matter where `facts` hold or do not.
    fn relevant(&self, facts: &[(Builtin, bool)]) -> Vec<usize> {
        let known = self.known(facts);
        let mut relevant = vec![false; self.signals.len()];
        self.uses.told.iter().for_each(|&id| self.add_all(id, &mut relevant));
        let mut open = Vec::new();
        self.uses.decide.iter().for_each(|when| known.ask_for(when, &mut open));
        while let Some(id) = open.pop() {
            let at = usize::from(id);
            if relevant.get(at).is_none_or(|is| *is) {
                continue;
            }
            relevant[at] = true;
            match &self.signals[at].kind {
                Kind::Derived(derived) => known.ask_for(&derived.when, &mut open),
                _ => open.extend(self.uses.refers.get(at).into_iter().flatten()),
            }
        }
        let places = self.order.iter().enumerate().filter(|(_, id)| relevant[usize::from(**id)]);
        places.map(|(place, _)| place).collect()
    }

    /// Marks signal `id` and all that it stands on.
    fn add_all(&self, id: SignalId, relevant: &mut [bool]) {
        let Some(is) = relevant.get_mut(usize::from(id)).filter(|is| !**is) else { return };
        *is = true;
        self.uses.refers.get(usize::from(id)).into_iter().flatten().for_each(|&id| self.add_all(id, relevant));
    }

    /// What `facts` say of all names.
    fn known(&self, facts: &[(Builtin, bool)]) -> Known {
        let mut known = Known { facts: facts.to_vec(), fails: vec![false; self.signals.len()] };
        for &id in self.order {
            if let Kind::Derived(derived) = &self.signals[usize::from(id)].kind {
                known.fails[usize::from(id)] = known.holds(&derived.when) == Some(false);
            }
        }
        known
    }
}

/// What is known of names before a signal is looked at.
struct Known {
    facts: Vec<(Builtin, bool)>,
    /// By signal: it follows from others and cannot hold.
    fails: Vec<bool>,
}

impl Known {
    /// Whether `expression` holds; `None`: that is still to be seen. A signal that must hold is not taken for granted: it has
    /// to be looked at before anybody can ask for it.
    fn holds(&self, expression: &Expression) -> Option<bool> {
        let all = |parts: &[Expression], wanted: bool| {
            let mut held = parts.iter().map(|part| self.holds(part));
            let is_other = |part: Option<bool>| part == Some(!wanted);
            if held.clone().any(is_other) { Some(false) } else { held.all(|part| part == Some(wanted)).then_some(true) }
        };
        match expression {
            Expression::Name(Ref::Builtin(fact)) => self.facts.iter().find(|(known, _)| known == fact).map(|(_, holds)| *holds),
            Expression::Name(Ref::Signal(id)) => self.fails.get(usize::from(*id)).filter(|fails| **fails).map(|_| false),
            Expression::Name(Ref::Condition(_)) => None,
            Expression::All(parts) => all(parts, true),
            Expression::None(parts) => all(parts, false),
            Expression::Any(parts) => all(parts, false).map(|none| !none),
            Expression::AtLeast(least, parts) => {
                let possible = parts.iter().filter(|part| self.holds(part) != Some(false)).count();
                (possible < *least).then_some(false)
            }
        }
    }

    /// Adds the signals that `expression` must be asked for: none, where it cannot hold.
    fn ask_for(&self, expression: &Expression, open: &mut Vec<SignalId>) {
        if self.holds(expression) == Some(false) {
            return;
        }
        match expression {
            Expression::Name(Ref::Signal(id)) => open.push(*id),
            Expression::Name(_) => {}
            Expression::All(parts) | Expression::Any(parts) | Expression::None(parts) | Expression::AtLeast(_, parts) => {
                parts.iter().for_each(|part| self.ask_for(part, open));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::Test;
    use super::super::kind::derived::Derived;
    use super::super::kind::phrases::Phrases;
    use super::*;
    use crate::problem::Spot;
    use crate::text::GroupSet;

    /// Signals that look for phrases; those behind them follow from others.
    const LEAVES: SignalId = 5;
    const FACTS: [Builtin; 3] = [Builtin::OnOwnPage, Builtin::CaseComplaint, Builtin::CaseHard];

    fn name(id: SignalId) -> Expression {
        Expression::Name(Ref::Signal(id))
    }

    /// Expressions over the facts and the signals before `end`.
    fn expressions(end: SignalId) -> impl Strategy<Value = Expression> {
        let fact = proptest::sample::select(FACTS.to_vec()).prop_map(|fact| Expression::Name(Ref::Builtin(fact)));
        let leaf = prop_oneof![2 => (0..end).prop_map(name), 1 => fact];
        leaf.prop_recursive(3, 12, 3, |inner| {
            let parts = || vec(inner.clone(), 0..4);
            prop_oneof![
                parts().prop_map(Expression::All),
                parts().prop_map(Expression::Any),
                parts().prop_map(Expression::None),
                (0_usize..4, parts()).prop_map(|(least, parts)| Expression::AtLeast(least, parts)),
            ]
        })
    }

    fn signals(derived: &[Expression]) -> Vec<Signal> {
        let phrases = || Kind::Phrases(Phrases { groups: GroupSet::default(), requires: vec![], voided_by: vec![] });
        let follows = |when: &Expression| Kind::Derived(Derived { test: Test::of(when, &[]), when: when.clone(), leaves: vec![] });
        let kinds = (0..LEAVES).map(|_| phrases()).chain(derived.iter().map(follows));
        kinds.map(|kind| Signal { name: String::new(), clause: None, kind, at: Spot::whole("rules") }).collect()
    }

    /// What holds if the signals at `places` are looked at, where the facts and leaves whose bits are in `met` are there.
    fn looked_at(signals: &[Signal], places: &Places, met: u16) -> Names {
        let mut names = Names::default();
        names.clear(signals.len());
        (0..).zip(FACTS).for_each(|(bit, fact)| names.set(Ref::Builtin(fact), met & (1 << bit) != 0));
        for (id, signal) in (0_u16..).zip(signals).filter(|(id, _)| places[0] & (1 << id) != 0) {
            let holds = if let Kind::Derived(derived) = &signal.kind { derived.test.holds(&names) } else { met & (8 << id) != 0 };
            names.set(Ref::Signal(id), holds);
        }
        names
    }

    proptest! {
        #[test]
        fn what_is_left_out_decides_nothing(
            derived in (expressions(5), expressions(6), expressions(7), expressions(8)),
            decide in vec(expressions(9), 1..4),
            told in 0..9_u16,
            met in 0..256_u16,
        ) {
            let derived = [derived.0, derived.1, derived.2, derived.3];
            let signals = signals(&derived);
            let mut refers = vec![Vec::new(); usize::from(LEAVES)];
            refers.extend(derived.iter().map(|when| {
                let mut ids = Vec::new();
                when.names(&mut |name, _| if let Ref::Signal(id) = name { ids.push(id) });
                ids
            }));
            let order: Vec<SignalId> = (0..9).collect();
            let relevance = Relevance::new(&signals, order, Uses { told: vec![told], decide: decide.clone(), refers });
            let all = looked_at(&signals, &places(9, 0..9), met);
            let some = looked_at(&signals, relevance.of(&signals, &all).unwrap(), met);
            for expression in decide.iter().chain([&name(told)]) {
                let test = Test::of(expression, &[]);
                prop_assert_eq!(test.holds(&all), test.holds(&some), "{:?}", expression);
            }
        }
    }

    #[test]
    fn what_serves_only_what_cannot_hold_is_left_out() {
        let (fact, hard) = (Expression::Name(Ref::Builtin(FACTS[1])), Expression::Name(Ref::Builtin(FACTS[2])));
        let asks_for = |other: &Expression| Expression::All(vec![name(0), Expression::None(vec![other.clone()])]);
        let signals = signals(&[Expression::Any(vec![name(1), name(2)])]);
        let refers = vec![vec![], vec![], vec![], vec![], vec![], vec![1, 2]];
        let check = |decide: Expression, told: &[SignalId], met: u16, expected: u64| {
            let order: Vec<SignalId> = (0..6).collect();
            let relevance = Relevance::new(&signals, order, Uses { told: told.to_vec(), decide: vec![decide], refers: refers.clone() });
            let names = looked_at(&signals, &places(6, 0..6), met);
            assert_eq!(relevance.of(&signals, &names).unwrap()[0], expected, "{told:?} {met:b}");
        };
        check(asks_for(&fact), &[], 0, 0b1);
        check(asks_for(&fact), &[], 0b10, 0);
        check(asks_for(&fact), &[5], 0b10, 0b10_0110);
        // Counting the post may change it yet.
        check(asks_for(&hard), &[], 0b100, 0b1);
        check(Expression::All(vec![name(5), fact]), &[], 0b10, 0b10_0110);
    }
}
