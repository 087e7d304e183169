//! What an output says of where it comes from, read from its headers. Pure.

use crate::formats::MAX_ITEMS;

use super::tally::Mark;

/// A record of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin<'a> {
    pub(super) topic: &'a str,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

/// Reads `topic/partition/offset`; `None`: it is none.
pub(super) fn parse(source: &str) -> Option<Origin<'_>> {
    let (rest, offset) = source.rsplit_once('/')?;
    let (topic, partition) = rest.rsplit_once('/')?;
    Some(Origin { topic, partition: partition.parse().ok()?, offset: offset.parse().ok()? })
}

/// Reads `number/of`; a record without one stands for itself. `None`: it contradicts itself.
pub(super) fn item(text: Option<&str>) -> Option<Mark> {
    let Some(text) = text else { return Some(Mark::Item { number: 1, of: 1 }) };
    let (number, of) = text.split_once('/')?;
    let (number, of): (u16, u16) = (number.parse().ok()?, of.parse().ok()?);
    ((1..=of).contains(&number) && usize::from(of) <= MAX_ITEMS).then_some(Mark::Item { number, of })
}

/// Returns what a dead letter of the code `code` says of its input.
pub(super) fn letter(code: &str) -> Mark {
    if code == "bad_items" { Mark::PartLetter } else { Mark::Letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_where_an_output_comes_from() {
        assert_eq!(parse("a.b/3/17"), Some(Origin { topic: "a.b", partition: 3, offset: 17 }));
        assert_eq!([parse(""), parse("a/1"), parse("a/x/1"), parse("a/1/")], [None; 4]);
        assert_eq!(item(None), Some(Mark::Item { number: 1, of: 1 }));
        assert_eq!(item(Some("2/3")), Some(Mark::Item { number: 2, of: 3 }));
        assert_eq!([item(Some("0/3")), item(Some("4/3")), item(Some("x")), item(Some("1/60000"))], [None; 4]);
        assert_eq!((letter("bad_items"), letter("bad_json")), (Mark::PartLetter, Mark::Letter));
    }
}
