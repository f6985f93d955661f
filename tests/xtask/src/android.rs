//! The phone library, linked without the NDK. In: the FFI crate, clang, lld, LLVM's libunwind from `rust-src`.
//! Out: one stripped library an ABI under `target/android`, past the gate of `elf`.
//!
//! A release is built with the NDK; this door exists so that any machine can link, measure and run what a phone gets.
//! Stub libraries hold the names that bionic exports from API 23 on (`bindings/android/link`), so `-z defs` refuses others.

use crate::elf;
use crate::suites::works;
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// File name, and soname, of the library.
pub const LIBRARY: &str = "libscamfilter_ffi.so";
const LINK: &str = "bindings/android/link";

/// An application binary interface of Android.
pub struct Abi {
    /// Folder name in an APK.
    pub name: &'static str,
    /// Rust's target.
    pub target: &'static str,
    clang: &'static str,
    bits: u8,
}

/// The ABIs that are shipped, the one that CI links first.
pub const ABIS: [Abi; 3] = [
    Abi { name: "arm64-v8a", target: "aarch64-linux-android", clang: "aarch64-linux-android24", bits: 64 },
    Abi { name: "armeabi-v7a", target: "armv7-linux-androideabi", clang: "armv7a-linux-androideabi24", bits: 32 },
    Abi { name: "x86_64", target: "x86_64-linux-android", clang: "x86_64-linux-android24", bits: 64 },
];

/// What is not there and would be needed for `abis`, with the way to get it.
pub fn missing(abis: &[Abi]) -> Option<String> {
    for name in ["clang", "ld.lld", "llvm-ar", "llvm-strip"] {
        if tool(name).is_none() {
            return Some(format!("{name} (Debian: clang lld llvm)"));
        }
    }
    let sysroot = sysroot().unwrap_or_default();
    for abi in abis {
        if !sysroot.join("lib/rustlib").join(abi.target).join("lib").is_dir() {
            return Some(format!("Rust target (rustup target add {})", abi.target));
        }
    }
    (!unwinder(&sysroot).is_dir()).then(|| "rust-src (rustup component add rust-src)".to_owned())
}

/// Where the stripped library of `abi` lies.
pub fn library(root: &Path, abi: &Abi) -> PathBuf {
    root.join("target/android").join(abi.name).join(LIBRARY)
}

/// Links, strips and checks the library of each of `abis`; false when the gate refuses one.
pub fn run(root: &Path, abis: &[Abi]) -> anyhow::Result<bool> {
    if let Some(what) = missing(abis) {
        bail!("no {what}");
    }
    let mut good = true;
    for abi in abis {
        let whole = link(root, abi, &root.join("target"))?;
        let stripped = library(root, abi);
        must(command("llvm-strip")?.args(["--strip-all", "-o"]).arg(&stripped).arg(&whole))?;
        let complaints = elf::gate(&std::fs::read(&stripped)?)?;
        complaints.iter().for_each(|c| println!("{} {}: {c}", abi.name, LIBRARY));
        good &= complaints.is_empty();
    }
    Ok(good)
}

/// Links the first ABI twice from nothing, each time into a folder of its own; false when a byte differs.
pub fn reproduced(root: &Path) -> anyhow::Result<bool> {
    let mut linked = Vec::new();
    for name in ["once", "twice"] {
        let target = root.join("target/reproduced").join(name);
        if target.is_dir() {
            std::fs::remove_dir_all(&target)?;
        }
        let whole = link(root, &ABIS[0], &target)?;
        let stripped = target.join(LIBRARY);
        must(command("llvm-strip")?.args(["--strip-all", "-o"]).arg(&stripped).arg(&whole))?;
        linked.push(std::fs::read(&stripped)?);
    }
    let same = linked.first() == linked.last();
    println!("{} {}: two builds, {}", ABIS[0].name, LIBRARY, if same { "the same bytes" } else { "other bytes" });
    Ok(same)
}

/// The library with its symbols, for the table of sizes by crate.
pub fn with_symbols(root: &Path, abi: &Abi) -> PathBuf {
    root.join("target").join(abi.target).join("phone").join(LIBRARY)
}

fn link(root: &Path, abi: &Abi, target: &Path) -> anyhow::Result<PathBuf> {
    let support = root.join("target/android").join(abi.name).join("link");
    std::fs::create_dir_all(&support)?;
    stubs(root, abi, &support)?;
    libunwind(root, abi, &support)?;
    let search = format!("link-arg=-L{}", support.display());
    let flags = ["linker-flavor=ld.lld", &search, "link-arg=-zmax-page-size=16384", "link-arg=--hash-style=both"];
    let flags = flags.into_iter().chain([
        "link-arg=-zdefs",
        "link-arg=--gc-sections",
        "link-arg=--icf=all",
        "link-arg=--pack-dyn-relocs=android",
    ]);
    let mut flags: Vec<String> = flags.flat_map(|f| ["-C".to_owned(), f.to_owned()]).collect();
    // Where it was built must not be in it.
    for (folder, name) in [(root.to_owned(), "/scamfilter"), (cargo_home(), "/cargo"), (sysroot()?, "/rust")] {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    let prefix = format!("CARGO_TARGET_{}", abi.target.to_uppercase().replace('-', "_"));
    let linker = tool("ld.lld").context("ld.lld went away")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--profile", "phone", "-p", "scamfilter-ffi", "--lib"]);
    // The standard library as it is shipped is built for speed and brings a reader of debugging data; built with the rest, for
    // size and without that, the library is a quarter smaller. The flag is of nightly, the compiler stays the stable one.
    cargo.args(["-Zbuild-std=std,panic_unwind", "-Zbuild-std-features=optimize_for_size,panic-unwind"]);
    cargo.env("RUSTC_BOOTSTRAP", "1");
    // The decoder of zstd is C, which needs no more of bionic than the headers that are here.
    let variable = abi.target.replace('-', "_");
    let headers = root.join(LINK).join("include");
    cargo.env(format!("CC_{variable}"), tool("clang").context("clang went away")?);
    cargo.env(format!("AR_{variable}"), tool("llvm-ar").context("llvm-ar went away")?);
    let c = format!(
        "--target={} -nostdlibinc -isystem {} -ffunction-sections -fdata-sections",
        abi.clang,
        headers.display()
    );
    cargo.env(format!("CFLAGS_{variable}"), c).arg("--target-dir").arg(target);
    cargo.arg("--target").arg(abi.target).current_dir(root).env(format!("{prefix}_LINKER"), linker);
    cargo.env(format!("{prefix}_RUSTFLAGS"), flags.join(" ")).env("CARGO_PROFILE_PHONE_STRIP", "none");
    must(&mut cargo)?;
    Ok(target.join(abi.target).join("phone").join(LIBRARY))
}

fn cargo_home() -> PathBuf {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home).unwrap_or_default()
}

/// Empty libraries with bionic's names and sonames; without them the result would lack its NEEDED entries.
fn stubs(root: &Path, abi: &Abi, out: &Path) -> anyhow::Result<()> {
    let names = std::fs::read_to_string(root.join(LINK).join(format!("bionic-{}.syms", abi.bits)))?;
    for library in ["c", "m", "dl", "log"] {
        let mut source = String::new();
        for name in names.lines().filter_map(|l| l.strip_prefix(library)?.strip_prefix(' ')) {
            let _ = writeln!(source, ".globl {name}\n.type {name},%function\n{name}:");
        }
        let assembly = out.join(format!("lib{library}.s"));
        std::fs::write(&assembly, source)?;
        let object = out.join(format!("lib{library}.o"));
        must(command("clang")?.args([&format!("--target={}", abi.clang), "-c", "-o"]).arg(&object).arg(&assembly))?;
        let soname = format!("-soname=lib{library}.so");
        let shared = out.join(format!("lib{library}.so"));
        must(command("ld.lld")?.args(["-shared", &soname, "-o"]).arg(&shared).arg(&object))?;
    }
    Ok(())
}

/// LLVM's unwinder, which the NDK would bring: with it a panic becomes an exception and not a dead app.
fn libunwind(root: &Path, abi: &Abi, out: &Path) -> anyhow::Result<()> {
    let source = unwinder(&sysroot()?);
    let resources = output(command("clang")?.arg("-print-resource-dir"))?;
    let target = format!("--target={}", abi.clang);
    let common = [&target, "-Os", "-ffreestanding", "-fPIC", "-ffunction-sections", "-fdata-sections", "-nostdinc"];
    let defines = ["-D_LIBUNWIND_IS_NATIVE_ONLY", "-D_LIBUNWIND_HIDE_SYMBOLS", "-DNDEBUG", "-D__BIONIC__"];
    let cpp = ["-std=c++17", "-fno-exceptions", "-fno-rtti", "-funwind-tables", "-nostdinc++"];
    let c = ["-std=c11", "-fexceptions"];
    let files = [
        ("libunwind.cpp", &cpp[..]),
        ("Unwind-EHABI.cpp", &cpp[..]),
        ("UnwindLevel1.c", &c[..]),
        ("UnwindLevel1-gcc-ext.c", &c[..]),
        ("UnwindRegistersRestore.S", &[]),
        ("UnwindRegistersSave.S", &[]),
    ];
    let mut objects = Vec::new();
    for (file, extra) in files {
        let object = out.join(format!("{file}.o"));
        let mut clang = command("clang")?;
        clang.args(common).args(["-fvisibility=hidden", "-w"]).args(defines).args(extra);
        clang.arg("-isystem").arg(root.join(LINK).join("include"));
        clang.arg("-isystem").arg(Path::new(resources.trim()).join("include"));
        clang.arg("-I").arg(source.join("include")).arg("-I").arg(source.join("src"));
        must(clang.arg("-c").arg(source.join("src").join(file)).arg("-o").arg(&object))?;
        objects.push(object);
    }
    let archive = out.join("libunwind.a");
    let _ = std::fs::remove_file(&archive);
    must(command("llvm-ar")?.arg("rcs").arg(&archive).args(&objects))
}

fn unwinder(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib/src/rust/src/llvm-project/libunwind")
}

fn sysroot() -> anyhow::Result<PathBuf> {
    Ok(output(Command::new("rustc").args(["--print", "sysroot"]))?.trim().into())
}

/// A tool by its plain name, or with the version behind it that distributions add.
pub fn tool(name: &str) -> Option<String> {
    let versions = (14..=22).rev().map(|v| format!("{name}-{v}"));
    std::iter::once(name.to_owned()).chain(versions).find(|tool| works(tool, &["--version"]))
}

fn command(name: &str) -> anyhow::Result<Command> {
    Ok(Command::new(tool(name).with_context(|| format!("{name} went away"))?))
}

fn must(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !status.success() {
        bail!("failed: {command:?}");
    }
    Ok(())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
