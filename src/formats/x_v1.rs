//! X API v1.1 statuses, compatible and extended, and the exports of scrapers that imitate them.

mod wire;

use self::wire::{Entities, Status, UserMention};
use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::wire::{first, first_time, without_sign};
use super::{Item, Raw, Rejected, x};
use crate::post::{Author, EventKind, Mention, Millis, Platform, Post, Str};

/// Reads one status; a notice of the stream about itself holds none.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let status: Status<'_> = serde_json::from_slice(raw.bytes)?;
    if status.is_notice() {
        return Err(Rejected::no_post("This is a notice of the stream, not a post."));
    }
    Ok(Batch::of(Item::Post(post(&status, raw.received_at)?)))
}

fn post<'a>(status: &Status<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let id = status.own_id().ok_or_else(|| Rejected::missing("id_str"))?;
    let first_id = status.first_id().unwrap_or_else(|| id.clone());
    let created_at = match first_time(&[("created_at", &status.created_at), ("timestamp_ms", &status.timestamp_ms)])? {
        Some(at) => at,
        None => x::time_of_id(&id).unwrap_or(received_at),
    };
    let author = author(status, created_at);
    let url =
        first([status.tweet_url.clone()]).unwrap_or_else(|| x::url_of(author.as_ref().and_then(|author| author.handle.as_deref()), &id));
    let edited = first_id != id;
    let post = Post {
        event_kind: if edited { EventKind::Edit } else { EventKind::Create },
        platform: Platform::X,
        version: edited.then(|| id.clone()),
        conversation_id: first([status.conversation_id_str.clone()]),
        parent_id: first([status.in_reply_to_status_id_str.clone(), status.in_reply_to_status_id.clone()]),
        in_reply_to_author_id: first([status.in_reply_to_user_id_str.clone(), status.in_reply_to_user_id.clone()]),
        is_repost: status.retweeted_status.is_some(),
        lang: status.lang.clone(),
        post_id: first_id,
        author,
        created_at,
        url: Some(url),
        ..Post::default()
    };
    let mut post = with_words(with_quote(post, status), status);
    handles::note_answered(&mut post, first([status.in_reply_to_screen_name.clone()]));
    Ok(post)
}

fn author<'a>(status: &Status<'a>, at: Millis) -> Option<Author<'a>> {
    let Some(user) = &status.user else {
        // Scrapers write the author beside the post.
        let (id, handle) = (first([status.user_id_str.clone()]), first([status.username.clone()]));
        let author = Author { id, handle, location: first([status.location.clone()]), ..Author::default() };
        return (author.id.is_some() || author.handle.is_some()).then_some(author);
    };
    Some(Author {
        id: first([user.id_str.clone(), user.id.clone()]),
        handle: user.screen_name.clone(),
        name: user.name.clone().map(unescape),
        bio: user.description.clone().map(unescape),
        followers: user.followers_count.count(),
        verified_type: user.verified_type.clone(),
        verified_legacy: if user.verified_type.is_none() { x::legacy_tick(user.verified.flag(), at) } else { None },
        location: user.location.clone(),
        created_at: user.created_at.clone().map(rfc3339),
    })
}

/// Returns the quoted post; a repost of a quote shows what the original quoted.
fn with_quote<'a>(mut post: Post<'a>, status: &Status<'a>) -> Post<'a> {
    let quoting = status.retweeted_status.as_deref().unwrap_or(status);
    post.quoted_text = quoting.quoted_status.as_ref().map(|quoted| unescape(quoted.whole_text()));
    post.is_quote = !post.is_repost && (post.quoted_text.is_some() || status.is_quote_status.flag() == Some(true));
    // A scraper's export knows only the conversation.
    let begins_conversation = post.conversation_id.as_ref().is_none_or(|conversation| *conversation == post.post_id);
    post.is_reply = post.parent_id.is_some() || post.in_reply_to_author_id.is_some() || (!begins_conversation && !post.is_repost);
    post
}

/// Returns the text and what stands in it; of a repost the whole original, because its own text is cut.
fn with_words<'a>(mut post: Post<'a>, status: &Status<'a>) -> Post<'a> {
    let text = status.whole_text();
    let answers_post = post.is_reply && (post.parent_id.is_some() || post.in_reply_to_author_id.is_none());
    let until = handles::implicit_until(&text, status.whole_range(), answers_post);
    post.mentions = match status.whole_entities().and_then(|entities| entities.user_mentions.as_ref()) {
        Some(listed) => listed.iter().filter_map(|mentioned| mention(mentioned, until)).collect(),
        None => handles::of_text(&text, Platform::X, until),
    };
    if let Some(entities) = status.whole_entities() {
        post.hashtags = entities.hashtags.iter().flatten().filter_map(|tag| without_sign('#', &tag.text)).collect();
        post.urls = entities.urls.iter().flatten().filter_map(|link| first([link.expanded_url.clone(), link.url.clone()])).collect();
    }
    post.media_count = status.whole_media().map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
    post.text = unescape(match &status.retweeted_status {
        Some(original) => original.whole_text(),
        None => text,
    });
    post
}

/// Returns the account's age in the spelling that all other times have.
fn rfc3339(written: Str<'_>) -> Str<'_> {
    super::time::parse(&written).map_or(written, |at| at.to_string().into())
}

fn mention<'a>(mentioned: &UserMention<'a>, until: usize) -> Option<Mention<'a>> {
    let end = mentioned.indices.as_ref().and_then(|indices| indices.get(1)).and_then(|&end| usize::try_from(end).ok());
    Some(Mention {
        handle: without_sign('@', &mentioned.screen_name)?,
        id: first([mentioned.id_str.clone(), mentioned.id.clone()]),
        implicit: end.is_some_and(|end| end <= until),
        profile: None,
    })
}

impl<'a> Status<'a> {
    fn own_id(&self) -> Option<Str<'a>> {
        first([self.id_str.clone(), self.id.clone()])
    }

    fn first_id(&self) -> Option<Str<'a>> {
        let history = self.edit_history.as_ref()?;
        first([history.initial_tweet_id.clone(), history.edit_tweet_ids.as_ref().and_then(|ids| ids.first().cloned())])
    }

    fn whole_text(&self) -> Str<'a> {
        let extended = self.extended_tweet.as_ref().and_then(|extended| extended.full_text.clone());
        first([extended, self.full_text.clone(), self.text.clone()]).unwrap_or_default()
    }

    fn whole_range(&self) -> Option<&[i64]> {
        self.extended_tweet.as_ref().and_then(|extended| extended.display_text_range.as_deref()).or(self.display_text_range.as_deref())
    }

    fn whole_entities(&self) -> Option<&Entities<'a>> {
        self.extended_tweet.as_ref().and_then(|extended| extended.entities.as_ref()).or(self.entities.as_ref())
    }

    fn whole_media(&self) -> Option<usize> {
        let extended = self.extended_tweet.as_ref().and_then(|extended| extended.extended_entities.as_ref());
        let listed = extended.or(self.extended_entities.as_ref()).or_else(|| self.whole_entities());
        listed.and_then(|entities| entities.media.as_ref()).map(Vec::len)
    }
}

#[cfg(test)]
mod tests;
