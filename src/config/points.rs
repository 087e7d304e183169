//! What a score adds up: whole hundredths, so that three times 0.1 reaches 0.3. In binary fractions it does not.
//!
//! Knows no weight by name.

use std::iter::Sum;
use std::ops::{AddAssign, Sub};

const IN_ONE: f64 = 100.0;

/// A weight, a sum of weights or a threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(i32);

impl Points {
    /// No weight at all.
    pub const NONE: Points = Points(0);

    /// Returns the points that are `written`, at most a few thousand of either sign; `None`: that is finer than a hundredth.
    pub fn written(written: f64) -> Option<Self> {
        let points = Points::nearest(written);
        ((f64::from(points.0) / IN_ONE - written).abs() < 1e-9).then_some(points)
    }

    /// Returns the points that [`Points::value`] gave as `value`.
    pub fn of_value(value: f32) -> Self {
        Points::nearest(f64::from(value))
    }

    #[expect(clippy::cast_possible_truncation, reason = "weights are at most a thousand, and lists have a few thousand entries")]
    fn nearest(number: f64) -> Self {
        // `round` is a call where the processor is not known to have it.
        Points((number * IN_ONE + 0.5_f64.copysign(number)) as i32)
    }

    /// Returns how many hundredths these are.
    pub fn hundredths(self) -> i32 {
        self.0
    }

    /// Returns the points as the number that is shown.
    #[expect(clippy::cast_possible_truncation, reason = "the nearest number of fewer digits is meant")]
    pub fn value(self) -> f32 {
        (f64::from(self.0) / IN_ONE) as f32
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, more: Points) {
        self.0 = self.0.saturating_add(more.0);
    }
}

impl Sub for Points {
    type Output = Points;

    fn sub(self, less: Points) -> Points {
        Points(self.0.saturating_sub(less.0))
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        Points(points.fold(0, |sum, more| sum.saturating_add(more.0)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_in_hundredths_stays_what_it_is(hundredths in -200_000..200_000_i32) {
            let written: f64 = format!("{}.{:02}", hundredths / 100, (hundredths % 100).abs()).parse().unwrap_or(f64::NAN);
            let points = Points::written(written).expect("two digits");
            prop_assert_eq!(Points::of_value(points.value()), points);
            prop_assert_eq!(Points::written(written + 0.001), None);
            prop_assert_eq!(Points::written(written - 0.004), None);
        }
    }

    #[test]
    fn three_times_a_tenth_is_three_tenths() {
        let tenth = Points::written(0.1).expect("one digit");
        let sum: Points = [tenth; 3].into_iter().sum();
        assert_eq!(sum, Points::written(0.3).expect("one digit"));
        assert_eq!(sum - tenth, Points::written(0.2).expect("one digit"));
    }
}
