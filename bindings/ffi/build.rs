//! Names the shared library on Android, where loaders compare the soname. In: the target. Out: a linker flag.
#![allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("android") {
        println!("cargo:rustc-cdylib-link-arg=-soname=libscamfilter_ffi.so");
    }
}
