//! Writes the sample of every kind of document as a PDF into a folder, for a person to look at:
//! `cargo run -p landfall-documents --example render_samples -- FOLDER`.

use std::{env, error::Error, fs, path::PathBuf};

use landfall_documents::{Kind, render, sample};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or("expected a folder to write to")?;
    fs::create_dir_all(&folder)?;
    for kind in Kind::ALL {
        let sample = sample::of(kind);
        let bytes = render(kind, &sample.frame, &sample.facts, &sample.signatures)?;
        fs::write(folder.join(format!("{kind}.pdf")), bytes)?;
    }
    Ok(())
}
