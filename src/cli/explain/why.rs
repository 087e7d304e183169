//! Why an expression does not hold, in words.

use crate::rules::Rules;
use crate::signals::{Expression, Names, Ref};

/// Names shown of a list.
const SHOWN: usize = 4;

/// What keeps `expression` from holding where `names` hold; `None` if it holds.
pub fn not(expression: &Expression, names: &Names, rules: &Rules) -> Option<String> {
    let holds = |part: &Expression| part.holds(&|name| is(name, names, rules));
    if holds(expression) {
        return None;
    }
    Some(match expression {
        Expression::Name(name) => format!("no {}", label(*name, rules)),
        Expression::All(parts) => parts.iter().find_map(|part| not(part, names, rules)).unwrap_or_default(),
        Expression::Any(parts) => format!("none of {}", listed(parts, rules)),
        Expression::None(parts) => {
            let there: Vec<Expression> = parts.iter().filter(|part| holds(part)).cloned().collect();
            format!("{} is there", listed(&there, rules))
        }
        Expression::AtLeast(least, parts) => format!("{} of {least}", parts.iter().filter(|part| holds(part)).count()),
    })
}

fn is(name: Ref, names: &Names, rules: &Rules) -> bool {
    match name {
        Ref::Condition(number) => rules.conditions.get(usize::from(number)).is_some_and(|condition| condition.test.holds(names)),
        other => names.has(other),
    }
}

fn listed(parts: &[Expression], rules: &Rules) -> String {
    let mut labels: Vec<String> = Vec::new();
    for part in parts {
        part.names(&mut |name, speaks_for| {
            let label = label(name, rules);
            if speaks_for && !labels.contains(&label) {
                labels.push(label);
            }
        });
    }
    let more = if labels.len() > SHOWN { format!(" and {} more", labels.len() - SHOWN) } else { String::new() };
    labels.truncate(SHOWN);
    format!("{}{more}", labels.join(", "))
}

fn label(name: Ref, rules: &Rules) -> String {
    match name {
        Ref::Signal(id) => rules.signal(id).name.clone(),
        Ref::Builtin(fact) => fact.name().to_owned(),
        Ref::Condition(number) => rules.conditions.get(usize::from(number)).map(|condition| condition.name.clone()).unwrap_or_default(),
    }
}
