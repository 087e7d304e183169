//! Differences counted: from which class and route to which, and what is said otherwise where both stay; in posts and in
//! customers, with samples.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};
use serde::{Serialize, Serializer};

use super::{Aspect, Difference};
use crate::post::CustomerKey;

/// Counts of what differs between two rule sets, with samples. Parts that were counted apart are merged.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flips {
    /// Posts judged by both.
    pub posts: usize,
    /// Of them decided differently.
    pub flips: usize,
    /// Of the flips: somebody looked at the post before, and nobody would after.
    pub leaving: usize,
    /// Of the flips: to the team leaders.
    pub new_escalations: usize,
    /// Class and route stay, and something else is said.
    pub shifted: usize,
    /// The same in customers.
    pub customers: Counts,
    /// By class before and class after.
    pub classes: BTreeMap<String, BTreeMap<String, usize>>,
    /// By route before and route after.
    pub routes: BTreeMap<String, BTreeMap<String, usize>>,
    /// By both, with samples.
    pub cells: Vec<Cell>,
    /// What is said otherwise where class and route stay.
    pub rows: Vec<Row>,
}

/// How many customers the numbers of the same names in [`Flips`] are about.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Customers of whom a post was judged.
    pub posts: Customers,
    /// Customers of whom a post flips.
    pub flips: Customers,
    /// Customers of whom a post leaves.
    pub leaving: Customers,
    /// Customers with new escalations.
    pub new_escalations: Customers,
    /// Customers of whom something else is said.
    pub shifted: Customers,
}

/// Customers, each counted once.
#[derive(Debug, Clone, Default)]
pub struct Customers(FxHashSet<u64>);

/// Flips of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// `class -> route` before.
    pub from: String,
    /// `class -> route` after.
    pub to: String,
    /// Posts that flip so.
    pub flips: usize,
    /// Of how many customers.
    pub customers: Customers,
    /// The first of them.
    #[serde(flatten)]
    pub samples: Samples,
}

/// Something that is said otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The thing that is said otherwise.
    #[serde(flatten)]
    pub what: Aspect,
    /// Posts of which the second rule set says it, and the first does not.
    pub gained: usize,
    /// The other way round.
    pub lost: usize,
    /// Customers of whom something was gained or lost.
    pub customers: Customers,
    /// The first of the posts.
    #[serde(flatten)]
    pub samples: Samples,
}

/// The first posts of a kind, in the order of the input.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Samples {
    /// At most as many as were asked for.
    pub samples: Vec<Difference>,
    /// Where they stand in the input.
    #[serde(skip)]
    order: Vec<usize>,
}

impl Customers {
    fn add(&mut self, customer: &CustomerKey) {
        let mut hasher = FxHasher::default();
        customer.as_str().hash(&mut hasher);
        self.0.insert(hasher.finish());
    }

    fn merge(&mut self, other: Customers) {
        self.0.extend(other.0);
    }

    /// Returns how many they are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Serialize for Customers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.count().serialize(serializer)
    }
}

impl Samples {
    /// Keeps the first `limit` of those known and `more`.
    fn keep(&mut self, more: impl IntoIterator<Item = (usize, Difference)>, limit: usize) {
        let mut all: Vec<(usize, Difference)> = self.order.drain(..).zip(self.samples.drain(..)).chain(more).collect();
        all.sort_by_key(|(at, _)| *at);
        all.truncate(limit);
        (self.order, self.samples) = all.into_iter().unzip();
    }

    fn merge(&mut self, other: Samples, limit: usize) {
        self.keep(other.order.into_iter().zip(other.samples), limit);
    }
}

impl Flips {
    /// Counts one post of `customer`, number `at` of the input, and how it differs; of each kind of difference `samples`
    /// are kept.
    pub fn add(&mut self, at: usize, customer: &CustomerKey, difference: Option<Difference>, samples: usize) {
        self.posts += 1;
        self.customers.posts.add(customer);
        match difference {
            Some(flip) if flip.flips() => self.flip(at, flip, samples),
            Some(shifted) => self.shift(at, &shifted, samples),
            None => {}
        }
    }

    fn flip(&mut self, at: usize, flip: Difference, samples: usize) {
        let customer = &flip.customer;
        self.flips += 1;
        self.customers.flips.add(customer);
        if flip.leaves() {
            self.leaving += 1;
            self.customers.leaving.add(customer);
        }
        if flip.escalates() {
            self.new_escalations += 1;
            self.customers.new_escalations.add(customer);
        }
        let count = |table: &mut BTreeMap<String, BTreeMap<String, usize>>, from: &str, to: &str| {
            *table.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default() += 1;
        };
        count(&mut self.classes, &flip.before.class, &flip.after.class);
        count(&mut self.routes, flip.before.route, flip.after.route);
        let (from, to) =
            (format!("{} -> {}", flip.before.class, flip.before.route), format!("{} -> {}", flip.after.class, flip.after.route));
        let cell = self.cell(from, to);
        cell.flips += 1;
        cell.customers.add(customer);
        cell.samples.keep([(at, flip)], samples);
    }

    fn shift(&mut self, at: usize, shifted: &Difference, samples: usize) {
        self.shifted += 1;
        self.customers.shifted.add(&shifted.customer);
        for shift in &shifted.shifts {
            let row = self.row(shift.what.clone());
            *(if shift.gained { &mut row.gained } else { &mut row.lost }) += 1;
            row.customers.add(&shifted.customer);
            row.samples.keep([(at, shifted.clone())], samples);
        }
    }

    /// Counts what was counted elsewhere.
    pub fn merge(&mut self, other: Flips, samples: usize) {
        self.posts += other.posts;
        self.flips += other.flips;
        self.leaving += other.leaving;
        self.new_escalations += other.new_escalations;
        self.shifted += other.shifted;
        self.customers.merge(other.customers);
        for (mine, theirs) in [(&mut self.classes, other.classes), (&mut self.routes, other.routes)] {
            for (from, row) in theirs {
                for (to, number) in row {
                    *mine.entry(from.clone()).or_default().entry(to).or_default() += number;
                }
            }
        }
        for theirs in other.cells {
            let cell = self.cell(theirs.from, theirs.to);
            cell.flips += theirs.flips;
            cell.customers.merge(theirs.customers);
            cell.samples.merge(theirs.samples, samples);
        }
        for theirs in other.rows {
            let row = self.row(theirs.what);
            row.gained += theirs.gained;
            row.lost += theirs.lost;
            row.customers.merge(theirs.customers);
            row.samples.merge(theirs.samples, samples);
        }
        self.cells.sort_by(|a, b| b.flips.cmp(&a.flips).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
        self.rows.sort_by(|a, b| a.what.cmp(&b.what));
    }

    fn cell(&mut self, from: String, to: String) -> &mut Cell {
        let known = self.cells.iter().position(|cell| cell.from == from && cell.to == to);
        let at = known.unwrap_or_else(|| {
            self.cells.push(Cell { from, to, flips: 0, customers: Customers::default(), samples: Samples::default() });
            self.cells.len() - 1
        });
        &mut self.cells[at]
    }

    fn row(&mut self, what: Aspect) -> &mut Row {
        let known = self.rows.iter().position(|row| row.what == what);
        let at = known.unwrap_or_else(|| {
            self.rows.push(Row { what, gained: 0, lost: 0, customers: Customers::default(), samples: Samples::default() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }
}

impl Counts {
    fn merge(&mut self, other: Counts) {
        self.posts.merge(other.posts);
        self.flips.merge(other.flips);
        self.leaving.merge(other.leaving);
        self.new_escalations.merge(other.new_escalations);
        self.shifted.merge(other.shifted);
    }
}
