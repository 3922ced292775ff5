//! Reads the workspace: first the parsers, which other files depend on, and then everything. It does so on one thread, so that
//! the others can answer meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shared;
use super::world::{Found, Known, World, find, load};
use crate::check::may_be_parser;
use crate::discover::Roots;
use crate::editor::query::Seen;

/// Reads every file of the workspace.
pub(super) fn build(shared: &Shared) {
    let world = shared.world();
    if world.roots.is_empty() {
        return;
    }
    let found = find(&world);
    let mut seen = Seen::default();
    let mut read = |found: &Found| {
        let known = Known::counted(&found.source, &found.place, &mut seen);
        (found.location.clone(), Some(Arc::new(known)))
    };
    let (parsers, others): (Vec<&Found>, Vec<&Found>) =
        found.iter().partition(|found| may_be_parser(&found.source));
    let parsers: Vec<_> = parsers.into_iter().map(&mut read).collect();
    let put = |known: Vec<(PathBuf, Option<Arc<Known>>)>, complete: bool| {
        let open = shared.documents().all();
        // The text of an open document stands for that on disk.
        let is_closed = |location: &Path| !open.iter().any(|document| document.location == location);
        shared.change_world(|world| {
            let mut new = World { parsers_known: true, complete, ..world.next() };
            let known = known
                .into_iter()
                .filter(|(location, _)| is_closed(location) || !new.files.contains_key(location));
            let known = known.collect();
            let affects = new.put(known);
            if !affects && world.parsers_known {
                new.generation = world.generation;
            }
            new
        });
    };
    put(parsers, false);
    if shared.has_ended() {
        return;
    }
    let others: Vec<_> = others.into_iter().map(read).collect();
    put(others, true);
    let seen = Arc::new(seen);
    shared.change_world(|world| World { seen, generation: world.generation, ..world.next() });
    shared.checks.whole.changed();
    shared.checks.wake();
    shared.client.refresh_lenses();
}

/// Reads every file again, after a configuration has changed.
pub(super) fn rebuild(shared: &Shared) {
    let options = &shared.options;
    shared.change_world(|world| World {
        files: Arc::new(BTreeMap::new()),
        parsers: Arc::default(),
        parsers_known: world.roots.is_empty(),
        complete: world.roots.is_empty(),
        ..world.reconfigured(options)
    });
    build(shared);
}

/// Reads files again that have changed on disk, and those below folders that have.
pub(super) fn refresh(shared: &Shared, changed: &[PathBuf]) {
    let world = shared.world();
    let mut roots = Roots::default();
    let mut news: BTreeMap<PathBuf, Option<Arc<Known>>> = BTreeMap::new();
    for location in changed {
        if shared.documents().at(location).is_some() {
            continue;
        }
        let name = location.to_string_lossy();
        let is_ours = crate::content::is_yaml_file(&name)
            || crate::content::is_query_file(&name)
            || crate::content::is_detection_file(&name);
        let is_below = world.roots.iter().any(|root| location.starts_with(root));
        if is_ours && is_below && location.is_file() && !world.excludes(location) {
            let known = load(location, world.root(), &mut roots);
            let known = known.map(|found| Arc::new(Known::read(&found.source, &found.place)));
            news.insert(location.clone(), known);
            continue;
        }
        // What is gone may have been a folder.
        let gone = world.files.range(location.clone()..).take_while(|(path, _)| path.starts_with(location));
        for (path, _) in gone.filter(|(path, _)| !path.exists()) {
            if shared.documents().at(path).is_none() {
                news.insert(path.clone(), None);
            }
        }
    }
    let affects = shared.put(news.into_iter().collect());
    let documents = shared.documents().all();
    for document in documents {
        // Those are only compared again, unless parsers have changed.
        if affects {
            shared.checks.changed(&document.uri);
        }
    }
    shared.checks.compare_soon();
    shared.client.refresh_lenses();
}
