//! The names that hold for one post, as bits, and expressions made ready to be tested against them.
//!
//! Dozens of expressions are tested for every post; over bits most of them are one comparison.

use smallvec::SmallVec;

use super::{Builtin, Expression, Ref, SignalId};
use crate::text::bits::ones;

/// Facts come before signals.
const FIRST_SIGNAL: usize = 32;
const _: () = assert!(Builtin::ALL.len() <= FIRST_SIGNAL);

/// Signals and facts that hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(SmallVec<[u64; 8]>);

impl Names {
    /// Forgets what holds, and makes room for `signals` signals.
    pub fn clear(&mut self, signals: usize) {
        self.0.clear();
        self.0.resize((FIRST_SIGNAL + signals).div_ceil(64), 0);
    }

    /// Notes whether `name` holds. Conditions are no names of their own: [`Test`] resolves them.
    pub fn set(&mut self, name: Ref, holds: bool) {
        let Some((word, bit)) = place(name) else { return };
        let Some(bits) = self.0.get_mut(word) else { return };
        if holds { *bits |= bit } else { *bits &= !bit }
    }

    /// Returns whether `name` holds; never for a condition.
    pub fn has(&self, name: Ref) -> bool {
        place(name).is_some_and(|(word, bit)| self.word(word) & bit != 0)
    }

    /// Returns the signals that hold, in the order of their numbers.
    pub fn signals(&self) -> impl Iterator<Item = SignalId> {
        let places = self.0.iter().enumerate().flat_map(|(word, &bits)| ones(bits).map(move |bit| word * 64 + bit));
        places.filter_map(|place| SignalId::try_from(place.checked_sub(FIRST_SIGNAL)?).ok())
    }

    fn word(&self, word: usize) -> u64 {
        self.0.get(word).copied().unwrap_or(0)
    }
}

/// Returns where the bit of `name` stands: the word, and the bit in it; `None` for a condition.
fn place(name: Ref) -> Option<(usize, u64)> {
    let place = match name {
        Ref::Builtin(fact) => fact as usize,
        Ref::Signal(id) => FIRST_SIGNAL + usize::from(id),
        Ref::Condition(_) => return None,
    };
    Some((place / 64, 1 << (place % 64)))
}

/// Some names, as bits: which of them hold is one comparison for many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameSet(Box<[Asked]>);

/// The names of a set whose bits stand in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    word: usize,
    bits: u64,
    /// How many names of the set come before them.
    before: usize,
}

impl NameSet {
    /// Makes the set of `names`, which it puts into its order; a condition, which never holds, is left out.
    pub fn new<T>(names: &mut Vec<(Ref, T)>) -> Self {
        names.retain(|(name, _)| place(*name).is_some());
        names.sort_by_key(|(name, _)| place(*name));
        let mut asked: Vec<Asked> = Vec::new();
        for (before, (word, bit)) in names.iter().filter_map(|(name, _)| place(*name)).enumerate() {
            match asked.last_mut().filter(|last| last.word == word) {
                Some(last) => last.bits |= bit,
                None => asked.push(Asked { word, bits: bit, before }),
            }
        }
        NameSet(asked.into())
    }

    /// Returns the places, in the order of the set, of the names that are among `names`.
    pub fn found_in<'s>(&'s self, names: &'s Names) -> impl Iterator<Item = usize> + 's {
        self.0.iter().flat_map(|&Asked { word, bits, before }| {
            let rank = move |bit: usize| (bits & ((1 << bit) - 1)).count_ones() as usize;
            ones(names.word(word) & bits).map(move |bit| before + rank(bit))
        })
    }
}

/// An [`Expression`] over bits, its groups one after the other: each begins with its head, then come more names of its own,
/// then the groups within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test(Box<[Step]>);

/// The head of a group with its first names, or more names of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    /// Names whose bits stand in one word.
    bits: u64,
    word: u8,
    /// Only in the head, as the following are.
    how: How,
    /// How many more names follow: steps.
    more: u8,
    /// How many steps the group has, the head included.
    length: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    All,
    Any,
    None,
    AtLeast(u8),
}

impl Test {
    /// Returns the test for `expression`, the conditions in it being those on this post alone. A condition within a
    /// condition never holds.
    pub fn of(expression: &Expression, conditions: &[Expression]) -> Self {
        let mut steps = Vec::new();
        push(expression, conditions, &mut steps);
        Test(steps.into())
    }

    /// Returns whether the expression holds.
    pub fn holds(&self, names: &Names) -> bool {
        holds(&self.0, names)
    }
}

/// Adds the steps of `expression`.
fn push(expression: &Expression, conditions: &[Expression], steps: &mut Vec<Step>) {
    match expression {
        Expression::Name(Ref::Condition(number)) => match conditions.get(usize::from(*number)) {
            Some(when) => push(when, &[], steps),
            None => push_group(How::Any, &[], &[], steps),
        },
        Expression::Name(_) => push_group(How::Any, std::slice::from_ref(expression), &[], steps),
        Expression::All(parts) => push_group(How::All, parts, conditions, steps),
        Expression::Any(parts) => push_group(How::Any, parts, conditions, steps),
        Expression::None(parts) => push_group(How::None, parts, conditions, steps),
        Expression::AtLeast(least, parts) => {
            push_group(How::AtLeast(u8::try_from(*least).unwrap_or(u8::MAX)), parts, conditions, steps);
        }
    }
}

fn push_group(how: How, parts: &[Expression], conditions: &[Expression], steps: &mut Vec<Step>) {
    let mut names: SmallVec<[(usize, u64); 4]> = SmallVec::new();
    let within: Vec<&Expression> = parts.iter().filter(|part| !matches!(part, Expression::Name(name) if add(&mut names, *name))).collect();
    // A thousand signals have 17 words.
    let (head, number) = (steps.len(), |length: usize| u8::try_from(length).unwrap_or(u8::MAX));
    if names.is_empty() {
        names.push((0, 0));
    }
    let more = number(names.len() - 1);
    steps.extend(names.iter().map(|&(word, bits)| Step { bits, word: number(word), how, more, length: 0 }));
    within.into_iter().for_each(|part| push(part, conditions, steps));
    steps[head].length = u32::try_from(steps.len() - head).unwrap_or(u32::MAX);
}

/// Adds `name`; `false` if it has no bit, or is there already and must be counted a second time.
fn add(names: &mut SmallVec<[(usize, u64); 4]>, name: Ref) -> bool {
    let Some((word, bit)) = place(name) else { return false };
    match names.iter_mut().find(|(known, _)| *known == word) {
        Some((_, bits)) if *bits & bit != 0 => return false,
        Some((_, bits)) => *bits |= bit,
        None => names.push((word, bit)),
    }
    true
}

/// Returns whether the group holds that `steps` begin with; where there are none, nothing does.
fn holds(steps: &[Step], names: &Names) -> bool {
    let Some((own, within)) = steps.first().and_then(|head| steps.split_at_checked(usize::from(head.more) + 1)) else { return false };
    let there = |step: &Step| names.word(usize::from(step.word)) & step.bits;
    let any = || own.iter().any(|step| there(step) != 0) || Groups(within).any(|group| holds(group, names));
    match own[0].how {
        How::All => own.iter().all(|step| there(step) == step.bits) && Groups(within).all(|group| holds(group, names)),
        How::Any => any(),
        How::None => !any(),
        How::AtLeast(least) => {
            let own: u32 = own.iter().map(|step| there(step).count_ones()).sum();
            own as usize + Groups(within).filter(|group| holds(group, names)).count() >= usize::from(least)
        }
    }
}

/// The groups that stand one after the other.
struct Groups<'s>(&'s [Step]);

impl<'s> Iterator for Groups<'s> {
    type Item = &'s [Step];

    fn next(&mut self) -> Option<&'s [Step]> {
        let (group, rest) = self.0.split_at_checked(self.0.first()?.length as usize)?;
        self.0 = rest;
        Some(group)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::hash_set;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_finds_what_holds_of_its_names(asked in hash_set(0_u16..200, 0..30), holds in hash_set(0_u16..200, 0..60)) {
            let mut asked: Vec<(Ref, ())> = asked.into_iter().map(|id| (Ref::Signal(id), ())).collect();
            asked.extend([(Ref::Condition(1), ()), (Ref::Builtin(Builtin::IsReply), ())]);
            let mut names = Names::default();
            names.clear(200);
            holds.iter().for_each(|&id| names.set(Ref::Signal(id), true));
            let set = NameSet::new(&mut asked);
            let found: Vec<Ref> = set.found_in(&names).map(|place| asked[place].0).collect();
            let expected: Vec<Ref> = asked.iter().map(|(name, ())| *name).filter(|name| names.has(*name)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_test_says_what_its_expression_says() {
        let name = |id| Expression::Name(Ref::Signal(id));
        let fact = Expression::Name(Ref::Builtin(Builtin::IsReply));
        let conditions = [Expression::All(vec![name(1), name(100)]), Expression::Name(Ref::Condition(0))];
        let expressions = [
            Expression::All(vec![name(1), Expression::None(vec![name(2), fact.clone()])]),
            Expression::AtLeast(2, vec![name(1), name(1), name(100), Expression::Any(vec![name(2), fact])]),
            Expression::Any(vec![Expression::Name(Ref::Condition(0)), name(2)]),
            Expression::All(vec![]),
            Expression::Any(vec![]),
        ];
        for met in 0..16_u16 {
            let mut names = Names::default();
            names.clear(101);
            let all = [Ref::Signal(1), Ref::Signal(2), Ref::Signal(100), Ref::Builtin(Builtin::IsReply)];
            all.iter().enumerate().for_each(|(at, &name)| names.set(name, met & (1 << at) != 0));
            let is = |name| match name {
                Ref::Condition(number) => conditions[usize::from(number)].holds(&|inner| names.has(inner)),
                other => names.has(other),
            };
            for expression in &expressions {
                assert_eq!(Test::of(expression, &conditions).holds(&names), expression.holds(&is), "{expression:?} {met:b}");
            }
            let nested = Expression::Name(Ref::Condition(1));
            assert!(!Test::of(&nested, &conditions).holds(&names), "a condition within a condition never holds");
        }
    }
}
