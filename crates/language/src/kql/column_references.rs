//! Column references: where a query refers to a column as it comes from a table, and not to one of the same name that
//! the query makes. The semantic model knows each column wherever it goes on to; this says which of them count.

use super::model::{ColumnOrigin, SemanticModel, Symbol};
use crate::source::Span;

/// What the column of some rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// There is none.
    Absent,
    /// It comes straight from a table in question.
    Table,
    /// It is made by the query, or comes from elsewhere.
    Other,
}

/// The references to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// The places that name it, in order.
    pub places: Vec<Span>,
    /// What the column of that name is in the result.
    pub result: Origin,
}

/// Finds the places that mean the column of this name as it comes from a table. `origin` tells what the column of a
/// table of the workspace is. The model is one of [`Level::Full`](super::model::Level::Full).
pub fn references(model: &SemanticModel, column: &str, origin: &dyn Fn(&str) -> Origin) -> References {
    // A column is that of a table, or is called as it is because it is made from that.
    let from_table = model.columns_where(|_, made, known| {
        &*made.name == column
            && match &made.origin {
                ColumnOrigin::Table(table) => origin(table) == Origin::Table,
                ColumnOrigin::Union(parts) => parts.iter().all(|part| known.has(*part)),
                _ => made.place.is_none() && made.named_after.is_some_and(|from| known.has(from)),
            }
    });
    let means = |symbol: &Symbol| match symbol {
        Symbol::Column(id) => from_table.has(*id),
        // Under one name, both sides of a join are meant.
        Symbol::Columns(ids) => ids.iter().all(|id| from_table.has(*id)),
        _ => false,
    };
    let uses = model.occurrences().iter().filter(|occurrence| !occurrence.declares);
    let places =
        uses.filter(|occurrence| means(&occurrence.symbol)).map(|occurrence| occurrence.span).collect();
    let result = model.result.as_ref().and_then(|result| result.column(column));
    let result =
        result.map_or(
            Origin::Absent,
            |column| {
                if from_table.has(column.id) { Origin::Table } else { Origin::Other }
            },
        );
    References { places, result }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::Arc;

    use super::super::bind::{Catalog, CatalogId, External, Table, analyze};
    use super::super::parse;
    use super::super::types::{Column, Relation, Scalar};
    use super::{Origin, references};

    struct Tables;

    impl Catalog for Tables {
        fn id(&self) -> CatalogId {
            CatalogId::fresh()
        }

        fn table(&self, name: &str) -> Option<Table> {
            let columns = [
                ("At", Scalar::DateTime),
                ("A", Scalar::String),
                ("Bag", Scalar::Dynamic),
                ("B", Scalar::Dynamic),
            ];
            let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
            matches!(name, "Dev" | "Own").then(|| Table { relation: Arc::new(Relation::closed(columns)) })
        }

        fn function(&self, _: &str) -> Option<Rc<External>> {
            None
        }

        fn tables_like(&self, _: &str) -> Vec<Arc<str>> {
            Vec::new()
        }

        fn everything(&self) -> Arc<Relation> {
            Arc::default()
        }

        fn nearest_table(&self, _: &str) -> Option<String> {
            None
        }

        fn nearest_function(&self, _: &str) -> Option<String> {
            None
        }
    }

    /// The query with each reference in angle brackets, and what the column is in the result.
    fn marked(query: &str) -> (String, Origin) {
        let parsed = parse(query);
        assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
        let origin = |name: &str| match name {
            "Dev" => Origin::Table,
            "Own" => Origin::Other,
            _ => Origin::Absent,
        };
        let found = references(&analyze(query, &parsed, &Tables, &[]), "At", &origin);
        let mut out = query.to_owned();
        for place in found.places.iter().rev() {
            out.replace_range(place.range(), &format!("<{}>", &query[place.range()]));
        }
        (out, found.result)
    }

    #[test]
    fn references_are_followed_through_the_query() {
        use Origin::{Absent, Other, Table};
        for (expected, result) in [
            ("Dev | where <At> > ago(1d) | project <At>, A | sort by <At> desc", Table),
            ("Dev | extend At = bin(<At>, 1d) | where At > x", Other),
            ("Dev | project At = 1, B = <At> | where At > 0", Other),
            ("Own | where At > ago(1d)", Other),
            ("X | extend At = 1 | where At > 0", Other),
            ("Dev | summarize Last = max(<At>) by A | extend At = Last | where At > 1", Other),
            ("Dev | summarize arg_max(<At>, *) by A | project <At>", Table),
            ("Dev | summarize At = arg_max(<At>, *) by A | project At", Other),
            ("Dev | summarize Last = arg_max(<At>, *) by A | project Last", Absent),
            ("Dev | summarize count() by bin(<At>, 1h) | where <At> > 1", Table),
            (
                "let d = Dev | where <At> > ago(1d); d | join kind=inner (Own | where At > 1) on A | project <At>",
                Table,
            ),
            ("let f = (at: datetime) { Dev | where <At> > at }; f(ago(1d)) | count", Absent),
            ("Dev | join kind=leftanti (Dev | project <At>) on $left.<At> == $right.<At>", Table),
            ("union Dev, X | where <At> > 1", Table),
            ("union Dev, Own | where At > 1", Other),
            ("Dev | project-rename Then = <At> | where At > 1", Absent),
            ("Dev | project-away <At> | where At > 1", Absent),
            ("X | where Bag.At > 1 and A in ((Dev | where <At> > 1 | project A))", Absent),
            ("Dev | where Bag.At > 1 and B['At'] > 2 and tostring(<At>) has \"At\" // At", Table),
            ("X | extend n = toscalar(Dev | summarize max(<At>))", Absent),
            ("Dev | make-series count() on <At> from a to b step 1h by A | mv-expand <At>", Table),
            ("Dev | mv-apply Bag on (where <At> > 1 | summarize make_list(Bag)) | top 3 by <At>", Table),
        ] {
            let plain = expected.replace("<At>", "At");
            assert_eq!(marked(&plain), (expected.to_owned(), result), "{plain}");
        }
    }
}
