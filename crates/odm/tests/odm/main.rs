//! The reader on whole files: real ones, bad ones, and those that a careful person would accept.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod read_anything;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod world;
