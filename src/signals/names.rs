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
pub struct Names(SmallVec<[u64; 4]>);

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

/// An [`Expression`] over bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    how: How,
    /// Names that are parts of their own, by word.
    names: SmallVec<[(usize, u64); 2]>,
    parts: Vec<Test>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    All,
    Any,
    None,
    AtLeast(usize),
}

impl Test {
    /// Returns the test for `expression`, the conditions in it being those on this post alone. A condition within a
    /// condition never holds.
    pub fn of(expression: &Expression, conditions: &[Expression]) -> Self {
        match expression {
            Expression::Name(Ref::Condition(number)) => match conditions.get(usize::from(*number)) {
                Some(when) => Test::of(when, &[]),
                None => Test::group(How::Any, &[], &[]),
            },
            Expression::Name(_) => Test::group(How::Any, std::slice::from_ref(expression), &[]),
            Expression::All(parts) => Test::group(How::All, parts, conditions),
            Expression::Any(parts) => Test::group(How::Any, parts, conditions),
            Expression::None(parts) => Test::group(How::None, parts, conditions),
            Expression::AtLeast(least, parts) => Test::group(How::AtLeast(*least), parts, conditions),
        }
    }

    fn group(how: How, parts: &[Expression], conditions: &[Expression]) -> Self {
        let mut test = Test { how, names: SmallVec::new(), parts: Vec::new() };
        for part in parts {
            match part {
                Expression::Name(name) if test.add_name(*name) => {}
                other => test.parts.push(Test::of(other, conditions)),
            }
        }
        test
    }

    /// Adds `name`; `false` if it has no bit, or is there already and must be counted a second time.
    fn add_name(&mut self, name: Ref) -> bool {
        let Some((word, bit)) = place(name) else { return false };
        match self.names.iter_mut().find(|(known, _)| *known == word) {
            Some((_, bits)) if *bits & bit != 0 => return false,
            Some((_, bits)) => *bits |= bit,
            None => self.names.push((word, bit)),
        }
        true
    }

    /// Returns whether the expression holds.
    pub fn holds(&self, names: &Names) -> bool {
        match self.how {
            How::All => {
                self.names.iter().all(|&(word, bits)| names.word(word) & bits == bits) && self.parts.iter().all(|part| part.holds(names))
            }
            How::Any => self.any(names),
            How::None => !self.any(names),
            How::AtLeast(least) => self.count(names) >= least,
        }
    }

    fn any(&self, names: &Names) -> bool {
        self.names.iter().any(|&(word, bits)| names.word(word) & bits != 0) || self.parts.iter().any(|part| part.holds(names))
    }

    fn count(&self, names: &Names) -> usize {
        let own: u32 = self.names.iter().map(|&(word, bits)| (names.word(word) & bits).count_ones()).sum();
        own as usize + self.parts.iter().filter(|part| part.holds(names)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
