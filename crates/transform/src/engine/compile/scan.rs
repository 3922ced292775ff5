//! `scan`

use std::rc::Rc;
use std::sync::Arc;

use super::super::exec::Plan;
use super::super::ops::scan::{Read, Scan, Step};
use super::super::table::Schema;
use super::parsing::declared;
use super::{At, Binding, Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{self, ExprKind, ScanOutput};
use crate::kql::types::{Column, Relation, Scalar};

impl<'q> Compiler<'q> {
    pub(super) fn scan(&mut self, stage: Stage<'q, '_>, scan: &'q ast::Scan) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        if before.has_unknown_columns {
            return refused(operator.keyword, "`scan` over rows whose columns are not known");
        }
        let row = RowScope::new(before, at.level + 1);
        let order = self.sort_keys(&scan.order, at.with_row(&row))?;
        let partition = self.values(&scan.partition, at.with_row(&row))?;
        let mut columns: Vec<Column> = before.columns.iter().cloned().collect();
        let width = columns.len();
        let mut defaults: Vec<(Scalar, Option<super::super::eval::Node>)> = Vec::new();
        for parameter in &scan.declared {
            let kind = declared(&parameter.column, Scalar::Dynamic);
            let default = parameter.default.as_ref().map(|default| self.value(default, at.without_row()));
            defaults.push((kind, default.transpose()?));
            columns.push(Column::new(&*parameter.column.name.text, kind));
        }
        let all = Relation::closed(columns);
        let schema = Schema::of(&all);
        let mut env = at.env;
        for step in &scan.steps {
            env = self.define(env, &step.name.text, Binding::Members);
        }
        let inside = RowScope::new(&all, at.level + 1);
        let mut steps = Vec::new();
        for step in &scan.steps {
            if step.output == ScanOutput::Last {
                return refused(step.name.span, "`output=last`");
            }
            let own = At { env, ..at.with_row(&inside) };
            let condition = self.value(&step.condition, own)?;
            let mut assignments = Vec::new();
            for assignment in &step.assignments {
                let ExprKind::Named { names, value, .. } = &assignment.kind else {
                    return refused(assignment.span, "this assignment");
                };
                let target = names.first().and_then(|name| schema.find(&name.text)).filter(|at| *at >= width);
                let Some(target) = target else { return refused(assignment.span, "this assignment") };
                assignments.push((target, self.value(value, own)?));
            }
            steps.push(Step { condition, assignments, returns: step.output == ScanOutput::All });
        }
        let mut reads = Vec::new();
        for name in inside.into_used() {
            let read = match name.split_once('\u{1}') {
                None => schema.find(&name).map(|column| Read { step: None, column }),
                Some((step, column)) => {
                    let step = scan.steps.iter().position(|own| *own.name.text == *step);
                    step.zip(schema.find(column)).map(|(step, column)| Read { step: Some(step), column })
                }
            };
            let Some(read) = read else {
                return refused(operator.keyword, &format!("`{}`", name.replace('\u{1}', ".")));
            };
            reads.push(read);
        }
        let used: Vec<Arc<str>> = row.into_used();
        let runs = Scan {
            span: operator.keyword,
            schema: Rc::new(Schema::of(after)),
            used,
            order,
            partition,
            declared: defaults,
            reads,
            steps,
            width,
        };
        Ok(plan(Some(input), operator, after, runs))
    }
}
