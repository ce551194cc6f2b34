# shellcheck shell=sh
# Sourced by build: which host packages are missing, by Debian's names.

# Whether the C compiler finds a header.
has_header() {
  printf '#include <%s>\n' "$1" | gcc -E -x c - >/dev/null 2>&1
}

# The initramfs has no libraries, so its busybox must not need any.
has_static_busybox() {
  command -v busybox >/dev/null && ! readelf -l "$(command -v busybox)" 2>/dev/null | grep -q INTERP
}

# Prints the packages whose command is not on the PATH.
lacking_commands() {
  while read -r command package; do
    command -v "$command" >/dev/null || printf '%s ' "$package"
  done <<'END'
bc bc
bison bison
cpio cpio
flex flex
gcc gcc
gzip gzip
make make
perl perl
qemu-system-x86_64 qemu-system-x86
readelf binutils
tar tar
xz xz-utils
END
}

lacking_packages() {
  lacking_commands
  has_static_busybox || printf 'busybox-static '
  has_header stdio.h || printf 'libc6-dev '
  has_header gelf.h || printf 'libelf-dev '
  has_header openssl/bio.h || printf 'libssl-dev '
}
