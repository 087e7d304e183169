//! Forms of a root in a class that are another word of the lexicons: another root, a shortened form of a root of another
//! class, an acronym.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::text::{Member, WordClass, WordId, affixes};

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    let words = Words::of(rules);
    for class in rules.book.classes() {
        let own: FxHashSet<&str> = class.members.iter().map(|member| &*member.text).collect();
        for member in &class.members {
            let Some(root) = member.text.strip_prefix('~').filter(|root| !root.contains(' ')) else { continue };
            for form in affixes::forms(root).into_iter().skip(1).filter(|form| words.holds(rules, class, form)) {
                if let Some(what) = words.collision(rules, &own, root, &form) {
                    reporter.report(warning(member, class, &form, &what));
                }
            }
        }
    }
}

fn warning(member: &Member, class: &WordClass, form: &str, what: &str) -> Problem {
    let what = format!("`{form}`, a form of `{}` in `{{{}}}`, is {what}", member.text, class.name);
    Problem::warning(&member.at, what).hint(format!("if it means something else, leave it out of the class with `!{form}`"))
}

/// The words of the lexicons.
struct Words<'r> {
    numbers: FxHashMap<&'r str, WordId>,
    /// For each shortened form its roots.
    shortened: FxHashMap<String, Vec<&'r str>>,
}

impl<'r> Words<'r> {
    fn of(rules: &'r Rules) -> Self {
        let known = (1..rules.vocabulary.size()).filter_map(|number| WordId::try_from(number).ok());
        let numbers: FxHashMap<&str, WordId> = known.filter_map(|number| Some((rules.vocabulary.spelling(number)?, number))).collect();
        let mut shortened: FxHashMap<String, Vec<&str>> = FxHashMap::default();
        for root in numbers.keys().filter_map(|word| word.strip_prefix('~')) {
            affixes::shortened(root).into_iter().for_each(|form| shortened.entry(form).or_default().push(root));
        }
        Words { numbers, shortened }
    }

    /// Returns whether `form` belongs to `class`: neither taken out of it nor read as another word.
    fn holds(&self, rules: &Rules, class: &WordClass, form: &str) -> bool {
        self.numbers.get(form).is_some_and(|number| rules.book.classes_of(*number).any(|holding| holding.name == class.name))
    }

    /// Returns what else `form` of `root` is, apart from what the class has in `own` too.
    fn collision(&self, rules: &Rules, own: &FxHashSet<&str>, root: &str, form: &str) -> Option<String> {
        let foreign = |other: &str| other != root && !own.contains(format!("~{other}").as_str());
        if self.numbers.contains_key(format!("~{form}").as_str()) && foreign(form) {
            return Some(format!("the root `~{form}` too"));
        }
        let roots = self.shortened.get(form)?;
        if !roots.contains(&root) {
            return None;
        }
        let other = roots.iter().find(|other| foreign(other));
        let acronym = || rules.acronyms.contains(&form.to_uppercase()).then(|| format!("the acronym `{}` too", form.to_uppercase()));
        other.map(|other| format!("a short form of `~{other}` too")).or_else(acronym)
    }
}
