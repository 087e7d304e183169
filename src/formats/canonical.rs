//! Our own formats, read straight into the records they are.

use super::batch::Batch;
use super::{Format, Item, Raw, Rejected};
use crate::post::{CASE_EVENT_SCHEMA, CaseEvent, POST_SCHEMA, Post};

/// Reads `telkomcare.post.v1`. Its text is taken as it is: whoever wrote it has decoded and cut it already.
pub(super) fn post<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let mut post: Post<'_> = serde_json::from_slice(raw.bytes)?;
    check_schema(&post.schema, POST_SCHEMA)?;
    if post.post_id.non_blank().is_none() {
        return Err(Rejected::missing("post_id"));
    }
    if post.source_format.is_none() {
        post.source_format = Some(Format::CanonicalPost.name().into());
    }
    Ok(Batch::of(Item::Post(post)))
}

pub(super) fn case_event<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let mut event: CaseEvent<'_> = serde_json::from_slice(raw.bytes)?;
    check_schema(&event.schema, CASE_EVENT_SCHEMA)?;
    event.schema = CASE_EVENT_SCHEMA.into();
    if event.event_id.non_blank().is_none() {
        return Err(Rejected::missing("event_id"));
    }
    if event.customer().is_none() {
        return Err(Rejected::new("missing_field", "Neither `customer` nor `case_id` names a customer as `<platform>:<id>`."));
    }
    Ok(Batch::of(Item::CaseEvent(event)))
}

/// Checks the field `schema`: it may be left out where a header names the format, but it must not name another one.
fn check_schema(found: &str, wanted: &str) -> Result<(), Rejected> {
    if found.is_empty() || found == wanted {
        return Ok(());
    }
    Err(Rejected::unknown_format(format!("The field `schema` does not say `{wanted}`.")))
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    #[test]
    fn posts() {
        let check = |json: &str, expected: &str| assert_eq!(summary(&read_as(Some("telkomcare.post.v1"), json)), expected, "{json}");
        check(
            r#"{"schema":"telkomcare.post.v1","platform":"x","post_id":1876464070184030661,"text":"a &amp; b","created_at":"2025-01-07T03:01:12Z","source_format":"x_v2","apa":{}}"#,
            "create x:post:1876464070184030661 1876464070184030661 2025-01-07T03:01:12.000Z \"a &amp; b\"",
        );
        check(
            r#"{"platform":"x","post_id":"1","event_kind":"like","author":{"handle":"@Contoh"},"text":null,"created_at":"2025-01-07T03:01:12Z"}"#,
            "unknown x:contoh 1 2025-01-07T03:01:12.000Z \"\"",
        );
    }

    #[test]
    fn rejections() {
        let check = |format: &str, json: &str, code: &str| assert_eq!(rejection(Some(format), json).code, code, "{json}");
        check("telkomcare.post.v1", r#"{"platform":"x","post_id":" ","text":"","created_at":"2025-01-07T03:01:12Z"}"#, "missing_field");
        check("telkomcare.post.v1", r#"{"platform":"x","post_id":"1","text":""}"#, "missing_field");
        check("telkomcare.post.v1", r#"{"platform":"x","post_id":"1","text":"","created_at":"kemarin"}"#, "bad_time");
        check(
            "telkomcare.post.v1",
            r#"{"schema":"telkomcare.case_event.v1","platform":"x","post_id":"1","created_at":"2025-01-07T03:01:12Z"}"#,
            "unknown_format",
        );
        check("telkomcare.case_event.v1", r#"{"event_id":"e","event":"resolved","at":"2025-01-07T03:01:12Z"}"#, "missing_field");
        check(
            "telkomcare.case_event.v1",
            r#"{"event_id":"e","case_id":"x:1:2","event":"hilang","at":"2025-01-07T03:01:12Z"}"#,
            "bad_field",
        );
        check("telkomcare.case_event.v1", r#"{"event_id":"e","case_id":"x:1:2","event":"resolved","at":"besok"}"#, "bad_time");
        check(
            "telkomcare.case_event.v1",
            r#"{"event_id":"","case_id":"x:1:2","event":"resolved","at":"2025-01-07T03:01:12Z"}"#,
            "missing_field",
        );
    }

    #[test]
    fn case_events_know_their_customer() {
        let json = r#"{"event_id":"e","case_id":"x:1:2","event":"resolved","at":"2025-01-07T03:01:12Z"}"#;
        assert_eq!(summary(&read_as(Some("telkomcare.case_event.v1"), json)), "event resolved x:1");
    }
}
