//! `scan`

use std::rc::Rc;

use super::super::exec::Plan;
use super::{At, Compiler, Made, refused};
use crate::kql::ast::{Operator, Scan};

impl<'q> Compiler<'q> {
    pub(super) fn scan(
        &mut self,
        _: Rc<Plan>,
        operator: &'q Operator,
        _: &'q Scan,
        _: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        refused(operator.keyword, "`scan`")
    }
}
