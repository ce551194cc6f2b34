package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All the hypervisor knows of one VM. */
final class Vm {
  final VmHandle handle;
  final VmKind kind;
  final CallsUnderWay calls = new CallsUnderWay();
  final Set<Integer> loadedVcpus = new HashSet<>();
  boolean dying;

  private final NavigableMap<Long, Leaf> stage2 = new TreeMap<>();

  Vm(VmHandle handle, VmKind kind) {
    this.handle = handle;
    this.kind = kind;
  }

  boolean isProtected() {
    return kind == VmKind.PROTECTED;
  }

  @Nullable Leaf leaf(long gfn) {
    return stage2.get(gfn);
  }

  /** Returns what is mapped at a frame, if anything is. */
  Leaf.@Nullable Mapped mapped(long gfn) {
    return stage2.get(gfn) instanceof Leaf.Mapped mapped ? mapped : null;
  }

  PageState state(long gfn) {
    return switch (stage2.get(gfn)) {
      case Leaf.Mapped mapped -> mapped.state();
      case Leaf.Poisoned poisoned -> PageState.POISON;
      case null -> PageState.NOPAGE;
    };
  }

  Optional<Folio> folio(Gfn gfn) {
    return Optional.ofNullable(mapped(gfn.value())).map(Leaf.Mapped::folio);
  }

  void set(long gfn, Leaf leaf) {
    stage2.put(gfn, leaf);
  }

  void unmap(long gfn) {
    stage2.remove(gfn);
  }

  /** Returns the frames that are mapped or poisoned, ascending. */
  List<Gfn> frames() {
    return stage2.keySet().stream().map(Gfn::new).toList();
  }

  /** Returns the frames of a range that are mapped or poisoned, ascending. */
  List<Gfn> frames(GfnRange range) {
    return stage2.subMap(range.first().value(), range.endExclusive()).keySet().stream()
        .map(Gfn::new)
        .toList();
  }
}
