//! From the documents of feeds to their maps, with every mistake and its place.

use chrono::FixedOffset;
use serde_json::json;

use super::field::{Field, Place};
use super::times::{TimeFormat, Times};
use super::{FieldMap, FieldMaps, plain, sample};
use crate::config::reader::{Document, Source, Table, Value};
use crate::formats::Format;
use crate::post::{EventKind, Platform};
use crate::problem::{Problem, Reporter, Spotted};

/// Fields that a map can fill; those with a dot are fields of the author.
const FIELDS: [&str; 29] = [
    "event_kind",
    "platform",
    "post_id",
    "version",
    "conversation_id",
    "parent_id",
    "in_reply_to_author_id",
    "author.id",
    "author.handle",
    "author.name",
    "author.bio",
    "author.followers",
    "author.verified_type",
    "subject",
    "text",
    "quoted_text",
    "mentions",
    "hashtags",
    "urls",
    "media_count",
    "is_repost",
    "is_quote",
    "is_reply",
    "on_own_page",
    "own",
    "auto_reply",
    "lang",
    "created_at",
    "url",
];

/// Fields without which there is no post.
const MANDATORY: [&str; 4] = ["platform", "post_id", "text", "created_at"];

/// Fields that are `true` or `false`.
const FLAGS: [&str; 6] = ["is_repost", "is_quote", "is_reply", "on_own_page", "own", "auto_reply"];

impl FieldMaps {
    /// Reads the maps in `sources` and runs the samples beside them. What is wrong is reported, samples that read otherwise than
    /// they say among it.
    pub fn compile(sources: &[Source], reporter: &Reporter) -> Self {
        let documents: Vec<Document<'_>> = sources.iter().map(|source| Document::parse(source, reporter)).collect();
        let (mut maps, mut samples) = (FieldMaps::default(), Vec::new());
        for document in &documents {
            let root = document.root();
            let name = root.required("name").spotted_string();
            let map = name.and_then(|name| maps.compile_one(&name, &root, reporter));
            let tables = root.optional("sample").tables();
            root.finish();
            if let Some(map) = map {
                maps.maps.push(map.clone());
                samples.push((map, tables));
            }
        }
        // A map that is not as it should be does not read its samples as it should.
        if !reporter.has_errors() {
            for (map, tables) in samples {
                tables.into_iter().for_each(|table| sample::run(&map, &maps, table));
            }
        }
        maps
    }

    fn compile_one(&self, name: &Spotted<String>, root: &Table<'_>, reporter: &Reporter) -> Option<FieldMap> {
        let is_name = name.value.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !name.value.is_empty();
        if !is_name {
            reporter.error(&name.spot, format!("`{}` is no name: letters, digits, `_`, `-` and `.` make one", name.value));
        } else if Format::from_name(&name.value).is_some() || self.maps.iter().any(|map| map.name.eq_ignore_ascii_case(&name.value)) {
            reporter.error(&name.spot, format!("there is a feed `{}` already", name.value));
        }
        let table = root.section("when");
        let place = if root.has("when") { table.spot() } else { name.spot.clone() };
        let when = read_when(table);
        if when.is_empty() {
            let problem = Problem::error(&place, format!("`when` does not say how records of `{}` are recognised", name.value));
            reporter.report(problem.hint("name keys in `has`, or values in `equals`, that no other feed has"));
        }
        self.refuse_the_same(name, &when, reporter);
        let list = root.optional("posts");
        let posts = list.spotted_string().and_then(|path| pointer(&list, &path));
        let post = root.section("post");
        let fields = read_fields(post, if root.has("post") { None } else { Some(name) }, list.is_present());
        let times = read_times(root.section("time"));
        Some(FieldMap { name: name.value.clone(), when, posts, fields, times })
    }

    /// Reports a map that recognises whatever another does, or the other way round.
    fn refuse_the_same(&self, name: &Spotted<String>, when: &[(String, Option<String>)], reporter: &Reporter) {
        let holds = |all: &[(String, Option<String>)], (path, value): &(String, Option<String>)| {
            all.iter().any(|(other, wanted)| other == path && (value.is_none() || value == wanted))
        };
        let includes = |wide: &[_], narrow: &[_]| !wide.is_empty() && wide.iter().all(|condition| holds(narrow, condition));
        for other in &self.maps {
            if includes(when, &other.when) || includes(&other.when, when) {
                let problem = Problem::error(&name.spot, format!("`{}` and `{}` recognise the same records", name.value, other.name));
                reporter.report(problem.hint("name a key or a value in `when` that the other feed has not"));
            }
        }
    }
}

fn read_when(table: Table<'_>) -> Vec<(String, Option<String>)> {
    let has = table.optional("has");
    let mut when: Vec<_> = has.spotted_strings().iter().filter_map(|path| Some((pointer(&has, path)?, None))).collect();
    let equals = table.section("equals");
    for (path, value) in equals.entries() {
        let (path, wanted) = (pointer(&value, &path), value.scalar());
        when.extend(path.zip(wanted).map(|(path, wanted)| (path, Some(wanted))));
    }
    table.finish();
    when
}

/// Reads `[post]`; where the document has none, that is said of `named`.
fn read_fields(post: Table<'_>, named: Option<&Spotted<String>>, is_list: bool) -> Vec<Field> {
    let spot = named.map_or_else(|| post.spot(), |name| name.spot.clone());
    let author = post.section("author");
    let mut fields = Vec::new();
    for name in FIELDS {
        let value = match name.strip_prefix("author.") {
            Some(key) => author.optional(key),
            None => post.optional(name),
        };
        if value.is_present() {
            fields.extend(read_field(name, &value, is_list));
        } else if MANDATORY.contains(&name) {
            post.reporter().error(&spot, format!("`post` does not say where `{name}` stands"));
        }
    }
    author.finish();
    post.finish();
    fields
}

/// Reads a path, several, or a table with paths, constant and names of values.
fn read_field(name: &'static str, value: &Value<'_>, is_list: bool) -> Option<Field> {
    if !value.is_table() {
        return Some(Field { name, from: places(value, is_list), ..Field::default() });
    }
    let table = value.table()?;
    let (written, given) = (table.optional("from"), table.optional("value"));
    let from = places(&written, is_list);
    let constant = given.scalar();
    constant.iter().for_each(|constant| check(name, constant, &given));
    let mut names = Vec::new();
    for (theirs, ours) in table.section("values").entries() {
        if let Some(text) = ours.scalar() {
            check(name, &text, &ours);
            names.push((theirs.value, text));
        }
    }
    let is_required = table.optional("required").bool().unwrap_or_default();
    if !written.is_present() && !given.is_present() {
        table.reporter().error(&table.spot(), format!("`{name}` needs a path in `from` or a constant in `value`"));
    }
    table.finish();
    Some(Field { name, from, constant, names, is_required })
}

/// Reports a value that the field `name` cannot have.
fn check(name: &str, text: &str, value: &Value<'_>) {
    let choices: Vec<String> = match name {
        "platform" => Platform::ALL.iter().map(|platform| platform.name().to_owned()).collect(),
        "event_kind" => EventKind::ALL.iter().filter_map(|kind| plain(&json!(kind))).collect(),
        name if FLAGS.contains(&name) => [true, false].map(|flag| flag.to_string()).into(),
        _ => return,
    };
    if !choices.iter().any(|choice| choice == text) {
        let problem = Problem::error(&value.spot(), format!("`{name}` cannot be `{text}`"));
        value.reporter().report(problem.hint(format!("it is one of `{}`", choices.join("`, `"))));
    }
}

fn places(value: &Value<'_>, is_list: bool) -> Vec<Place> {
    let place = |path: Spotted<String>| {
        let around = path.value.strip_prefix('^').map(str::to_owned);
        if around.is_some() && !is_list {
            value.reporter().error(&path.spot, "`^` leads out of the elements of `posts`, and there is no `posts`".to_owned());
        }
        let of_record = around.is_some();
        let path = Spotted { value: around.unwrap_or(path.value), spot: path.spot };
        Some(Place { of_record, pointer: pointer(value, &path)? })
    };
    value.spotted_strings().into_iter().filter_map(place).collect()
}

/// Returns a JSON pointer (RFC 6901).
fn pointer(value: &Value<'_>, path: &Spotted<String>) -> Option<String> {
    let escapes = path.value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if path.value.starts_with('/') && path.value.len() > 1 && escapes {
        return Some(path.value.clone());
    }
    let problem = Problem::error(&path.spot, format!("`{}` is no path", path.value));
    let hint = "write the keys from the top, each after a `/`, such as `/author/id`; places in lists count from 0";
    value.reporter().report(problem.hint(hint));
    None
}

fn read_times(table: Table<'_>) -> Times {
    let zone = table.optional("zone");
    let offset = zone.spotted_string().and_then(|written| {
        let offset = written.value.parse::<FixedOffset>().ok();
        if offset.is_none() {
            zone.reporter().error(&written.spot, format!("`{}` is no zone such as `+07:00`", written.value));
        }
        offset
    });
    // What follows from a zone that is none is not said of the patterns too.
    let is_told = offset.is_some() || !zone.is_present();
    let written = table.optional("formats");
    let format = |format: Spotted<String>| match TimeFormat::parse(&format.value, offset) {
        Ok(read) => Some(read),
        Err(why) => {
            if is_told {
                written.reporter().error(&format.spot, format!("`{}` {why}", format.value));
            }
            None
        }
    };
    let formats = written.spotted_strings().into_iter().filter_map(format).collect();
    table.finish();
    Times { formats, zone: offset }
}
