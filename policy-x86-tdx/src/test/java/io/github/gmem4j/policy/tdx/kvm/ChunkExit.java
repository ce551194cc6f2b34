package io.github.gmem4j.policy.tdx.kvm;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;

/** The exits that chunks make. */
final class ChunkExit {
  private ChunkExit() {}

  static Exit toPrivate(long gpa, long pages) {
    return new Exit.MapGpaRange(new Gpa(gpa), new PageCount(pages), 0x10, 1);
  }

  static Exit toShared(long gpa, long pages) {
    return new Exit.MapGpaRange(new Gpa(gpa), new PageCount(pages), 0, 1);
  }
}
