//! A list of columns against a plain one, and what a chain of changes costs.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Column, ColumnEdit, ColumnList, Scalar};

#[derive(Clone, Debug)]
enum Change {
    Push(u8),
    Front(u8),
    Replace(u8),
    Remove(u8),
    Rename(u8, u8),
    Number(u8),
    /// From here on another list is made, of which these go on.
    Seal,
}

fn change() -> impl Strategy<Value = Change> {
    let name = 0..60_u8;
    prop_oneof![
        4 => name.clone().prop_map(Change::Push),
        1 => name.clone().prop_map(Change::Front),
        2 => name.clone().prop_map(Change::Replace),
        2 => name.clone().prop_map(Change::Remove),
        2 => (name.clone(), name.clone()).prop_map(|(old, new)| Change::Rename(old, new)),
        2 => (0..3_u8).prop_map(Change::Number),
        3 => Just(Change::Seal),
    ]
}

fn column(name: &str, kind: Scalar) -> Column {
    Column::new(name, kind)
}

/// The same change of a plain list, whose names are all different.
fn plainly(list: &mut Vec<Column>, change: &Change) {
    let named = |number: u8| format!("c{number}");
    let at = |list: &[Column], name: &str| list.iter().position(|column| &*column.name == name);
    match change {
        Change::Push(number) if at(list, &named(*number)).is_none() => {
            list.push(column(&named(*number), Scalar::Long));
        }
        Change::Front(number) if at(list, &named(*number)).is_none() => {
            list.insert(0, column(&named(*number), Scalar::Int));
        }
        Change::Replace(number) => {
            if let Some(at) = at(list, &named(*number)) {
                list[at].kind = Scalar::String;
            }
        }
        Change::Remove(number) => list.retain(|column| *column.name != *named(*number)),
        Change::Rename(old, new) if at(list, &named(*new)).is_none() => {
            if let Some(at) = at(list, &named(*old)) {
                list[at] = column(&named(*new), Scalar::Bool);
            }
        }
        Change::Number(stem) => {
            let name =
                (1..1_000).map(|number| format!("c{stem}{number}")).find(|name| at(list, name).is_none());
            list.push(column(&name.unwrap(), Scalar::Real));
        }
        _ => {}
    }
}

fn shared(edit: &mut ColumnEdit, change: &Change) {
    let named = |number: u8| format!("c{number}");
    match change {
        Change::Push(number) if !edit.has(&named(*number)) => {
            edit.push(column(&named(*number), Scalar::Long));
        }
        Change::Front(number) if !edit.has(&named(*number)) => {
            edit.push_front(column(&named(*number), Scalar::Int));
        }
        Change::Replace(number) => {
            edit.replace(column(&named(*number), Scalar::String));
        }
        Change::Remove(number) => edit.remove(&named(*number)),
        Change::Rename(old, new) if !edit.has(&named(*new)) && edit.has(&named(*old)) => {
            edit.rename(&named(*old), column(&named(*new), Scalar::Bool));
        }
        Change::Number(stem) => {
            let name = edit.numbered(&Arc::from(format!("c{stem}")), |_| true);
            edit.push(column(&name, Scalar::Real));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(crate::seeded::cases(256))]

    #[test]
    fn a_shared_list_is_as_a_plain_one(
        first in 0..80_usize,
        changes in prop::collection::vec(change(), 0..200),
    ) {
        let mut plain: Vec<Column> =
            (0..first).map(|at| column(&format!("c{}", at + 20), Scalar::Guid)).collect();
        let mut list = ColumnList::from(plain.clone());
        let mut edit = list.edit();
        let mut before = Vec::new();
        for change in &changes {
            plainly(&mut plain, change);
            shared(&mut edit, change);
            prop_assert_eq!(edit.len(), plain.len());
            if matches!(change, Change::Seal) {
                list = edit.finish();
                before.push((list.clone(), plain.clone()));
                edit = list.edit();
            }
        }
        before.push((edit.finish(), plain));
        for (list, plain) in before {
            prop_assert_eq!(list.iter().collect::<Vec<_>>(), plain.iter().collect::<Vec<_>>());
            prop_assert_eq!(list.len(), plain.len());
            prop_assert_eq!(list.first(), plain.first());
            for column in &plain {
                prop_assert_eq!(list.get(&column.name), Some(column));
            }
            prop_assert!(list.get("other").is_none());
            for number in 0..60 {
                let name = format!("c{number}");
                let known = plain.iter().find(|column| *column.name == *name);
                prop_assert_eq!(list.get(&name), known);
            }
        }
    }
}

#[test]
fn a_chain_of_changes_shares_what_it_leaves() {
    let wide: ColumnList = (0..10_000).map(|at| column(&format!("c{at}"), Scalar::Long)).collect();
    let mut list = wide.clone();
    let mut new = 0;
    for at in 0..1_000 {
        let mut edit = list.edit();
        edit.replace(column("c5", Scalar::Int));
        edit.push(column(&format!("n{at}"), Scalar::Int));
        let next = edit.finish();
        new += next.new_since(&list).len();
        list = next;
    }
    assert_eq!(list.len(), 11_000);
    assert_eq!(list.get("c5").map(|column| column.kind), Some(Scalar::Int));
    assert!(new < 1_000 * 60, "{new} columns were copied");
}

#[test]
fn numbers_are_the_first_that_are_free() {
    let mut edit = ColumnEdit::default();
    let name: Arc<str> = "A".into();
    edit.push(column("A", Scalar::Int));
    for _ in 0..20 {
        let next = edit.numbered(&name, |_| true);
        edit.push(column(&next, Scalar::Int));
    }
    assert!(edit.has("A20") && !edit.has("A21"));
    edit.remove("A7");
    assert_eq!(&*edit.numbered(&name, |_| true), "A7");
    assert_eq!(&*edit.numbered(&name, |name| name != "A7"), "A21");
    let mut edit = edit.finish().edit();
    edit.remove("A0");
    assert_eq!(&*edit.numbered(&name, |_| true), "A7");
}
