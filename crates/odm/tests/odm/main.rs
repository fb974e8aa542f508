//! The reader on whole files: real ones, bad ones, and those that a careful person would accept.

mod accepted;
mod encodings;
mod examples;
mod read_anything;
mod refused;
mod tree;
mod world;
