//! Writing: by CDISC's schemas, there and back, from one version to the other.

#[cfg(test)]
mod conversion;
#[cfg(test)]
mod designs;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod xmllint;
