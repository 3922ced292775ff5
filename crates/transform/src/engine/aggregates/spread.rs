//! How far values lie from their mean, and how two of them move together.

use super::super::value::Value;
use super::Accumulate;

/// The variance, by Welford's method.
#[derive(Debug, Default)]
pub(super) struct Spread {
    root: bool,
    sample: bool,
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// `root` is whether the result is the deviation; `sample`, whether the values are a sample of others.
    pub(super) fn new(root: bool, sample: bool) -> Self {
        Self { root, sample, ..Self::default() }
    }
}

impl Accumulate for Spread {
    fn add(&mut self, args: &[Value]) {
        let Some(value) = args.first().and_then(Value::as_real) else { return };
        self.count += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        let by = if self.sample { self.count - 1.0 } else { self.count };
        out.push(if by <= 0.0 {
            Value::Real(0.0)
        } else {
            let variance = self.squares / by;
            Value::Real(if self.root { variance.sqrt() } else { variance })
        });
    }
}

/// The covariance of two values; rows that lack one of them do not count.
#[derive(Debug, Default)]
pub(super) struct Together {
    sample: bool,
    count: f64,
    means: (f64, f64),
    products: f64,
}

impl Together {
    pub(super) fn new(sample: bool) -> Self {
        Self { sample, ..Self::default() }
    }
}

impl Accumulate for Together {
    fn add(&mut self, args: &[Value]) {
        let number = |at: usize| args.get(at).and_then(Value::as_real);
        let (Some(a), Some(b)) = (number(0), number(1)) else { return };
        self.count += 1.0;
        let delta = a - self.means.0;
        self.means.0 += delta / self.count;
        self.means.1 += (b - self.means.1) / self.count;
        self.products += delta * (b - self.means.1);
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        let by = if self.sample { self.count - 1.0 } else { self.count };
        out.push(Value::Real(if by <= 0.0 { 0.0 } else { self.products / by }));
    }
}
