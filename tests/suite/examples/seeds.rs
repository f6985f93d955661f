//! Writes the seeds of every fuzz target. In: a folder. Out: a folder a target, a file a seed.
#![forbid(unsafe_code)]

use scamfilter_tests::{drive, seeds};
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("usage: seeds FOLDER"));
    };
    for (name, _) in drive::ALL {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)?;
        for (index, seed) in seeds::of(name).into_iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{index:03}")), seed)?;
        }
    }
    Ok(())
}
