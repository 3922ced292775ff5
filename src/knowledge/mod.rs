//! Read-only facts, embedded: ATT&CK, connectors, entities, limits.
