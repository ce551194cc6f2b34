# To be sourced: find_jdk prints the directory of a JDK of at least this version, or fails.
needed=25

# The major version of the JDK in a directory, from its release file: starting each would be slow.
major() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

suits() {
  [ -n "$1" ] || return 1
  version=$(major "$1") && [ -n "$version" ] && [ "$version" -ge "$needed" ]
}

# Prints the directory that the java on the PATH belongs to.
jdk_on_path() {
  java=$(command -v java) || return 1
  while [ -L "$java" ]; do
    link=$(readlink "$java")
    case $link in
      /*) java=$link ;;
      *) java=$(dirname -- "$java")/$link ;;
    esac
  done
  dirname -- "$(dirname -- "$java")"
}

find_jdk() {
  for jdk in "${JAVA_HOME:-}" "$(jdk_on_path)"; do
    if suits "$jdk"; then
      printf '%s\n' "$jdk"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ]; then
    jdk=$(/usr/libexec/java_home -v "$needed+" 2>/dev/null)
    if suits "$jdk"; then
      printf '%s\n' "$jdk"
      return 0
    fi
  fi
  for jdk in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/homebrew/opt/openjdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.sdkman/candidates/java/* \
    "${HOME:-}"/.jdks/* "${HOME:-}"/.local/share/mise/installs/java/*; do
    if suits "$jdk"; then
      printf '%s\n' "$jdk"
      return 0
    fi
  done
  return 1
}
