#!/bin/sh
# The phone libraries of a release, by the NDK. In: ANDROID_NDK_HOME, cargo-ndk, the Rust targets. Out: target/android/ABI/*.so, where
# `cargo xtask sample` takes them from for the AAR. Then run `cargo xtask size` and try the result on a device.
set -eu
cd "$(dirname "$0")/../.."
[ -d "${ANDROID_NDK_HOME:-}" ] || { echo "set ANDROID_NDK_HOME to the folder of an NDK (r27 or later, which aligns to 16 KB)"; exit 2; }
cargo ndk --version >/dev/null 2>&1 || { echo "cargo-ndk is missing: cargo install --locked cargo-ndk"; exit 2; }
rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android
exec cargo ndk --platform 24 -t arm64-v8a -t armeabi-v7a -t x86_64 -o target/android build --locked --profile phone -p scamfilter-ffi --lib
