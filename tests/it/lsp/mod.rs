//! The language server, asked by a client of our own.

mod client;
mod protocol;
