//! Logistic regression by coordinate descent: weights that are held to what is written (ridge), and new ones that are
//! nothing unless they are worth it (lasso). The same posts give the same weights.

/// Rounds at most.
const ROUNDS: usize = 200;
/// Rounds between two in which weights of nothing are looked at again.
const FULL: usize = 8;
/// Changes below are the end.
const SMALL: f64 = 1e-4;

/// One thing that is counted.
#[derive(Debug, Clone)]
pub struct Column {
    /// Posts that have it, and how much of it.
    pub rows: Vec<(u32, f32)>,
    /// The weight that it is held to.
    pub prior: f64,
    pub ridge: f64,
    /// How much it must be worth.
    pub lasso: f64,
}

impl Column {
    pub fn new(ridge: f64, lasso: f64) -> Self {
        Column { rows: Vec::new(), prior: 0.0, ridge, lasso }
    }

    /// Something whose weight is written.
    pub fn known(prior: f64, ridge: f64) -> Self {
        Column { prior, ..Column::new(ridge, 0.0) }
    }
}

/// What was learned: a post is taken for one of the target if its sum is not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What the sum begins with.
    pub bias: f64,
    pub weights: Vec<f64>,
}

impl Fitted {
    /// Returns the sums of all `count` posts.
    pub fn sums(&self, columns: &[Column], count: usize) -> Vec<f64> {
        let mut sums = vec![self.bias; count];
        for (column, weight) in columns.iter().zip(&self.weights).filter(|(_, weight)| **weight != 0.0) {
            column.rows.iter().for_each(|&(row, value)| sums[row as usize] += weight * f64::from(value));
        }
        sums
    }
}

/// Learns from the posts that are `used`, beginning with `bias` and the weights that are written.
pub fn fit(columns: &[Column], targets: &[bool], used: &[bool], bias: f64) -> Fitted {
    let mut fitted = Fitted { bias, weights: columns.iter().map(|column| column.prior).collect() };
    let mut sums = fitted.sums(columns, targets.len());
    for round in 0..ROUNDS {
        let mut largest = step_bias(&mut fitted, &mut sums, targets, used);
        for (at, column) in columns.iter().enumerate() {
            if fitted.weights[at] == 0.0 && column.lasso > 0.0 && round % FULL != 0 {
                continue;
            }
            let change = step(column, fitted.weights[at], &sums, targets, used);
            if change != 0.0 {
                fitted.weights[at] += change;
                column.rows.iter().for_each(|&(row, value)| sums[row as usize] += change * f64::from(value));
                largest = largest.max(change.abs());
            }
        }
        // Only a round that looks at everything can be the last.
        if largest < SMALL && round % FULL == 0 {
            break;
        }
    }
    fitted
}

/// Returns how wrong the sum is: the slope of the loss.
fn slope(sum: f64, target: bool) -> f64 {
    1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(target))
}

fn step_bias(fitted: &mut Fitted, sums: &mut [f64], targets: &[bool], used: &[bool]) -> f64 {
    let (mut gradient, mut count) = (0.0, 0.0);
    for ((&sum, &target), _) in sums.iter().zip(targets).zip(used).filter(|(_, used)| **used) {
        gradient += slope(sum, target);
        count += 1.0;
    }
    let change: f64 = if count > 0.0 { -gradient / (0.25 * count) } else { 0.0 };
    fitted.bias += change;
    sums.iter_mut().for_each(|sum| *sum += change);
    change.abs()
}

/// Returns the step of one weight to the least of a parabola above the loss: it never overshoots.
fn step(column: &Column, weight: f64, sums: &[f64], targets: &[bool], used: &[bool]) -> f64 {
    let (mut gradient, mut curvature) = (column.ridge * (weight - column.prior), column.ridge);
    for &(row, value) in column.rows.iter().filter(|(row, _)| used[*row as usize]) {
        let (row, value) = (row as usize, f64::from(value));
        gradient += value * slope(sums[row], targets[row]);
        curvature += 0.25 * value * value;
    }
    let free = weight - gradient / curvature;
    let least = column.lasso / curvature;
    free.signum() * (free.abs() - least).max(0.0) - weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: &[u32], prior: f64, lasso: f64) -> Column {
        Column { rows: rows.iter().map(|&row| (row, 1.0)).collect(), prior, ..Column::new(0.5, lasso) }
    }

    #[test]
    fn what_tells_gains_and_what_does_not_stays() {
        // Posts 0 to 9 are meant, 10 to 19 are not.
        let targets: Vec<bool> = (0..20).map(|row| row < 10).collect();
        let telling = column(&[0, 1, 2, 3, 4, 5, 6, 7], 0.0, 0.0);
        let idle = column(&[0, 1, 10, 11], 0.0, 0.5);
        let unseen = column(&[], 0.7, 0.0);
        let columns = [telling, idle, unseen];
        let fitted = fit(&columns, &targets, &[true; 20], -1.0);
        assert!(fitted.weights[0] > 1.0, "{fitted:?}");
        assert_eq!(fitted.weights[1], 0.0, "worth nothing");
        assert!((fitted.weights[2] - 0.7).abs() < 1e-9, "nothing speaks against what is written");
        let right = fitted.sums(&columns, 20).iter().zip(&targets).filter(|(sum, target)| (**sum >= 0.0) == **target).count();
        assert!(right >= 18, "{right} of 20");
        assert_eq!(fitted, fit(&columns, &targets, &[true; 20], -1.0));
    }

    #[test]
    fn what_is_held_back_teaches_nothing() {
        let targets = [true, true, false, false];
        let columns = [column(&[0, 1], 0.0, 0.0)];
        let nothing = fit(&columns, &targets, &[false, false, true, true], 0.0);
        assert_eq!(nothing.weights, [0.0]);
    }
}
