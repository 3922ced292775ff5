//! `ipv4_lookup` and `ipv6_lookup`: rows with those of a table whose ranges hold their address.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::convert;
use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::functions::networks::Family;
use super::super::table::{Row, Table};
use super::super::value::Value;
use super::join::side_by_side;
use super::{cx, link};
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct NetworkLookup {
    pub family: Family,
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub table: Rc<Plan>,
    pub source: Node,
    /// The column of the table that holds the ranges.
    pub key: Arc<str>,
    /// Columns of both tables that must be equal.
    pub extra: Vec<Arc<str>>,
    /// Whether rows without a range stay.
    pub unmatched: bool,
}

impl Operate for NetworkLookup {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let table = exec.run(&self.table)?;
        let key = link(std::slice::from_ref(&self.key), &table)?[0];
        let (own, other) = (link(&self.extra, &input)?, link(&self.extra, &table)?);
        // The ranges by their lengths, so that an address is looked up once for each length.
        let mut ranges: FxHashMap<(u32, u128), Vec<usize>> = FxHashMap::default();
        let mut lengths: Vec<u32> = Vec::new();
        for (at, row) in table.rows.iter().enumerate() {
            if let Some((ip, bits)) = (self.family.read)(&convert::text(&row[key])) {
                ranges.entry((bits, self.family.masked(ip, bits))).or_default().push(at);
                if !lengths.contains(&bits) {
                    lengths.push(bits);
                }
            }
        }
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        let kept: Vec<usize> = (0..table.schema.len()).filter(|at| !other.contains(at)).collect();
        let schema = Rc::new(side_by_side(&input.schema, &table.schema, &kept));
        let mut rows: Vec<Row> = Vec::new();
        for (at, row) in input.rows.iter().enumerate() {
            exec.step(self.span, rows.len())?;
            let address = convert::text(&cx(exec, &input, &map, at).eval(&self.source)?);
            let mut found = false;
            if let Some((ip, own_bits)) = (self.family.read)(&address) {
                for bits in lengths.iter().filter(|bits| **bits <= own_bits) {
                    for place in ranges.get(&(*bits, self.family.masked(ip, *bits))).into_iter().flatten() {
                        let partner = &table.rows[*place];
                        let equal = own.iter().zip(&other).all(|(a, b)| {
                            super::super::ordering::equal(&row[*a], &partner[*b]) == Some(true)
                        });
                        if equal {
                            found = true;
                            rows.push(
                                row.iter().chain(kept.iter().map(|at| &partner[*at])).cloned().collect(),
                            );
                        }
                    }
                }
            }
            if !found && self.unmatched {
                let rest = kept.iter().map(|at| Value::missing(table.schema.kind(*at)));
                rows.push(row.iter().cloned().chain(rest).collect());
            }
        }
        Ok(Table::new(schema, rows))
    }
}
