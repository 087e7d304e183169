//! A record that is a JSON array: each of its elements is a record of its own (D12).
//!
//! Knows no format: an element may be in any of them, a page of posts or an array among them.

use serde_json::value::RawValue;

use super::{BadItem, MAX_ITEMS, Raw, Reading, Rejected, batch, read_one};

/// How deep arrays may lie in one another.
const DEEPEST: usize = 8;

/// Reads a record, array or not.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Reading<'a>, Rejected> {
    read_at(raw, 0)
}

fn read_at<'a>(raw: &Raw<'a>, depth: usize) -> Result<Reading<'a>, Rejected> {
    if raw.bytes.trim_ascii_start().first() != Some(&b'[') {
        return read_one(raw);
    }
    if depth == DEEPEST {
        return Err(Rejected::unknown_format(format!("Arrays lie more than {DEEPEST} deep in one another.")));
    }
    let mut whole: Option<Reading<'_>> = None;
    let mut bad = Vec::new();
    for element in serde_json::from_slice::<Vec<&RawValue>>(raw.bytes)? {
        let read = read_at(&Raw { bytes: element.get().as_bytes(), ..*raw }, depth + 1);
        add(read, &mut whole, &mut bad)?;
    }
    match whole {
        Some(reading) => Ok(Reading { bad, ..reading }),
        None => Err(batch::nothing(bad)),
    }
}

/// Adds what was read of an element. One without any post in it, such as a heartbeat, is passed over.
fn add<'a>(read: Result<Reading<'a>, Rejected>, whole: &mut Option<Reading<'a>>, bad: &mut Vec<BadItem>) -> Result<(), Rejected> {
    let place = whole.as_ref().map_or(0, |whole| whole.items.len()) + bad.len();
    match read {
        Ok(mut reading) => {
            bad.extend(reading.bad.drain(..).map(|item| BadItem { index: place + item.index, ..item }));
            match whole {
                Some(whole) => whole.items.append(&mut reading.items),
                None => *whole = Some(reading),
            }
        }
        Err(rejected) if rejected.code == "no_post" => {}
        Err(rejected) => bad.push(rejected.at(place)),
    }
    let count = whole.as_ref().map_or(0, |whole| whole.items.len()) + bad.len();
    if count > MAX_ITEMS { Err(batch::too_many()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    const AT: &str = "2025-01-07T03:01:12.000Z";

    fn ours(id: &str) -> String {
        format!(r#"{{"schema":"telkomcare.post.v1","platform":"x","post_id":"{id}","text":"mati","created_at":"{AT}"}}"#)
    }

    fn line(id: &str) -> String {
        format!("create x:post:{id} {id} {AT} \"mati\"")
    }

    #[test]
    fn every_element_is_a_record() {
        let check = |elements: &[&str], expected: &[&str]| {
            let json = format!(" [{}]\n", elements.join(", "));
            assert_eq!(summary(&read_as(None, &json)), expected.join("\n"), "{json}");
        };
        let (a, b, c) = (ours("1"), ours("2"), ours("3"));
        let (first, second, third) = (line("1"), line("2"), line("3"));
        check(&[&a], &[&first]);
        check(&[&a, &b, &c], &[&first, &second, &third]);
        check(&[&a, &format!("[{b}, [], [[{c}]]]")], &[&first, &second, &third]);
        check(
            &["null", &a, "7", &b, r#""teks""#],
            &[&first, &second, "bad 0 unknown_format", "bad 2 unknown_format", "bad 4 unknown_format"],
        );
        check(&[&a, r#"{"schema":"telkomcare.post.v1","platform":"x"}"#, &b], &[&first, &second, "bad 1 missing_field"]);
        check(&[r#"{"chunk_type":"CT_CONTROL"}"#, &a], &[&first]);
        let tweet =
            |id: &str| format!(r#"{{"id":"{id}","author_id":"7","text":"mati","created_at":"{AT}","edit_history_tweet_ids":["{id}"]}}"#);
        let (bare, envelope) = (tweet("11"), format!(r#"{{"data":[{},{{}},{}],"meta":{{}}}}"#, tweet("12"), tweet("13")));
        let of_x = |id: &str| format!("create x:7 {id} {AT} \"mati\"");
        check(&[&bare, &envelope, &a], &[&of_x("11"), &of_x("12"), &of_x("13"), &first, "bad 2 missing_field"]);
    }

    #[test]
    fn a_header_names_the_format_of_every_element() {
        let json = format!(
            r#"[{{"platform":"x","post_id":"1","text":"mati","created_at":"{AT}"}},{{"platform":"x","post_id":"2","text":"mati","created_at":"{AT}"}}]"#
        );
        assert_eq!(summary(&read_as(Some("telkomcare.post.v1"), &json)), [line("1"), line("2")].join("\n"));
    }

    #[test]
    fn arrays_without_a_post() {
        let check = |json: &str, code: &str| assert_eq!(rejection(None, json).code, code, "{json}");
        for empty in ["[]", " [ [], [[]] ] ", r#"[{"chunk_type":"CT_CONTROL"}]"#] {
            check(empty, "no_post");
        }
        check("[7, {}]", "unknown_format");
        check(&format!("[{}", ours("1")), "bad_json");
        check(&format!("[{}] {}", ours("1"), ours("2")), "bad_json");
        check(&format!("{}{}{}", "[".repeat(9), ours("1"), "]".repeat(9)), "unknown_format");
    }
}
