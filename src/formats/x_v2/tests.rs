use crate::formats::samples::{post_of, read_as, rejection, summary};

fn check(json: &str, expected: &str) {
    assert_eq!(summary(&read_as(None, json)), expected, "{json}");
}

const AT: &str = "2018-10-10T20:19:24.000Z";

#[test]
fn bare_minimum_takes_its_time_from_the_id() {
    check(
        r#"{"data":{"id":"1050118620312502272","text":"A &amp;amp; B @contoh","edit_history_tweet_ids":["1050118620312502272"]}}"#,
        &format!("create x:post:1050118620312502272 1050118620312502272 {AT} \"A & B @contoh\" [contoh]"),
    );
    check(r#"{"id":"12","text":"","edit_history_post_ids":["12"]}"#, "create x:post:12 12 2025-01-07T03:05:00.000Z \"\"");
    check(
        r#"{"data":{"id":12345678901234567890,"text":"a","created_at":"2018-10-10T20:19:24.000Z"}}"#,
        &format!("create x:post:12345678901234567890 12345678901234567890 {AT} \"a\""),
    );
}

#[test]
fn both_spellings_even_at_once() {
    for names in [
        r#""note_tweet":{"text":"panjang"},"edit_history_tweet_ids":["11","12"],"referenced_tweets":[{"type":"quoted","id":"5"}]"#,
        r#""note_post":{"text":"panjang"},"edit_history_post_ids":["11","12"],"referenced_posts":[{"type":"quoted","id":"5"}]"#,
        r#""note_tweet":{"text":"panjang"},"note_post":{"text":"panjang"},"edit_history_tweet_ids":["11","12"],"edit_history_post_ids":["11","12"],"referenced_posts":[{"type":"quoted","id":"5"}]"#,
    ] {
        for included in ["tweets", "posts"] {
            let json = format!(
                r#"{{"data":{{"id":"12","author_id":"7","text":"pan","created_at":"{AT}",{names}}},"includes":{{"{included}":[{{"id":"5","text":"x &lt;"}}]}}}}"#
            );
            check(&json, &format!("edit x:7 11@12 {AT} \"panjang\" quoted \"x <\" quote"));
        }
    }
}

#[test]
fn replies_and_their_implicit_mentions() {
    let reply = |more: &str, data: &str| {
        format!(
            r#"{{"data":{{"id":"12","author_id":"7","conversation_id":"10","created_at":"{AT}","text":"@TelkomCare @contoh mati cc @lain",{data}
            "entities":{{"mentions":[{{"start":0,"end":11,"username":"TelkomCare","id":"155"}},{{"start":12,"end":19,"username":"contoh","id":"8"}},{{"start":28,"end":33,"username":"lain"}}]}}}}{more}}}"#
        )
    };
    let text = "\"@TelkomCare @contoh mati cc @lain\"";
    let referenced = r#""in_reply_to_user_id":"155","referenced_tweets":[{"type":"replied_to","id":"11"}],"#;
    check(&reply("", referenced), &format!("create x:7 12 {AT} {text} [TelkomCare* contoh* lain] in 10 parent 11 answers 155 reply"));
    let ranged = format!(r#"{referenced}"display_text_range":[12,33],"#);
    check(&reply("", &ranged), &format!("create x:7 12 {AT} {text} [TelkomCare* contoh lain] in 10 parent 11 answers 155 reply"));
    // Who begins with a handle without answering a post wrote the handle himself.
    check(
        &reply("", r#""in_reply_to_user_id":"155","#),
        &format!("create x:7 12 {AT} {text} [TelkomCare contoh lain] in 10 answers 155 reply"),
    );
    // The parent tells its author where the post does not.
    check(
        &reply(
            r#","includes":{"tweets":[{"id":"11","author_id":"155","text":"a"}]}"#,
            r#""referenced_tweets":[{"type":"replied_to","id":"11"}],"#,
        ),
        &format!("create x:7 12 {AT} {text} [TelkomCare* contoh* lain] in 10 parent 11 answers 155 reply"),
    );
}

#[test]
fn reposts_carry_the_whole_original() {
    let json = |includes: &str| {
        format!(
            r#"{{"data":{{"id":"12","author_id":"7","created_at":"{AT}","text":"RT @contoh: pot…","referenced_tweets":[{{"type":"retweeted","id":"5"}}]}},"includes":{{{includes}}}}}"#
        )
    };
    check(
        &json(r#""tweets":[{"id":"5","text":"pot…","note_tweet":{"text":"potongan utuh"}}]"#),
        &format!("create x:7 12 {AT} \"potongan utuh\" [contoh] repost"),
    );
    check(&json(""), &format!("create x:7 12 {AT} \"pot…\" [contoh] repost"));
}

#[test]
fn profiles_of_author_and_mentioned() {
    let json = r#"{"data":{"id":"12","author_id":"7","created_at":"2018-10-10T20:19:24.000Z","text":"@resmi","attachments":{"media_keys":["3_1","3_2"]},
        "entities":{"mentions":[{"start":0,"end":6,"username":"Resmi"}],"hashtags":[{"tag":"Mati"}],"urls":[{"url":"https://t.co/a","expanded_url":"https://contoh.id"}]}},
        "includes":{"users":[{"id":"7","username":"contoh","verified":true,"public_metrics":{"followers_count":"3400"}},{"id":"9","username":"resmi","verified_type":"government","description":"a &amp; b"}]}}"#;
    let post = post_of(None, json);
    let author = post.author.unwrap();
    assert_eq!((author.followers, author.verified_legacy), (Some(3400), Some(true)));
    let profile = post.mentions[0].profile.clone().unwrap();
    assert_eq!((profile.verified_type.as_deref(), profile.bio.as_deref()), (Some("government"), Some("a & b")));
    assert_eq!((&*post.hashtags[0], &*post.urls[0], post.media_count), ("Mati", "https://contoh.id", 2));
    assert_eq!(post.url.as_deref(), Some("https://x.com/contoh/status/12"));
}

#[test]
fn pages_keep_their_good_posts() {
    check(
        r#"{"data":[{"id":"1","text":"a","created_at":"2018-10-10T20:19:24Z"},{"text":"b"},{"id":"3","created_at":"kemarin"},7,{"id":"5","text":"c","created_at":"2018-10-10T20:19:24Z"}],"meta":{}}"#,
        &format!("create x:post:1 1 {AT} \"a\"\ncreate x:post:5 5 {AT} \"c\"\nbad 1 missing_field\nbad 2 bad_time\nbad 3 bad_field"),
    );
}

#[test]
fn records_without_a_post() {
    let check = |json: &str, code: &str| assert_eq!(rejection(None, json).code, code, "{json}");
    check(r#"{"meta":{"result_count":0}}"#, "no_post");
    check(r#"{"data":[],"includes":{}}"#, "no_post");
    check(r#"{"errors":[{"title":"operational-disconnect"}]}"#, "no_post");
    check(r#"{"data":[{"text":"a"},{"text":"b"}],"meta":{}}"#, "missing_field");
    check(r#"{"data":{"id":"1","text":"a"}} x"#, "bad_json");
}
