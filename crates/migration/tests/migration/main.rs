//! The migration program as a whole: specs and dumps in, packages and counts out.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod conservation;
#[cfg(test)]
mod repeatable;
#[cfg(test)]
mod spec_page;
#[cfg(test)]
mod synthea;
#[cfg(test)]
mod test_volunteers;
#[cfg(test)]
mod world;
