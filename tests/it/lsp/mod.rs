//! The language server, asked by a client of our own.

mod actions;
mod client;
mod content;
mod cuts;
mod protocol;
mod queries;
mod workspace;
