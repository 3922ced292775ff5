//! ARM's expressions: what stands between `[` and `]`, as a tree.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// `'text'`, in which a quote is doubled.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `name(arguments)`.
    Call(String, Vec<Self>),
    /// `value.key` or `value[index]`.
    Member(Box<Self>, Box<Self>),
}

/// Deeper nesting than this is not read.
const MAX_DEPTH: usize = 64;

/// The text between the brackets, where a text is an expression; `[[` begins a text that is none.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']').filter(|inner| !inner.starts_with('['))
}

/// Reads what stands between the brackets.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let mut parser = Parser { rest: text.trim_start() };
    let expression = parser.expression(0)?;
    // A bare number in brackets is a note such as `[1]`.
    let is_number = matches!(expression, Expression::Number(_));
    (parser.rest.is_empty() && !is_number).then_some(expression)
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut value = match self.rest.chars().next()? {
            '\'' => Expression::Text(self.text()?),
            '-' | '0'..='9' => {
                let digits = self.take(|c| c.is_ascii_digit() || c == '-');
                Expression::Number(digits.parse().ok()?)
            }
            _ => {
                let mut name = self.name()?;
                // `space.function(...)` is a function of the template's own.
                while self.rest.starts_with('.') {
                    self.sign('.')?;
                    name = format!("{name}.{}", self.name()?);
                }
                self.sign('(')?;
                Expression::Call(name, self.arguments(depth)?)
            }
        };
        loop {
            let member = if matches!(value, Expression::Text(_) | Expression::Number(_)) {
                return Some(value);
            } else if self.sign('.').is_some() {
                Expression::Text(self.name()?)
            } else if self.sign('[').is_some() {
                let index = self.expression(depth + 1)?;
                self.sign(']')?;
                index
            } else {
                return Some(value);
            };
            value = Expression::Member(Box::new(value), Box::new(member));
        }
    }

    fn arguments(&mut self, depth: usize) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.sign(')').is_some() {
            return Some(arguments);
        }
        loop {
            arguments.push(self.expression(depth + 1)?);
            if self.sign(')').is_some() {
                return Some(arguments);
            }
            self.sign(',')?;
        }
    }

    fn text(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            let body = self.rest.strip_prefix('\'')?;
            let end = body.find('\'')?;
            out.push_str(&body[..end]);
            self.rest = &body[end + 1..];
            if !self.rest.starts_with('\'') {
                break;
            }
            out.push('\'');
        }
        self.rest = self.rest.trim_start();
        Some(out)
    }

    fn name(&mut self) -> Option<String> {
        let name = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '#'));
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let taken = &self.rest[..end];
        self.rest = self.rest[end..].trim_start();
        taken
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(sign)?.trim_start();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_members_and_texts_are_read() {
        let call = |name: &str, arguments| Expression::Call(name.into(), arguments);
        let text = |text: &str| Expression::Text(text.into());
        assert_eq!(parse("variables('it''s')"), Some(call("variables", vec![text("it's")])));
        let member = |of, key| Expression::Member(Box::new(of), Box::new(key));
        assert_eq!(
            parse(" last( split(variables('a') . b, '/') )[ 0 ] "),
            Some(member(
                call(
                    "last",
                    vec![call(
                        "split",
                        vec![member(call("variables", vec![text("a")]), text("b")), text("/")]
                    )]
                ),
                Expression::Number(0)
            ))
        );
        assert_eq!(parse("ns.f(-1, true())").map(|_| ()), Some(()));
    }

    #[test]
    fn what_is_not_an_expression_is_not_read() {
        for text in ["Deprecated", "f(", "f('a)", "'a' b", "f(a,)", "", "a, b", "1.5", "1", "f(1.5)", "f()x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"f(".repeat(5000)), None);
        assert_eq!(
            (inside("[a]"), inside("[[a]"), inside("[a] b"), inside("[")),
            (Some("a"), None, None, None)
        );
    }
}
