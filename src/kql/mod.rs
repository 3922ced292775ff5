//! A library for the Kusto Query Language: text in; tokens, typed tree and errors out, always.
