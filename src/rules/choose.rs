//! Which class and which conditions the names that hold for a post choose.

use smallvec::SmallVec;

use super::{Class, Rules};
use crate::signals::Names;

/// Number of a class in the order of precedence.
pub type ClassNumber = usize;

impl Rules {
    /// For each condition whether the post meets it.
    pub fn conditions_met(&self, names: &Names) -> SmallVec<[bool; 8]> {
        self.conditions.iter().map(|condition| condition.test.holds(names)).collect()
    }

    /// The class that puts the post aside by what it says: those whose posts are not counted come first (D1). `None`:
    /// the post counts.
    pub fn put_aside(&self, names: &Names) -> Option<ClassNumber> {
        let aside = self.classes.iter().take_while(|class| !class.feeds);
        aside.map(|class| holds(class, names)).position(|holds| holds)
    }

    /// The class of a post that is not put aside; `names` hold of the post and of its case after it.
    pub fn class_of_counted(&self, names: &Names) -> ClassNumber {
        let found = self.classes.iter().position(|class| class.feeds && holds(class, names));
        found.unwrap_or(self.classes.len().saturating_sub(1))
    }
}

fn holds(class: &Class, names: &Names) -> bool {
    class.test.as_ref().is_none_or(|test| test.holds(names))
}
