//! One post of X API v2 to the canonical post.

use super::wire::{Entities, Includes, Tweet};
use crate::formats::handles;
use crate::formats::html::unescape;
use crate::formats::wire::{first, first_time, without_sign};
use crate::formats::{Rejected, x};
use crate::post::{Author, EventKind, Mention, Millis, Platform, Post, Str};

/// Reads a post with the users and posts that came with it.
pub(in crate::formats) fn post<'a>(tweet: Tweet<'a>, includes: &Includes<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let id = first([tweet.id.clone()]).ok_or_else(|| Rejected::missing("id"))?;
    let first_id = tweet.first_id().unwrap_or(&id).clone();
    let created_at = match first_time(&[("created_at", &tweet.created_at)])? {
        Some(at) => at,
        None => x::time_of_id(&id).unwrap_or(received_at),
    };
    let author = author(&tweet, includes, created_at);
    let handle = author.as_ref().and_then(|author| author.handle.as_deref());
    let url = x::url_of(handle, &id);
    let edited = first_id != id;
    let post = Post {
        event_kind: if edited { EventKind::Edit } else { EventKind::Create },
        platform: Platform::X,
        version: edited.then(|| id.clone()),
        conversation_id: first([tweet.conversation_id.clone()]),
        lang: tweet.lang.clone(),
        media_count: tweet
            .attachments
            .as_ref()
            .and_then(|all| all.media_keys.as_ref())
            .map_or(0, |keys| u32::try_from(keys.len()).unwrap_or(u32::MAX)),
        post_id: first_id,
        author,
        created_at,
        url: Some(url),
        ..Post::default()
    };
    let mut post = with_words(with_references(post, &tweet, &id, includes), &tweet, includes);
    let answered = post.in_reply_to_author_id.as_deref().and_then(|id| includes.user(Some(id), None));
    handles::note_answered(&mut post, answered.and_then(|user| user.username.clone()));
    Ok(post)
}

fn author<'a>(tweet: &Tweet<'a>, includes: &Includes<'a>, at: Millis) -> Option<Author<'a>> {
    let id = first([tweet.author_id.clone()])?;
    let profile = includes.user(Some(&id), None).map(|user| user.profile(at));
    Some(profile.unwrap_or_else(|| Author { id: Some(id), ..Author::default() }))
}

/// Returns what the post answers, quotes or passes on.
fn with_references<'a>(mut post: Post<'a>, tweet: &Tweet<'a>, id: &Str<'a>, includes: &Includes<'a>) -> Post<'a> {
    post.parent_id = tweet.referenced("replied_to").cloned();
    let parent_author = post.parent_id.as_ref().and_then(|id| includes.tweet(id)).and_then(|parent| parent.author_id.clone());
    post.in_reply_to_author_id = first([tweet.in_reply_to_user_id.clone(), parent_author]);
    let begins_conversation = post.conversation_id.as_ref().is_none_or(|conversation| *conversation == post.post_id || conversation == id);
    post.is_repost = tweet.referenced("retweeted").is_some();
    post.is_reply = post.parent_id.is_some() || post.in_reply_to_author_id.is_some() || (!begins_conversation && !post.is_repost);
    if let Some(quoted) = tweet.referenced("quoted") {
        post.is_quote = true;
        post.quoted_text = includes.tweet(quoted).map(|quoted| unescape(quoted.whole_text()));
    }
    post
}

/// Returns the text and what stands in it.
fn with_words<'a>(mut post: Post<'a>, tweet: &Tweet<'a>, includes: &Includes<'a>) -> Post<'a> {
    let text = tweet.whole_text();
    // Handles are put in front of an answer to a post; who just begins with a handle wrote it himself.
    let answers_post = post.is_reply && (post.parent_id.is_some() || post.in_reply_to_author_id.is_none());
    let until = handles::implicit_until(&text, tweet.display_text_range.as_deref(), answers_post);
    post.mentions = mentions(tweet.whole_entities(), &text, until, includes, post.created_at);
    if let Some(entities) = tweet.whole_entities() {
        post.hashtags = entities.hashtags.iter().flatten().filter_map(|tag| without_sign('#', &tag.tag)).collect();
        let (pictures, links): (Vec<_>, Vec<_>) = entities.urls.iter().flatten().partition(|link| link.is_own_picture());
        post.media_count = post.media_count.max(u32::try_from(pictures.len()).unwrap_or(u32::MAX));
        post.urls = links.into_iter().filter_map(|link| first([link.expanded_url.clone(), link.url.clone()])).collect();
    }
    let passed_on = tweet.referenced("retweeted").and_then(|id| includes.tweet(id)).map(Tweet::whole_text);
    post.text = unescape(match passed_on {
        Some(original) => original,
        None if post.is_repost => x::without_repost_prefix(text),
        None => text,
    });
    post
}

fn mentions<'a>(entities: Option<&Entities<'a>>, text: &str, until: usize, includes: &Includes<'a>, at: Millis) -> Vec<Mention<'a>> {
    let Some(listed) = entities.and_then(|entities| entities.mentions.as_ref()) else {
        // Entities come only where they were asked for.
        let mut named = handles::of_text(text, Platform::X, until);
        for mention in &mut named {
            mention.profile = includes.user(None, Some(&mention.handle)).map(|user| user.profile(at));
            mention.id = mention.profile.as_ref().and_then(|profile| profile.id.clone());
        }
        return named;
    };
    let mention = |mentioned: &super::wire::Mentioned<'a>| {
        let handle = without_sign('@', &mentioned.username)?;
        let profile = includes.user(mentioned.id.as_deref(), Some(&handle)).map(|user| user.profile(at));
        let implicit = mentioned.end.is_some_and(|end| end <= until);
        Some(Mention { handle, id: mentioned.id.clone(), implicit, profile })
    };
    listed.iter().filter_map(mention).collect()
}
