package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The recorder's descriptors of guest memories, by the numbers that recordings use.
 *
 * <p>A file ends with its last descriptor. While a child lives it has a copy of each descriptor
 * that was open at the fork, so a file that the recorder closes then lives on until the child
 * exits.
 */
public final class Descriptors {
  private static final int OTHER_FILE = -2;

  private final Map<Integer, GuestMemoryFile> open = new HashMap<>();
  private final Set<GuestMemoryFile> inherited = new HashSet<>();
  private final Set<GuestMemoryFile> leftToChild = new HashSet<>();
  private final GuestMemory otherFile = new OtherFile();

  /** Opens a guest memory; a number that is in use gets the new file. */
  public void open(GuestMemoryFile file) {
    open.put(file.number(), file);
  }

  /** Returns the file of an open guest memory. */
  public Optional<GuestMemoryFile> file(int g) {
    return Optional.ofNullable(open.get(g));
  }

  /** Returns what a descriptor refers to: nothing if it is bad, possibly no guest memory at all. */
  public Optional<GuestMemory> memory(int g) {
    return g == OTHER_FILE ? Optional.of(otherFile) : file(g).map(GuestMemoryFile::memory);
  }

  /** Returns the number of a guest memory that is open. */
  public Optional<Integer> numberOf(GuestMemory memory) {
    return open.values().stream()
        .filter(file -> file.memory().equals(memory))
        .map(GuestMemoryFile::number)
        .findAny();
  }

  /** Closes a descriptor; tells whether it was open. */
  public boolean close(int g) {
    GuestMemoryFile file = open.remove(g);
    if (file == null) {
      return false;
    }
    file.mapping().ifPresent(HostMapping::close);
    if (inherited.contains(file)) {
      leftToChild.add(file);
    } else {
      file.memory().close();
    }
    return true;
  }

  /** Lets the child inherit what is open. */
  public void fork() {
    inherited.addAll(open.values());
  }

  /** Closes the child's descriptors. */
  public void childExits() {
    inherited.clear();
    leftToChild.forEach(file -> file.memory().close());
    leftToChild.clear();
  }

  /** Closes every descriptor. */
  public void closeAll() {
    List.copyOf(open.keySet()).forEach(this::close);
  }
}
