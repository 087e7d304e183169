//! Many posts in a short time (W-10, TelkomCare, second condition; D36 to D38).

use crate::config::reader::Table;
use crate::post::Platform;
use crate::signals::{Findings, History, MAX_POSTS, Measure, PastPost, Place, Scope, SignalId, View, What};

/// A signal over the customer's posts in a sliding window of event time.
#[derive(Debug)]
pub struct Burst {
    /// How many posts it takes, the first included.
    pub posts: u16,
    /// For each platform: first and last post lie less than that many milliseconds apart.
    pub within: [i64; Platform::ALL.len()],
    /// How many of them must be complaints.
    pub complaints: Complaints,
    /// The signal that makes this post a complaint.
    pub complaint: SignalId,
}

/// How many posts of a burst must be complaints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaints {
    /// One at least, whichever.
    Any,
    /// Each of them.
    All,
    /// It does not matter.
    None,
}

impl Burst {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> Measure {
        let within = self.within[view.post.platform as usize];
        let this = PastPost { at: view.written_at, complaint: findings.met(self.complaint) };
        let most = self.most(history.posts, this, within);
        let measure = Measure::counting(most, self.posts);
        if measure.met {
            findings.note(What::Fact("posts in the window"), Place::Elsewhere);
        }
        measure
    }

    /// Returns whether `posts`, in order of time, still make a burst. Where the platform is not known, the widest
    /// window of all counts: what was a burst is not given up for want of a name.
    pub fn remains(&self, posts: &[PastPost], platform: Option<Platform>) -> bool {
        let within = platform.map_or_else(|| self.within.into_iter().max().unwrap_or(0), |platform| self.within[platform as usize]);
        posts.iter().enumerate().any(|(at, &this)| {
            let others: Vec<PastPost> = posts[..at].iter().chain(&posts[at + 1..]).copied().collect();
            self.most(&others, this, within) >= usize::from(self.posts)
        })
    }

    /// Returns the most posts that lie with `this` in one window and satisfy the demand for complaints. `past` is in
    /// order of time; the window is strictly shorter than `within`.
    pub fn most(&self, past: &[PastPost], this: PastPost, within: i64) -> usize {
        let place = past.partition_point(|post| post.at <= this.at);
        let near = |post: &PastPost| (post.at.since(this.at)).abs() < within;
        let first = place - past[..place].iter().rev().take_while(|post| near(post)).count();
        let end = place + past[place..].iter().take_while(|post| near(post)).count();
        (first..=place).map(|start| self.window_from(past, this, start, place, end, within)).max().unwrap_or(0)
    }

    /// Returns the posts in the widest window that begins with `past[start]`, or with `this` where `start` is its place; 0 if
    /// the window does not reach `this` or lacks complaints.
    fn window_from(&self, past: &[PastPost], this: PastPost, start: usize, place: usize, end: usize, within: i64) -> usize {
        let opens = if start < place { past[start].at } else { this.at };
        let after = past[place..end].iter().take_while(|post| post.at.since(opens) < within).count();
        let window = past[start..place + after].iter().chain([&this]);
        let satisfied = match self.complaints {
            Complaints::Any => window.clone().any(|post| post.complaint),
            Complaints::All => window.clone().all(|post| post.complaint),
            Complaints::None => true,
        };
        if satisfied && this.at.since(opens) < within { window.count() } else { 0 }
    }
}

impl Burst {
    /// Reads `posts`, `within` and `complaint`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let posts = table.required("posts").integer(2..=MAX_POSTS).and_then(|posts| u16::try_from(posts).ok());
        let within = scope.channels().durations(table, "within");
        let choices = [("any", Complaints::Any), ("all", Complaints::All), ("none", Complaints::None)];
        let complaints = table.optional("complaint").one_of(&choices).unwrap_or(Complaints::Any);
        let complaint = scope.complaint();
        Some(Burst { posts: posts?, within: within?, complaints, complaint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Millis;

    fn check(past: &[(i64, bool)], this: (i64, bool), complaints: Complaints, most: usize) {
        let burst = Burst { posts: 5, within: [300_000; 5], complaints, complaint: 0 };
        let post = |&(seconds, complaint): &(i64, bool)| PastPost { at: Millis::new(seconds * 1000), complaint };
        let past: Vec<PastPost> = past.iter().map(post).collect();
        assert_eq!(burst.most(&past, post(&this), 300_000), most, "{past:?} {this:?}");
    }

    #[test]
    fn the_window_is_strict_and_slides() {
        let calm = |seconds: &[i64]| seconds.iter().map(|&s| (s, false)).collect::<Vec<_>>();
        check(&calm(&[0, 60, 120, 180]), (299, true), Complaints::Any, 5);
        check(&calm(&[0, 60, 120, 180]), (300, true), Complaints::Any, 4);
        check(&calm(&[0, 60, 120, 180]), (299, false), Complaints::Any, 0);
        check(&calm(&[0, 60, 120, 180]), (299, false), Complaints::None, 5);
        check(&[(0, true), (60, false)], (61, true), Complaints::All, 1);
        check(&[], (0, true), Complaints::Any, 1);
    }

    #[test]
    fn what_is_left_of_a_burst_is_judged_by_the_window_of_its_channel() {
        let mut within = [300_000; 5];
        within[Platform::Email as usize] = 900_000;
        let burst = Burst { posts: 5, within, complaints: Complaints::Any, complaint: 0 };
        let check = |minutes: [i64; 5], platform: Option<Platform>, remains: bool| {
            let posts = minutes.map(|minutes| PastPost { at: Millis::new(minutes * 60_000), complaint: minutes == 0 });
            assert_eq!(burst.remains(&posts, platform), remains, "{minutes:?} {platform:?}");
        };
        check([0, 3, 6, 9, 12], Some(Platform::Email), true);
        check([0, 3, 7, 11, 15], Some(Platform::Email), false);
        for social in [Platform::X, Platform::Facebook, Platform::Instagram, Platform::Other] {
            check([0, 3, 6, 9, 12], Some(social), false);
            check([0, 1, 2, 3, 4], Some(social), true);
        }
        check([0, 3, 6, 9, 12], None, true);
    }

    #[test]
    fn a_late_post_joins_the_windows_around_it() {
        check(&[(0, true), (100, false), (250, false), (390, false)], (95, false), Complaints::Any, 4);
        check(&[(200, false), (250, true), (390, false), (399, false)], (100, false), Complaints::Any, 5);
    }
}
