use crate::formats::samples::{post_of, read_as, rejection, summary};

fn mail(more: &str) -> String {
    format!(
        r#"{{"FromFull":{{"Email":"Budi.Contoh+telkom@Example.co.id","Name":"Budi Contoh"}},"MessageID":"m-1","Date":"Tue, 7 Jan 2025 10:01:12 +0700","TextBody":"Internet mati"{more}}}"#
    )
}

const AT: &str = "2025-01-07T03:01:12.000Z";

#[test]
fn ids_threads_and_parents() {
    let check = |more: &str, expected: &str| assert_eq!(summary(&read_as(None, &mail(more))), expected, "{more}");
    let who = "create email:budi.contoh@example.co.id";
    let text = format!("{AT} \"Internet mati\"");
    check("", &format!("{who} m-1 {text}"));
    check(r#","Subject":"Bls: Internet Mati""#, &format!("{who} m-1 {text} in internet mati"));
    check(
        r#","Subject":"Re: a","To":"care@contoh.id","Headers":[{"Name":"Message-Id","Value":"<2@contoh.id>"},{"Name":"In-Reply-To","Value":"<1@contoh.id>"}]"#,
        &format!("{who} 2@contoh.id {text} in 1@contoh.id parent 1@contoh.id answers care@contoh.id reply"),
    );
    check(
        r#","Headers":[{"Name":"References","Value":"<1@contoh.id>\r\n <2@contoh.id>"},{"Name":"X","Value":null}]"#,
        &format!("{who} m-1 {text} in 1@contoh.id parent 2@contoh.id reply"),
    );
}

#[test]
fn machines() {
    let check = |headers: &str, automatic: bool| {
        let json = mail(&format!(r#","Headers":[{headers}]"#));
        assert_eq!(post_of(None, &json).auto_reply, automatic, "{headers}");
    };
    check(r#"{"Name":"Auto-Submitted","Value":"auto-replied; x=y"}"#, true);
    check(r#"{"Name":"auto-submitted","Value":"No"}"#, false);
    check(r#"{"Name":"X-Autoreply","Value":"yes"}"#, true);
    for (precedence, automatic) in [("bulk", true), ("Junk", true), ("auto_reply", true), ("list", false), ("", false)] {
        check(&format!(r#"{{"Name":"Precedence","Value":"{precedence}"}}"#), automatic);
    }
    check(r#"{"Name":"Return-Path","Value":"<>"}"#, true);
    check(r#"{"Name":"Return-Path","Value":"<budi@contoh.id>"}"#, false);
    let bounce = r#"{"MessageID":"m","From":"Mail Delivery <MAILER-DAEMON@contoh.id>","TextBody":"gagal"}"#;
    assert!(post_of(None, bounce).auto_reply);
}

#[test]
fn recipients_in_lower_case() {
    let json = mail(
        r#","ToFull":[{"Email":"Care@Telkom.co.id"}],"To":"x@y","Cc":"Komdigi <Pengaduan@Komdigi.go.id>, lain@contoh.id","BccFull":[],"Attachments":[{},{}]"#,
    );
    let post = post_of(None, &json);
    let recipients = post.recipients.unwrap();
    assert_eq!(recipients.to, ["care@telkom.co.id"]);
    assert_eq!(recipients.cc, ["pengaduan@komdigi.go.id", "lain@contoh.id"]);
    assert!(recipients.bcc.is_empty());
    assert_eq!(post.media_count, 2);
    let author = post.author.unwrap();
    assert_eq!((author.handle.as_deref(), author.name.as_deref()), (Some("budi.contoh+telkom@example.co.id"), Some("Budi Contoh")));
}

#[test]
fn the_words_of_the_author() {
    let check = |body: &str, text: &str, quoted: Option<&str>| {
        let json = format!(r#"{{"From":"a@contoh.id","MessageID":"m",{body}}}"#);
        let post = post_of(None, &json);
        assert_eq!((&*post.text, post.quoted_text.as_deref()), (text, quoted), "{body}");
    };
    check(r#""StrippedTextReply":"Belum.\n-- \nBudi","TextBody":"Belum.\n-- \nBudi\n\n> Halo""#, "Belum.", Some("> Halo"));
    check(r#""StrippedTextReply":"","TextBody":"Belum &amp; mati\n> Halo""#, "Belum & mati", Some("> Halo"));
    check(r#""TextBody":"","HtmlBody":"<p>Mati</p><blockquote>Halo</blockquote>""#, "Mati", Some("> Halo"));
    check(r#""Subject":"Foto""#, "", None);
}

#[test]
fn dates_and_rejections() {
    let undated = r#"{"From":"a@contoh.id","MessageID":"<m>","Date":"kemarin"}"#;
    assert_eq!(summary(&read_as(None, undated)), "create email:a@contoh.id m 2025-01-07T03:05:00.000Z \"\"");
    assert_eq!(rejection(Some("email"), r#"{"From":"a@contoh.id"}"#).code, "missing_field");
    assert_eq!(summary(&read_as(Some("email"), r#"{"MessageID":"m"}"#)), "create email:post:m m 2025-01-07T03:05:00.000Z \"\"");
}
