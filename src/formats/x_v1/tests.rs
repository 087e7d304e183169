use crate::formats::samples::{post_of, read_as, rejection, summary};

fn check(json: &str, expected: &str) {
    assert_eq!(summary(&read_as(None, json)), expected, "{json}");
}

const AT: &str = "2018-10-10T20:19:24.000Z";
const WRITTEN: &str = "Wed Oct 10 20:19:24 +0000 2018";

#[test]
fn ids_are_taken_from_strings_and_never_rounded() {
    let user = r#""user":{"id":431516899,"screen_name":"contoh"}"#;
    check(
        &format!(r#"{{"id":1900000000000000000,"id_str":"1900000000000000001","created_at":"{WRITTEN}","text":"a",{user}}}"#),
        &format!("create x:431516899 1900000000000000001 {AT} \"a\""),
    );
    let only_number = format!(r#"{{"id":1900000000000000001,"created_at":"{WRITTEN}","text":"a",{user}}}"#);
    assert_eq!(post_of(Some("x_v1"), &only_number).post_id, "1900000000000000001");
}

#[test]
fn the_longest_text_wins_with_its_own_entities() {
    let json = |more: &str| {
        format!(
            r#"{{"id_str":"12","user":{{"id_str":"7","screen_name":"contoh"}},"created_at":"{WRITTEN}","in_reply_to_user_id_str":"155","text":"@TelkomCare pot… https://t.co/a","truncated":true,"entities":{{"user_mentions":[]}}{more}}}"#
        )
    };
    check(&json(""), &format!("create x:7 12 {AT} \"@TelkomCare pot… https://t.co/a\" answers 155 reply"));
    check(
        &json(
            r#","extended_tweet":{"full_text":"@TelkomCare potongan &amp; utuh","display_text_range":[12,30],"entities":{"user_mentions":[{"screen_name":"TelkomCare","id":155,"indices":[0,11]}],"media":[{}]}}"#,
        ),
        &format!("create x:7 12 {AT} \"@TelkomCare potongan & utuh\" [TelkomCare*] answers 155 media 1 reply"),
    );
    check(
        &json(r#","full_text":"@TelkomCare utuh","display_text_range":[0,16]"#),
        &format!("create x:7 12 {AT} \"@TelkomCare utuh\" answers 155 reply"),
    );
}

#[test]
fn leading_handles_of_an_answer_are_implicit() {
    let json = |parent: &str, mentions: &str| {
        format!(
            r#"{{"id_str":"12","user":{{"id_str":"7","screen_name":"contoh"}},"created_at":"{WRITTEN}","text":"@a @b halo @c",{parent}"entities":{{{mentions}}}}}"#
        )
    };
    let listed = r#""user_mentions":[{"screen_name":"a","indices":[0,2]},{"screen_name":"b","indices":[3,5]},{"screen_name":"c","indices":[11,13]}]"#;
    let parent = r#""in_reply_to_status_id":11,"in_reply_to_user_id":8,"#;
    check(&json(parent, listed), &format!("create x:7 12 {AT} \"@a @b halo @c\" [a* b* c] parent 11 answers 8 reply"));
    check(&json(parent, ""), &format!("create x:7 12 {AT} \"@a @b halo @c\" [a* b* c] parent 11 answers 8 reply"));
    check(&json("", listed), &format!("create x:7 12 {AT} \"@a @b halo @c\" [a b c]"));
    check(&json(r#""in_reply_to_user_id":8,"#, listed), &format!("create x:7 12 {AT} \"@a @b halo @c\" [a b c] answers 8 reply"));
}

#[test]
fn reposts_and_quotes() {
    let json = |more: &str| {
        format!(
            r#"{{"id_str":"12","user":{{"id_str":"7","screen_name":"contoh"}},"created_at":"{WRITTEN}","text":"RT @b: pot…","entities":{{}},{more}}}"#
        )
    };
    let nested = r#"{"id_str":"3","text":"pot…","extended_tweet":{"full_text":"potongan &lt;utuh"}}"#;
    check(&json(&format!(r#""retweeted_status":{nested}"#)), &format!("create x:7 12 {AT} \"potongan <utuh\" [b] repost"));
    check(
        &json(&format!(r#""is_quote_status":true,"quoted_status":{nested}"#)),
        &format!("create x:7 12 {AT} \"RT @b: pot…\" [b] quoted \"potongan <utuh\" quote"),
    );
    check(&json(r#""is_quote_status":true"#), &format!("create x:7 12 {AT} \"RT @b: pot…\" [b] quote"));
    check(
        &json(&format!(r#""retweeted_status":{{"id_str":"3","text":"luar","quoted_status":{nested}}}"#)),
        &format!("create x:7 12 {AT} \"luar\" [b] quoted \"potongan <utuh\" repost"),
    );
}

#[test]
fn reposts_by_hand() {
    let check = |text: &str, expected: &str| {
        let json = format!(r#"{{"id_str":"12","user":{{"id_str":"7","screen_name":"contoh"}},"created_at":"{WRITTEN}","text":"{text}"}}"#);
        check(&json, &format!("create x:7 12 {AT} {expected}"));
    };
    check("RT @b: internet mati @c", "\"internet mati @c\" [b c] repost");
    check("sama @c RT @b: internet mati", "\"sama @c\" [c b*] quoted \"internet mati\"");
}

#[test]
fn edits_and_times() {
    let json =
        |more: &str| format!(r#"{{"id_str":"1050118620312502272","user":{{"id_str":"7","screen_name":"contoh"}},"text":"a"{more}}}"#);
    check(&json(r#","edit_history":{"initial_tweet_id":"11"}"#), &format!("edit x:7 11@1050118620312502272 {AT} \"a\""));
    check(&json(r#","timestamp_ms":"1539202764000""#), &format!("create x:7 1050118620312502272 {AT} \"a\""));
    check(&json(""), &format!("create x:7 1050118620312502272 {AT} \"a\""));
    assert_eq!(rejection(None, &json(r#","created_at":"kemarin sore""#)).code, "bad_time");
}

#[test]
fn exports_of_scrapers() {
    check(
        &format!(
            r#"{{"conversation_id_str":"11","created_at":"{WRITTEN}","favorite_count":"1","full_text":"@TelkomCare mati &amp; dingin @lain","id_str":"12","in_reply_to_screen_name":"","lang":"in","username":"contoh","user_id_str":"7","location":"","tweet_url":"https://x.com/contoh/status/12"}}"#
        ),
        &format!("create x:7 12 {AT} \"@TelkomCare mati & dingin @lain\" [TelkomCare* lain] in 11 reply"),
    );
    check(
        r#"{"conversation_id_str":"12","created_at":"2018-10-11 03:19:24 WIB","full_text":"@TelkomCare mati","id_str":"12","username":"Contoh"}"#,
        &format!("create x:contoh 12 {AT} \"@TelkomCare mati\" [TelkomCare]"),
    );
}

#[test]
fn profiles() {
    let json = |at: &str| {
        format!(
            r#"{{"id_str":"12","created_at":"{at}","text":"a","user":{{"id_str":"7","screen_name":"contoh","verified":true,"followers_count":210}}}}"#
        )
    };
    let author = |at: &str| post_of(None, &json(at)).into_owned().author.unwrap();
    assert_eq!((author(WRITTEN).verified_legacy, author(WRITTEN).followers), (Some(true), Some(210)));
    assert_eq!(author("Tue Jan 07 03:01:12 +0000 2025").verified_legacy, None);
}

#[test]
fn notices_hold_no_post() {
    let check = |json: &str, code: &str| assert_eq!(rejection(None, json).code, code, "{json}");
    check(r#"{"limit":{"track":12}}"#, "no_post");
    check(r#"{"scrub_geo":{"user_id":1}}"#, "no_post");
    check(r#"{"status_withheld":{"id":1}}"#, "no_post");
    assert_eq!(rejection(Some("x_v1"), r#"{"text":"a"}"#).code, "missing_field");
}
