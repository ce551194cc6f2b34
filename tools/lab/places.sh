# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by the laboratory's scripts: where things are, and whether they are there and current.
# The caller has set $lab to the directory of this file.

cache=${GMEM_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gmem4j/lab}
kernel=$cache/kernel/bzImage
kernel_stamp=$cache/kernel/stamp
initramfs=$cache/initramfs/initramfs.gz
initramfs_stamp=$cache/initramfs/stamp
qemu='qemu-system-x86_64'

# Prints one value of the kernel's stamp: version, source, fragment.
stamped() {
  [ -f "$kernel_stamp" ] && sed -n "s/^$1=//p" "$kernel_stamp"
}

# What the kernel and the initramfs are made of, as far as it lies in the repository or on the host.
fragment_sum() {
  sha256sum <"$lab/kernel.config" | cut -d ' ' -f 1
}

initramfs_sum() {
  cat "$lab/init" "$(command -v busybox)" | sha256sum | cut -d ' ' -f 1
}

kernel_is_current() {
  [ -f "$kernel" ] && [ "$(stamped fragment)" = "$(fragment_sum)" ]
}

initramfs_is_current() {
  [ -f "$initramfs" ] && [ -f "$initramfs_stamp" ] &&
    [ "$(cat "$initramfs_stamp")" = "$(initramfs_sum)" ]
}
