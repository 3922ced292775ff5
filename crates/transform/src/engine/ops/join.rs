//! `join` and `lookup`: rows of two tables side by side.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use crate::kql::ast::JoinKind;
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct Join {
    pub span: Span,
    pub kind: JoinKind,
    pub right: Rc<Plan>,
    /// The columns that must be equal, left and right.
    pub keys: Vec<(Arc<str>, Arc<str>)>,
    /// Whether the keys of the right side are left out.
    pub lookup: bool,
    /// The columns, where they are known before.
    pub schema: Option<Rc<Schema>>,
}

impl Operate for Join {
    fn run(&self, exec: &Exec, left: Table) -> Result<Table, Failure> {
        let right = exec.run(&self.right)?;
        let (lefts, rights): (Vec<Arc<str>>, Vec<Arc<str>>) = self.keys.iter().cloned().unzip();
        let (lefts, rights) = (super::link(&lefts, &left)?, super::link(&rights, &right)?);
        let key = |row: &Row, places: &[usize]| -> Option<Vec<Key>> {
            // Null is equal to nothing.
            places.iter().map(|at| (!row[*at].is_null()).then(|| Key(row[*at].clone()))).collect()
        };
        let mut index: FxHashMap<Vec<Key>, Vec<usize>> = FxHashMap::default();
        for (at, row) in right.rows.iter().enumerate() {
            exec.step(self.span, at)?;
            if let Some(key) = key(row, &rights) {
                index.entry(key).or_default().push(at);
            }
        }
        let partners = |row: &Row| key(row, &lefts).and_then(|key| index.get(&key));
        match self.kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => {
                let wanted = self.kind == JoinKind::LeftSemi;
                let rows =
                    left.rows.iter().filter(|row| partners(row).is_some() == wanted).cloned().collect();
                return Ok(Table::new(left.schema, rows));
            }
            JoinKind::RightSemi | JoinKind::RightAnti => {
                let mut met = vec![false; right.rows.len()];
                left.rows.iter().filter_map(partners).flatten().for_each(|at| met[*at] = true);
                let wanted = self.kind == JoinKind::RightSemi;
                let rows = right.rows.iter().zip(met).filter(|(_, met)| *met == wanted);
                return Ok(Table::new(right.schema, rows.map(|(row, _)| Rc::clone(row)).collect()));
            }
            _ => {}
        }
        let kept: Vec<usize> =
            (0..right.schema.len()).filter(|at| !(self.lookup && rights.contains(at))).collect();
        let schema = match &self.schema {
            Some(schema) => Rc::clone(schema),
            None => Rc::new(side_by_side(&left.schema, &right.schema, &kept)),
        };
        let missing = |schema: &Schema, at: usize| Value::missing(schema.kind(at));
        let pair = |one: Option<&Row>, other: Option<&Row>| -> Row {
            let own = (0..left.schema.len())
                .map(|at| one.map_or_else(|| missing(&left.schema, at), |row| row[at].clone()));
            let others = kept
                .iter()
                .map(|at| other.map_or_else(|| missing(&right.schema, *at), |row| row[*at].clone()));
            own.chain(others).collect()
        };
        let mut rows: Vec<Row> = Vec::new();
        let mut met = vec![false; right.rows.len()];
        let mut seen: rustc_hash::FxHashSet<Vec<Key>> = rustc_hash::FxHashSet::default();
        let mut doubles = 0_usize;
        for row in left.rows.iter() {
            exec.step(self.span, rows.len())?;
            let found = partners(row);
            if self.kind == JoinKind::InnerUnique
                && let Some(key) = key(row, &lefts)
                && !seen.insert(key)
            {
                doubles += usize::from(found.is_some());
                continue;
            }
            match found {
                Some(found) => {
                    for at in found {
                        met[*at] = true;
                        rows.push(pair(Some(row), right.rows.get(*at)));
                        exec.step(self.span, rows.len())?;
                    }
                    exec.rows_allowed(self.span, rows.len())?;
                }
                None if matches!(self.kind, JoinKind::LeftOuter | JoinKind::FullOuter) => {
                    rows.push(pair(Some(row), None));
                }
                None => {}
            }
        }
        if doubles > 0 {
            exec.note(
                self.span,
                format!(
                    "this join is `innerunique`: of {doubles} more rows on the left with the same key, none was \
                     joined; which row of a key is taken is not defined"
                ),
            );
        }
        if matches!(self.kind, JoinKind::RightOuter | JoinKind::FullOuter) {
            for (row, _) in right.rows.iter().zip(met).filter(|(_, met)| !met) {
                rows.push(pair(None, Some(row)));
            }
        }
        Ok(Table::new(schema, rows))
    }
}

/// The columns of both sides; a name that the left has gets a number on the right.
pub fn side_by_side(left: &Schema, right: &Schema, kept: &[usize]) -> Schema {
    let mut all = left.clone();
    for at in kept {
        let (name, kind) = &right.columns[*at];
        if all.find(name).is_none() {
            all.push(Arc::clone(name), *kind);
            continue;
        }
        let mut number = 1;
        loop {
            let numbered = format!("{name}{number}");
            if all.find(&numbered).is_none() && right.find(&numbered).is_none() {
                all.push(numbered.into(), *kind);
                break;
            }
            number += 1;
        }
    }
    all
}
