//! Which tokens begin a line, so that it can be asked whether any of a range does.

/// A set of tokens with counts of its ranges, each change and each question in logarithmic time.
pub(super) struct Lines {
    begins: Vec<bool>,
    /// A binary indexed tree of the counts.
    sums: Vec<u32>,
}

impl Lines {
    pub(super) fn new(begins: Vec<bool>) -> Self {
        let mut sums = vec![0; begins.len() + 1];
        for (at, begins) in begins.iter().enumerate() {
            let at = at + 1;
            sums[at] += u32::from(*begins);
            let parent = at + lowest_bit(at);
            if parent < sums.len() {
                sums[parent] += sums[at];
            }
        }
        Self { begins, sums }
    }

    /// Lets a token begin a line.
    pub(super) fn begin(&mut self, token: usize) {
        if token >= self.begins.len() || std::mem::replace(&mut self.begins[token], true) {
            return;
        }
        let mut at = token + 1;
        while at < self.sums.len() {
            self.sums[at] += 1;
            at += lowest_bit(at);
        }
    }

    /// Whether any of the tokens from `first` to before `end` begins a line.
    pub(super) fn any(&self, first: usize, end: usize) -> bool {
        first < end && self.before(end) > self.before(first)
    }

    /// How many tokens before one begin a line.
    fn before(&self, token: usize) -> u32 {
        let mut at = token.min(self.begins.len());
        let mut sum = 0;
        while at > 0 {
            sum += self.sums[at];
            at -= lowest_bit(at);
        }
        sum
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn ranges_are_counted() {
        let begins: Vec<bool> = (0..37).map(|at| at % 5 == 0).collect();
        let mut lines = Lines::new(begins);
        lines.begin(13);
        lines.begin(13);
        for first in 0..37 {
            for end in first..=37 {
                let any = (first..end).any(|at| at % 5 == 0 || at == 13);
                assert_eq!(lines.any(first, end), any, "{first}..{end}");
            }
        }
    }
}
