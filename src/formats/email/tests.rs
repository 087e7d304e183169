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
fn contact_forms_pass_on_what_a_customer_wrote() {
    let check = |more: &str, customer: Option<&str>, automatic: bool| {
        let json =
            format!(r#"{{"From":"Formulir <Formulir@contoh.id>","To":"care@contoh.id","MessageID":"m","TextBody":"Internet mati"{more}}}"#);
        let post = post_of(Some("email"), &json);
        let author = post.author.as_ref().and_then(|author| author.id.as_deref());
        assert_eq!((author, post.auto_reply), (customer, automatic), "{more}");
    };
    let generated =
        r#"{"Name":"Auto-Submitted","Value":"auto-generated"},{"Name":"Precedence","Value":"bulk"},{"Name":"Return-Path","Value":"<>"}"#;
    check(&format!(r#","ReplyTo":"Ani+x@Contoh.co.id","Headers":[{generated}]"#), Some("ani@contoh.co.id"), false);
    check(r#","ReplyTo":"","Headers":[{"Name":"reply-to","Value":"\"Ani, Contoh\" <ani@contoh.co.id>"}]"#, Some("ani@contoh.co.id"), false);
    check(r#","ReplyTo":"care@contoh.id, ani@contoh.co.id""#, Some("ani@contoh.co.id"), false);
    check(r#","ReplyTo":"formulir@contoh.id""#, None, false);
    check("", None, false);
    check(r#","ReplyTo":"ani@contoh.co.id","Headers":[{"Name":"Auto-Submitted","Value":"auto-replied"}]"#, Some("ani@contoh.co.id"), true);
    check(r#","ReplyTo":"ani@contoh.co.id","Headers":[{"Name":"X-Autoreply","Value":"yes"}]"#, Some("ani@contoh.co.id"), true);
    let other = r#"{"From":"a@contoh.id","ReplyTo":"ani@contoh.co.id","MessageID":"m","Headers":[{"Name":"Auto-Submitted","Value":"auto-generated"}]}"#;
    let post = post_of(Some("email"), other);
    assert_eq!((post.author.unwrap().id.as_deref(), post.auto_reply), (Some("a@contoh.id"), true));
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
    check(r#""StrippedTextReply":"> Halo","TextBody":"> Halo\nBelum""#, "Belum", Some("> Halo"));
    check(
        r#""StrippedTextReply":"Mati.\nDISCLAIMER: THIS EMAIL IS CONFIDENTIAL.","TextBody":"Mati.\nDISCLAIMER: THIS EMAIL IS CONFIDENTIAL.""#,
        "Mati.",
        None,
    );
    let outlook = "<div>Baik.</div><div><b>From:</b> Care &lt;care@contoh.id&gt;<br><b>Sent:</b> Friday, 20 November 2026 9:00<br><b>To:</b> Budi<br><b>Subject:</b> RE: x</div><div>&nbsp;</div><p>HALO</p>";
    let quoted = "From: Care <care@contoh.id>\nSent: Friday, 20 November 2026 9:00\nTo: Budi\nSubject: RE: x\n\n\n\nHALO";
    check(&format!(r#""HtmlBody":"{outlook}""#), "Baik.", Some(quoted));
}

#[test]
fn dates_and_rejections() {
    let undated = r#"{"From":"a@contoh.id","MessageID":"<m>","Date":"kemarin"}"#;
    assert_eq!(summary(&read_as(None, undated)), "create email:a@contoh.id m 2025-01-07T03:05:00.000Z \"\"");
    assert_eq!(rejection(Some("email"), r#"{"From":"a@contoh.id"}"#).code, "missing_field");
    assert_eq!(summary(&read_as(Some("email"), r#"{"MessageID":"m"}"#)), "create email:post:m m 2025-01-07T03:05:00.000Z \"\"");
}
