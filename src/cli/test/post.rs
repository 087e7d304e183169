//! One `[[test.post]]`: from what an analyst types to the record that would arrive.

use crate::cli::draft;
use crate::config::reader::{DAY, Table, Value};
use crate::post::{
    Author, CASE_EVENT_SCHEMA, CaseEvent, CaseEventKind, CustomerKey, EventKind, HandoffStep, Input, Mention, Millis, POST_SCHEMA,
    Platform, Post, Recipients, Str,
};
use crate::problem::Problem;
use crate::replay::Recorded;
use crate::rules::Rules;

/// Every test begins then: 2026-03-02T03:00:00Z, ten in the morning in Jakarta.
const START: i64 = 1_772_420_400_000;
/// Between two posts that say nothing about their time: long enough for no series, short enough for one case.
const PAUSE: i64 = DAY / 24;
/// How far a time may lie from the start.
const REACH: i64 = 365 * DAY;
const HANDLE: &str = "pelanggan_contoh";
const ADDRESS: &str = "pelanggan@contoh.id";

/// What the posts of a test have in common, and those read so far.
pub struct Draft<'a> {
    rules: &'a Rules,
    platform: Platform,
    author: Author<'static>,
    written: Vec<Post<'static>>,
    at: Option<Millis>,
    steps: usize,
}

impl<'a> Draft<'a> {
    /// Reads `platform` and `author` of the test.
    pub fn new(rules: &'a Rules, table: &Table<'_>) -> Self {
        let platform = platform(&table.optional("platform")).unwrap_or(Platform::X);
        let handle = if platform == Platform::Email { ADDRESS } else { HANDLE };
        let author = Author { id: Some(handle.into()), handle: Some(handle.into()), ..Author::default() };
        let author = table.optional("author").table().map_or(author.clone(), |table| read_author(table, &author));
        Draft { rules, platform, author, written: Vec::new(), at: None, steps: 0 }
    }

    /// Reads the next post or case event.
    pub fn read(&mut self, table: &Table<'_>) -> Option<Recorded<'static>> {
        self.steps += 1;
        let at = self.moment(table);
        let after = table.optional("recorded_after").duration(0..=REACH).unwrap_or(0);
        let before = table.optional("recorded_before").duration(0..=REACH).unwrap_or(0);
        let kind = table.optional("kind").one_of(&[("post", false), ("case_event", true)]);
        let input = if kind == Some(true) { self.event(table, at).map(Box::new).map(Input::CaseEvent) } else { self.post(table, at) };
        let input = input?;
        let customer = match &input {
            Input::Post(post) => self.rules.own.customer_of(post),
            Input::CaseEvent(event) => event.customer().unwrap_or_else(|| self.customer()),
        };
        Some(Recorded { input, customer, at: at.plus(after - before), source: format!("test/0/{}", self.steps - 1) })
    }

    /// Reads when it happens: `at`, or `after` the one before it.
    pub fn moment(&mut self, table: &Table<'_>) -> Millis {
        let (given, after) = (self.time(&table.optional("at")), table.optional("after"));
        if let (Some(_), Some(_)) = (given, after.string()) {
            let problem = Problem::error(&after.spot(), "`at` and `after` both say when it happens");
            table.reporter().report(problem.hint("`at` counts from the start of the test, `after` from the post before"));
        }
        let pause = after.duration(0..=REACH).unwrap_or(PAUSE);
        let at = given.unwrap_or_else(|| self.at.map_or(Millis::new(START), |last| last.plus(pause)));
        self.at = Some(at);
        at
    }

    fn post(&mut self, table: &Table<'_>, at: Millis) -> Option<Input<'static>> {
        let event_kind = self.event_kind(table);
        let platform = platform(&table.optional("platform")).unwrap_or(self.platform);
        let edited = table.optional("edit_of").string();
        let id = table.optional("id").string();
        let post_id = edited.or(id).unwrap_or_else(|| format!("post-{}", self.steps));
        let media_count = table.optional("media").integer(0..=100).unwrap_or(0);
        let needs_text = media_count == 0 && matches!(event_kind, EventKind::Create | EventKind::Edit);
        let text = if needs_text { table.required("text") } else { table.optional("text") }.string();
        let version = table.optional("version").string();
        let version = version.or_else(|| (event_kind == EventKind::Edit).then(|| format!("{post_id}-v{}", self.steps)));
        let mentions = self.mentions(table, platform, text.as_deref().unwrap_or_default());
        let own = table.optional("by_brand").bool();
        let quoted_text = table.optional("quote").string();
        let mut post = Post {
            schema: POST_SCHEMA.into(),
            event_kind,
            platform,
            post_id: post_id.into(),
            version: version.map(Str::from),
            author: self.author_of(table, platform, own == Some(true)),
            subject: text_of(table, "subject"),
            recipients: recipients(table),
            mentions,
            media_count,
            urls: table.optional("links").strings().into_iter().map(Str::from).collect(),
            url: text_of(table, "url"),
            is_repost: table.optional("repost").bool().unwrap_or(false),
            is_quote: quoted_text.is_some(),
            quoted_text: quoted_text.map(Str::from),
            on_own_page: table.optional("on_own_page").bool(),
            own,
            auto_reply: table.optional("auto_reply").bool().unwrap_or(false),
            created_at: at,
            text: text.clone().unwrap_or_default().into(),
            ..Post::default()
        };
        self.place(table, &mut post);
        if needs_text && text.is_none() {
            return None;
        }
        self.written.push(post.clone());
        Some(Input::Post(Box::new(post)))
    }

    fn event_kind(&self, table: &Table<'_>) -> EventKind {
        let is = |key: &str| table.optional(key).bool().unwrap_or(false);
        let (deleted, engagement, unknown) = (is("delete"), is("engagement"), is("unknown_event"));
        if deleted && !table.has("id") {
            let problem = Problem::error(&table.spot(), "the deletion does not say which post is gone");
            table.reporter().report(problem.hint("give its `id`"));
        }
        match (deleted, engagement, unknown, table.has("edit_of")) {
            (true, ..) => EventKind::Delete,
            (_, true, ..) => EventKind::Engagement,
            (_, _, true, _) => EventKind::Unknown,
            (.., true) => EventKind::Edit,
            _ => EventKind::Create,
        }
    }

    /// Where the post stands: what it answers, whose post that is, and its conversation. A post that answers none
    /// begins a conversation of its own.
    fn place(&self, table: &Table<'_>, post: &mut Post<'static>) {
        let answered = table.optional("reply_to").spotted_string();
        let earlier = answered.as_ref().and_then(|answered| {
            let found = self.written.iter().find(|earlier| *earlier.post_id == *answered.value);
            if found.is_none() {
                let problem = Problem::error(&answered.spot, format!("no earlier post of the test has the id `{}`", answered.value));
                let known = self.written.iter().map(|post| post.post_id.as_str());
                table.reporter().report(problem.suggest(&answered.value, known));
            }
            found
        });
        let parent = text_of(table, "parent").or_else(|| answered.map(|answered| answered.value.into()));
        let of_earlier = earlier.map(|earlier| earlier.conversation_id.clone().unwrap_or_else(|| earlier.post_id.clone()));
        let its_own = || parent.is_none().then(|| post.post_id.clone());
        let conversation = text_of(table, "conversation").or(of_earlier).or_else(its_own);
        let answered_author = earlier.and_then(|earlier| earlier.author.as_ref()).and_then(|author| author.id.clone());
        let customer = || post.own.filter(|own| *own).and_then(|_| self.author.id.clone());
        post.in_reply_to_author_id = text_of(table, "in_reply_to_author_id").or(answered_author).or_else(customer);
        post.is_reply = table.optional("is_reply").bool().unwrap_or(parent.is_some() || post.in_reply_to_author_id.is_some());
        post.parent_id = parent;
        post.conversation_id = conversation;
    }

    /// Returns the mentions given, else those in the text; those in `implicit` were put there by the platform, those in
    /// `followers` came with a profile.
    fn mentions(&self, table: &Table<'_>, platform: Platform, text: &str) -> Vec<Mention<'static>> {
        let given = table.optional("mentions");
        let plain = |handle: String| Mention { handle: handle.trim_start_matches('@').to_owned().into(), ..Mention::default() };
        let mut mentions: Vec<Mention<'static>> =
            if given.is_present() { given.strings().into_iter().map(plain).collect() } else { draft::mentions(text, platform, self.rules) };
        for implicit in table.optional("implicit").strings().into_iter().map(plain) {
            match mentions.iter_mut().find(|mention| mention.handle.eq_ignore_ascii_case(&implicit.handle)) {
                Some(mention) => mention.implicit = true,
                None => mentions.push(Mention { implicit: true, ..implicit }),
            }
        }
        for (handle, count) in table.optional("followers").table().iter().flat_map(Table::entries) {
            let profile =
                Some(Author { followers: count.integer(0..=i64::MAX).and_then(|count| u64::try_from(count).ok()), ..Author::default() });
            match mentions.iter_mut().find(|mention| mention.handle.eq_ignore_ascii_case(&handle.value)) {
                Some(mention) => mention.profile = profile,
                None => mentions.push(Mention { handle: handle.value.into(), profile, ..Mention::default() }),
            }
        }
        mentions
    }

    fn author_of(&self, table: &Table<'_>, platform: Platform, by_brand: bool) -> Option<Author<'static>> {
        let base = match (by_brand, platform == self.platform) {
            (true, _) => Author { id: Some("brand".into()), ..Author::default() },
            (false, true) => self.author.clone(),
            (false, false) => Author { id: Some(HANDLE.into()), handle: Some(HANDLE.into()), ..Author::default() },
        };
        let none = table.optional("no_author").bool().unwrap_or(false);
        let author = table.optional("author").table().map_or(base.clone(), |table| read_author(table, &base));
        (!none).then_some(author)
    }

    fn event(&self, table: &Table<'_>, at: Millis) -> Option<CaseEvent<'static>> {
        let steps = HandoffStep::ALL.map(CaseEventKind::Handoff);
        let kinds = CaseEventKind::ALL.into_iter().chain([CaseEventKind::Forget]).chain(steps);
        let event = table.required("event").one_of(&kinds.map(|kind| (kind.name(), kind)).collect::<Vec<_>>());
        let event_id = text_of(table, "id").unwrap_or_else(|| format!("event-{}", self.steps).into());
        let customer = text_of(table, "customer").unwrap_or_else(|| self.customer().as_str().to_owned().into());
        let case_id = text_of(table, "case").map(|first| Str::from(format!("{}:{}", &*customer, &*first))).unwrap_or_default();
        Some(CaseEvent {
            schema: CASE_EVENT_SCHEMA.into(),
            event_id,
            case_id,
            customer: Some(customer),
            post_id: text_of(table, "post"),
            tl_name: text_of(table, "tl_name"),
            pic_tiket: text_of(table, "pic_tiket"),
            agent: text_of(table, "agent"),
            unit_eta: self.time(&table.optional("unit_eta")),
            coordinated_with: table.optional("coordinated_with").strings().into_iter().map(Str::from).collect(),
            callback_refused: table.optional("callback_refused").bool().unwrap_or(false),
            text: text_of(table, "text"),
            note: text_of(table, "note"),
            event: event?,
            at,
        })
    }

    /// Returns whom the test is about.
    pub fn customer(&self) -> CustomerKey {
        CustomerKey::of_author(&Post { platform: self.platform, author: Some(self.author.clone()), ..Post::default() })
    }

    /// Returns a time after the start of the test, or an absolute one.
    fn time(&self, value: &Value<'_>) -> Option<Millis> {
        if !value.is_date() {
            return value.duration(0..=REACH).map(|after| Millis::new(START).plus(after));
        }
        let text = value.date_text()?;
        let time = Millis::parse(&text);
        if time.is_none() {
            let problem = Problem::error(&value.spot(), format!("`{text}` is not a time"));
            value.reporter().report(problem.hint("write \"90s\" (after the start of the test) or 2026-03-02T10:00:00+07:00"));
        }
        time
    }
}

fn platform(value: &Value<'_>) -> Option<Platform> {
    value.one_of(&Platform::ALL.map(|platform| (platform.name(), platform)))
}

fn text_of(table: &Table<'_>, key: &str) -> Option<Str<'static>> {
    table.optional(key).string().map(Str::from)
}

fn recipients(table: &Table<'_>) -> Option<Recipients<'static>> {
    let all = |key: &str| -> Vec<Str<'static>> { table.optional(key).strings().into_iter().map(Str::from).collect() };
    let recipients = Recipients { to: all("to"), cc: all("cc"), bcc: all("bcc") };
    (recipients != Recipients::default()).then_some(recipients)
}

/// Returns the keys given; the others as in `base`. Who is given a handle only has it, in lower case, for an id too: so
/// a reply that merely mentions him finds his case.
fn read_author(table: Table<'_>, base: &Author<'static>) -> Author<'static> {
    let kinds = ["none", "blue", "business", "government"].map(|kind| (kind, kind));
    let handle = table.optional("handle").string().map(|handle| Str::from(handle.trim_start_matches('@').to_owned()));
    let id = text_of(&table, "id").or_else(|| handle.as_ref().map(|handle| handle.to_lowercase().into()));
    let author = Author {
        id: id.or_else(|| base.id.clone()),
        handle: handle.or_else(|| base.handle.clone()),
        name: text_of(&table, "name").or_else(|| base.name.clone()),
        bio: text_of(&table, "bio").or_else(|| base.bio.clone()),
        followers: table.optional("followers").integer(0..=i64::MAX).and_then(|many| u64::try_from(many).ok()).or(base.followers),
        verified_type: table.optional("verified_type").one_of(&kinds).map(Str::from).or_else(|| base.verified_type.clone()),
        verified_legacy: table.optional("verified_legacy").bool().or(base.verified_legacy),
        ..Author::default()
    };
    table.finish();
    author
}
