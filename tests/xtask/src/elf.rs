//! What a phone's loader and a reviewer ask of a library. In: bytes of a shared object. Out: complaints; sizes by crate.

use anyhow::Context;
use goblin::elf::dynamic::{DF_TEXTREL, DT_FLAGS, DT_TEXTREL};
use goblin::elf::program_header::{PF_W, PF_X, PT_GNU_STACK, PT_LOAD};
use goblin::elf::{Elf, sym};
use rustc_demangle::demangle;
use std::collections::BTreeMap;

/// Page size that Android 15 and later may have.
const PAGE: u64 = 16 * 1024;
/// Libraries that every Android has; anything else would have to be shipped.
const SYSTEM: [&str; 4] = ["libc.so", "libm.so", "libdl.so", "liblog.so"];
/// What bindings call; everything else is to stay inside.
const EXPORTED: [&str; 4] = ["scamfilter_check", "uniffi_scamfilter_ffi_", "ffi_scamfilter_ffi_", "UNIFFI_META_"];

/// Everything that is wrong with the library.
pub fn gate(bytes: &[u8]) -> anyhow::Result<Vec<String>> {
    let elf = Elf::parse(bytes).context("not an ELF file")?;
    let mut wrong = Vec::new();
    if elf.soname != Some(crate::android::LIBRARY) {
        wrong.push(format!("soname is {:?}", elf.soname));
    }
    if !elf.libraries.contains(&"libc.so") {
        wrong.push("libc.so is not among the needed libraries: bionic would not load it".to_owned());
    }
    wrong.extend(elf.libraries.iter().filter(|l| !SYSTEM.contains(l)).map(|l| format!("needs {l}")));
    for segment in elf.program_headers.iter().filter(|s| s.p_type == PT_LOAD) {
        let at = segment.p_vaddr;
        if segment.p_align < PAGE || segment.p_vaddr % PAGE != segment.p_offset % PAGE {
            wrong.push(format!("segment at {at:#x} is not aligned to 16 KB pages"));
        }
        if segment.p_flags & (PF_W | PF_X) == PF_W | PF_X {
            wrong.push(format!("segment at {at:#x} is writable and executable"));
        }
    }
    if elf.program_headers.iter().any(|s| s.p_type == PT_GNU_STACK && s.p_flags & PF_X != 0) {
        wrong.push("the stack is executable".to_owned());
    }
    let dynamic = elf.dynamic.as_ref().context("no dynamic section")?;
    if dynamic.dyns.iter().any(|d| d.d_tag == DT_TEXTREL || d.d_tag == DT_FLAGS && d.d_val & DF_TEXTREL != 0) {
        wrong.push("has text relocations".to_owned());
    }
    let defined = elf.dynsyms.iter().filter(|s| s.st_shndx != 0 && s.st_bind() != sym::STB_LOCAL);
    let names: Vec<&str> = defined.filter_map(|s| elf.dynstrtab.get_at(s.st_name)).collect();
    if !names.contains(&"scamfilter_check") {
        wrong.push("the check itself is not exported".to_owned());
    }
    let foreign = names.iter().filter(|n| !EXPORTED.iter().any(|p| n.starts_with(p)));
    wrong.extend(foreign.map(|n| format!("exports {n}")));
    Ok(wrong)
}

/// Bytes of code and constants by the crate that they came from, largest first; the last entry is what has no symbol
/// (headers, relocations, unwind tables, merged strings).
pub fn by_crate(bytes: &[u8], whole: u64) -> anyhow::Result<Vec<(String, u64)>> {
    let elf = Elf::parse(bytes).context("not an ELF file")?;
    let mut seen = BTreeMap::new();
    for symbol in elf.syms.iter().filter(|s| s.st_size > 0 && matches!(s.st_type(), sym::STT_FUNC | sym::STT_OBJECT)) {
        let in_bss = elf.section_headers.get(symbol.st_shndx).is_some_and(|s| s.sh_type == 8);
        if let Some(name) = elf.strtab.get_at(symbol.st_name).filter(|_| !in_bss) {
            seen.insert(symbol.st_value, (symbol.st_size, crate_of(name)));
        }
    }
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for (size, name) in seen.into_values() {
        *sizes.entry(name).or_default() += size;
    }
    let rest = whole.saturating_sub(sizes.values().sum());
    let mut table: Vec<_> = sizes.into_iter().collect();
    table.sort_by_key(|(name, size)| (std::cmp::Reverse(*size), name.clone()));
    table.push(("(no symbol)".to_owned(), rest));
    Ok(table)
}

/// The first crate that a demangled name starts with, `<impl of for>` brackets passed over.
fn crate_of(name: &str) -> String {
    let plain = format!("{:#}", demangle(name));
    let path =
        plain.trim_start_matches(['<', '&', '*', '(', '[']).trim_start_matches("mut ").trim_start_matches("dyn ");
    let first: String = path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let known = path.get(first.len()..).is_some_and(|rest| rest.starts_with("::"));
    match first.as_str() {
        _ if EXPORTED.iter().any(|p| name.starts_with(p)) => "scamfilter_ffi".to_owned(),
        "core" | "alloc" | "std" | "std_detect" | "panic_unwind" | "compiler_builtins" => "std".to_owned(),
        "gimli" | "addr2line" | "object" | "miniz_oxide" | "rustc_demangle" | "hashbrown" if known => "std".to_owned(),
        crate_name if known => crate_name.to_owned(),
        _ => "(C and compiler)".to_owned(),
    }
}
