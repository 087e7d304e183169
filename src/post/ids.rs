//! Ids of posts, compared with each other. What they are made of is up to the platform.

/// Returns whether two ids of posts are the same. Those of one customer begin with the same digits and end with others, and
/// each of his posts is compared with all that are remembered: the ends are looked at first.
pub fn same_id(one: &str, other: &str) -> bool {
    one.as_bytes().last() == other.as_bytes().last() && one == other
}
