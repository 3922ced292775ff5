//! The places that can be changed, found in the syntax tree.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A part of the changed code: new text, or a part of the old.
#[derive(Clone, Debug)]
pub enum Piece {
    New(String),
    Old(Range<usize>),
}

/// How a place is changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another expression stands there.
    Instead(Vec<Piece>),
    /// This statement runs first.
    Before(String),
}

/// A place with one change.
#[derive(Clone, Debug)]
pub struct Site {
    /// The file, relative to the project.
    pub file: String,
    /// The bytes that are replaced; empty for a statement that runs first.
    pub place: Range<usize>,
    pub change: Change,
    line: usize,
    column: usize,
    what: String,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)
    }
}

impl Site {
    /// Whether this is one of the given changes.
    pub fn is_among(&self, list: &[(String, String)]) -> bool {
        list.iter().any(|(file, what)| *file == self.file && *what == self.what)
    }
}

/// Changes after which the program does the same, with the file of each: no test can notice them, and they are not drawn.
pub fn equivalent(root: &Path) -> Result<Vec<(String, String)>, String> {
    let path = root.join("xtask/mutants/equivalent.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let list: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let list = list.as_array().ok_or("not a list")?.iter().map(|entry| {
        let field = |key: &str| entry[key].as_str().map(str::to_owned);
        field("reason").and_then(|_| Some((field("file")?, field("what")?)))
    });
    list.collect::<Option<_>>()
        .ok_or("an equivalent change has a `file`, `what` it is, and a `reason`".into())
}

/// Every place below the given files and folders, in their order.
pub fn find(root: &Path, only: &[String]) -> Result<Vec<Site>, String> {
    let mut files = Vec::new();
    for path in only {
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut found = Vec::new();
    for path in files {
        let name = path.strip_prefix(root).map_err(|error| error.to_string())?.display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let tree = syn::parse_file(&text).map_err(|error| format!("{name}: {error}"))?;
        let mut finder = Finder { file: &name, text: &text, found: &mut found };
        finder.visit_file(&tree);
    }
    Ok(found)
}

/// Sources apart from tests, from data, and from the properties that only tests and fuzz targets ask of a text.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if ["tests", "testing", "data", "holds"].contains(&&*stem) || stem.ends_with("_tests") {
        return Ok(());
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(|error| error.to_string())? {
            collect(&entry.map_err(|error| error.to_string())?.path(), files)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        files.push(path.to_owned());
    } else if !path.exists() {
        return Err(format!("there is no {}", path.display()));
    }
    Ok(())
}

/// Changes written down by hand; what they replace must be there once.
pub fn by_hand(root: &Path, list: &Path) -> Result<Vec<Site>, String> {
    let text = std::fs::read_to_string(list).map_err(|error| format!("{}: {error}", list.display()))?;
    let list: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for entry in list.as_array().ok_or("not a list")? {
        let field = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let (file, from) = (field("file"), field("from"));
        let text = std::fs::read_to_string(root.join(&file)).map_err(|error| format!("{file}: {error}"))?;
        let mut places = text.match_indices(&from);
        let (Some((at, _)), None) = (places.next(), places.next()) else {
            return Err(format!("{file} does not hold `{from}` once"));
        };
        found.push(Site {
            line: text[..at].matches('\n').count() + 1,
            column: 1 + at - text[..at].rfind('\n').map_or(0, |end| end + 1),
            place: at..at + from.len(),
            change: Change::Instead(vec![Piece::New(field("to"))]),
            what: format!("by hand: {}", field("note")),
            file,
        });
    }
    Ok(found)
}

struct Finder<'a> {
    file: &'a str,
    text: &'a str,
    found: &'a mut Vec<Site>,
}

/// Whether a condition is `test`, or any of several of which that is the first.
fn names_test(condition: &syn::Meta) -> bool {
    match condition {
        syn::Meta::List(list) if list.path.is_ident("any") => {
            list.tokens.clone().into_iter().next().is_some_and(|first| first.to_string() == "test")
        }
        other => other.path().is_ident("test"),
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args().is_ok_and(|condition: syn::Meta| names_test(&condition))
    })
}

/// Whether a `let` is one of the conditions, so that they make no expression.
fn holds_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => either_holds_let(binary),
        _ => false,
    }
}

fn either_holds_let(binary: &syn::ExprBinary) -> bool {
    holds_let(&binary.left) || holds_let(&binary.right)
}

/// Whether a block does nothing but leave.
fn leaves(block: &syn::Block) -> bool {
    use syn::{Expr, Stmt};
    let [Stmt::Expr(only, _)] = block.stmts.as_slice() else { return false };
    matches!(only, Expr::Return(_) | Expr::Continue(_) | Expr::Break(_))
}

fn returned(output: &syn::ReturnType) -> Option<String> {
    match output {
        syn::ReturnType::Default => Some("()".to_owned()),
        syn::ReturnType::Type(_, kind) => match &**kind {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        },
    }
}

impl Finder<'_> {
    fn push(&mut self, place: Range<usize>, change: Change, what: String) {
        let before = &self.text[..place.start];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
        self.found.push(Site { file: self.file.to_owned(), place, change, line, column, what });
    }

    fn instead(&mut self, expression: &impl Spanned, pieces: Vec<Piece>) {
        let place = expression.span().byte_range();
        let show = |piece: &Piece| match piece {
            Piece::New(text) => text.clone(),
            Piece::Old(range) => self.text[range.clone()].to_owned(),
        };
        let one_line = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let text = words.join(" ");
            if text.chars().count() > 70 { text.chars().take(70).chain(['…']).collect() } else { text }
        };
        let changed = pieces.iter().map(show).collect::<String>();
        let what = format!("`{}` becomes `{}`", one_line(&self.text[place.clone()]), one_line(&changed));
        self.push(place, Change::Instead(pieces), what);
    }

    /// Puts another operator between the two sides.
    fn operator(&mut self, binary: &syn::ExprBinary, operator: &str) {
        let place = binary.span().byte_range();
        let at = binary.op.span().byte_range();
        let pieces = vec![
            Piece::Old(place.start..at.start),
            Piece::New(operator.into()),
            Piece::Old(at.end..place.end),
        ];
        self.instead(binary, pieces);
    }

    fn binary(&mut self, binary: &syn::ExprBinary) {
        use syn::BinOp;
        let others: &[&str] = match binary.op {
            BinOp::Eq(_) => &["!="],
            BinOp::Ne(_) => &["=="],
            BinOp::Lt(_) => &["<=", ">="],
            BinOp::Le(_) => &["<", ">"],
            BinOp::Gt(_) => &[">=", "<="],
            BinOp::Ge(_) => &[">", "<"],
            BinOp::And(_) if !either_holds_let(binary) => &["||"],
            BinOp::Or(_) => &["&&"],
            BinOp::Add(_) => &["-"],
            BinOp::Sub(_) => &["+"],
            BinOp::AddAssign(_) => &["-="],
            BinOp::SubAssign(_) => &["+="],
            BinOp::BitAnd(_) => &["|"],
            BinOp::BitOr(_) => &["&"],
            _ => &[],
        };
        for other in others {
            self.operator(binary, other);
        }
    }

    fn literal(&mut self, literal: &syn::ExprLit) {
        let new = match &literal.lit {
            syn::Lit::Bool(value) => (!value.value).to_string(),
            syn::Lit::Int(value) => match value.base10_parse::<u64>() {
                Ok(number) => format!("{}{}", number.saturating_add(1), value.suffix()),
                Err(_) => return,
            },
            _ => return,
        };
        self.instead(literal, vec![Piece::New(new)]);
    }

    /// What users read, where it is reported where it stands.
    fn message(&mut self, argument: &syn::Expr) {
        if let syn::Expr::Lit(literal) = argument
            && let syn::Lit::Str(_) = literal.lit
        {
            self.instead(literal, vec![Piece::New("\"changed\"".into())]);
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if signature.constness.is_some() || block.stmts.is_empty() {
            return;
        }
        let values: &[&str] = match returned(&signature.output).as_deref() {
            Some("bool") => &["true", "false"],
            Some("Option") => &["None"],
            Some("()") => &[""],
            Some("Vec") => &["Vec::new()"],
            Some("String") => &["String::from(\"changed\")"],
            _ => &[],
        };
        let at = block.brace_token.span.open().byte_range().end;
        for value in values {
            let what = format!("`{}` returns `{value}` at once", signature.ident);
            self.push(at..at, Change::Before(format!("return {value};")), what.replace(" ``", ""));
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item;
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            // What is constant cannot ask at run time.
            _ => return,
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if function.sig.constness.is_none() {
            self.function(&function.sig, &function.block);
            visit::visit_block(self, &function.block);
        }
    }

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if function.sig.constness.is_none() && !is_for_tests(&function.attrs) {
            self.function(&function.sig, &function.block);
            visit::visit_block(self, &function.block);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
            visit::visit_block(self, block);
        }
    }

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.binary(binary);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        if let syn::UnOp::Not(_) = unary.op {
            self.instead(unary, vec![Piece::Old(unary.expr.span().byte_range())]);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_lit(&mut self, literal: &'ast syn::ExprLit) {
        self.literal(literal);
    }

    fn visit_expr_macro(&mut self, call: &'ast syn::ExprMacro) {
        if call.mac.path.is_ident("format") {
            self.instead(call, vec![Piece::New("String::from(\"changed\")".into())]);
        }
    }

    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        if leaves(&branch.then_branch) && !holds_let(&branch.cond) {
            for value in ["true", "false"] {
                self.instead(&branch.cond, vec![Piece::New(value.into())]);
            }
        }
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if ["at", "help", "label", "label_in", "report", "error", "push"].contains(&&*name) {
            call.args.iter().for_each(|argument| self.message(argument));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        call.args.iter().for_each(|argument| self.message(argument));
        visit::visit_expr_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_changes_of_the_survey_still_fit_the_code() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sites = super::by_hand(&root.join(".."), &root.join("mutants/survey.json"));
        assert!(sites.is_ok_and(|sites| sites.len() > 20));
    }
}
