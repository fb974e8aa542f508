//! The contract of an engine: what every way of keeping instances and packages has to do.

#[cfg(test)]
mod clone;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod design;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod extract;
#[cfg(test)]
mod fingerprint;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod load;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod promote;
#[cfg(test)]
mod record;
#[cfg(test)]
mod repeat;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod store;
