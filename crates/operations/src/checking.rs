//! How a finished instance is checked: the residual scan, and at the same time what its tests will ask. Both only read,
//! each through connections of its own. The steps of a build use it, and so does the benchmark.

use std::{path::Path, thread};

use landfall_catalogue::Catalogue;
use landfall_core::{plan::Probe, policy::Policy};
use landfall_instances::probe::Readings;
use landfall_masking::scan::{self, Files, Progress, Report};

use crate::{
    Result,
    probe::{self, Probing},
};

/// Searches a masked instance for values of its source, and reads meanwhile what some probes will ask of it. The file
/// must not change until they asked.
///
/// # Errors
/// Those of the scan. What could not be read ahead is read again, and its error met, by the probe that asks.
pub fn search(
    files: Files<'_>,
    catalogue: &Catalogue,
    policy: &Policy,
    probes: &[&Probe],
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Readings)> {
    let instance = files.instance;
    let (report, readings) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let probes = probes.iter().copied();
            probe::read_ahead(instance, catalogue, policy, probes).unwrap_or_default()
        });
        let report = scan::scan(files, catalogue, progress);
        (report, reading.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
    });
    Ok((report?, readings))
}

/// Returns what probes find in an instance, in their order.
///
/// # Errors
/// Those of reading the instance.
pub fn answers(
    path: &Path,
    catalogue: &Catalogue,
    policy: &Policy,
    scan: Option<&Report>,
    readings: Readings,
    probes: &[&Probe],
) -> Result<Vec<String>> {
    let probing = Probing::of_instance(path.to_owned(), catalogue, policy, scan).with(readings);
    probes.iter().map(|probe| Ok(probing.probe(probe)?.actual)).collect()
}
