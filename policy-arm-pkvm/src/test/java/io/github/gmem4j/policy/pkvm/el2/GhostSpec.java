package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the hypervisor must do, written a second time and another way: as maps that each call
 * rewrites, after the published executable specification of pKVM (rems-project). A page that is in
 * no map is the host's alone.
 */
final class GhostSpec {
  /** Whose a page is that the host has no access to: a VM's at a frame, or the hypervisor's. */
  record Owner(int vm, long gfn) {
    static final Owner HYPERVISOR = new Owner(-1, -1);
  }

  /** With whom the host has a page in common. */
  enum Sharer {
    GUEST_OWNER,
    ORDINARY_GUESTS,
    HYPERVISOR,
    SECURE_WORLD
  }

  /** How a guest has a page. */
  enum Attribute {
    OWNED,
    SHARED,
    BORROWED
  }

  record Mapping(long pfn, Attribute attribute) {}

  /** A VM: what it maps, where it is poisoned, how far its end is. */
  static final class GhostVm {
    final Map<Long, Mapping> maps = new TreeMap<>();
    final Set<Long> poisoned = new HashSet<>();
    final boolean isProtected;
    boolean loaded;
    boolean dying;

    GhostVm(boolean isProtected) {
      this.isProtected = isProtected;
    }
  }

  final Map<Long, Owner> annotated = new HashMap<>();
  final Map<Long, Sharer> shared = new HashMap<>();
  final Map<Long, Integer> pins = new HashMap<>();
  final Map<Integer, GhostVm> vms = new HashMap<>();
  final Set<Long> zeroed = new HashSet<>();

  private static final Optional<Errno> OK = Optional.empty();

  GhostVm vm(int number) {
    return Objects.requireNonNull(vms.get(number));
  }

  Optional<Errno> load(int vm) {
    if (vm(vm).dying || vm(vm).loaded) {
      return Optional.of(Errno.EINVAL);
    }
    vm(vm).loaded = true;
    return OK;
  }

  Optional<Errno> put(int vm) {
    vm(vm).loaded = false;
    return OK;
  }

  Optional<Errno> donate(int vm, long pfn, long gfn, boolean tablesShort) {
    if (!vm(vm).isProtected || !vm(vm).loaded) {
      return Optional.of(Errno.EINVAL);
    }
    if (!isHosts(pfn) || !isFree(vm, gfn)) {
      return Optional.of(Errno.EPERM);
    }
    if (tablesShort) {
      return Optional.of(Errno.ENOMEM);
    }
    annotated.put(pfn, new Owner(vm, gfn));
    vm(vm).maps.put(gfn, new Mapping(pfn, Attribute.OWNED));
    return OK;
  }

  Optional<Errno> lend(int vm, long pfn, long gfn, boolean tablesShort) {
    if (vm(vm).isProtected || !vm(vm).loaded) {
      return Optional.of(Errno.EINVAL);
    }
    boolean lent = shared.get(pfn) == Sharer.ORDINARY_GUESTS;
    if (!isFree(vm, gfn) || !(isHosts(pfn) || lent)) {
      return Optional.of(Errno.EPERM);
    }
    if (tablesShort) {
      return Optional.of(Errno.ENOMEM);
    }
    shared.put(pfn, Sharer.ORDINARY_GUESTS);
    vm(vm).maps.put(gfn, new Mapping(pfn, Attribute.BORROWED));
    return OK;
  }

  Optional<Errno> takeBack(int vm, long gfn) {
    if (vm(vm).isProtected) {
      return Optional.of(Errno.EINVAL);
    }
    Mapping mapping = vm(vm).maps.get(gfn);
    if (mapping == null) {
      return Optional.of(Errno.ENOENT);
    }
    if (mapping.attribute() != Attribute.BORROWED) {
      return Optional.of(Errno.EPERM);
    }
    unlend(vm, gfn, mapping.pfn());
    return OK;
  }

  Optional<Errno> guestChanges(int vm, long gfn, Attribute from, Attribute to) {
    if (vm(vm).dying) {
      return Optional.of(Errno.EINVAL);
    }
    if (vm(vm).poisoned.contains(gfn)) {
      return Optional.of(Errno.EHWPOISON);
    }
    Mapping mapping = vm(vm).maps.get(gfn);
    if (mapping == null) {
      return Optional.of(Errno.ENOENT);
    }
    if (mapping.attribute() != from) {
      return Optional.of(Errno.EPERM);
    }
    vm(vm).maps.put(gfn, new Mapping(mapping.pfn(), to));
    if (to == Attribute.SHARED) {
      annotated.remove(mapping.pfn());
      shared.put(mapping.pfn(), Sharer.GUEST_OWNER);
    } else {
      shared.remove(mapping.pfn());
      annotated.put(mapping.pfn(), new Owner(vm, gfn));
    }
    return OK;
  }

  Optional<Errno> relinquish(int vm, long gfn) {
    if (vm(vm).dying) {
      return Optional.of(Errno.EINVAL);
    }
    Mapping mapping = vm(vm).maps.get(gfn);
    if (mapping == null) {
      return vm(vm).poisoned.contains(gfn) ? Optional.of(Errno.EPERM) : OK;
    }
    if (mapping.attribute() != (vm(vm).isProtected ? Attribute.OWNED : Attribute.BORROWED)) {
      return Optional.of(Errno.EPERM);
    }
    if (vm(vm).isProtected) {
      annotated.remove(mapping.pfn());
      vm(vm).maps.remove(gfn);
      zeroed.add(mapping.pfn());
    } else {
      unlend(vm, gfn, mapping.pfn());
    }
    return OK;
  }

  Optional<Errno> force(long pfn) {
    Owner owner = annotated.get(pfn);
    if (owner == null) {
      return Optional.of(Errno.EAGAIN);
    }
    if (owner.equals(Owner.HYPERVISOR)) {
      return Optional.of(Errno.EPERM);
    }
    annotated.remove(pfn);
    vm(owner.vm()).maps.remove(owner.gfn());
    vm(owner.vm()).poisoned.add(owner.gfn());
    zeroed.add(pfn);
    return OK;
  }

  Optional<Errno> reclaim(int vm, long gfn) {
    if (!vm(vm).dying) {
      return Optional.of(Errno.EINVAL);
    }
    if (vm(vm).poisoned.contains(gfn)) {
      return OK;
    }
    Mapping mapping = vm(vm).maps.get(gfn);
    if (mapping == null) {
      return Optional.of(Errno.ENOENT);
    }
    if (mapping.attribute() == Attribute.BORROWED) {
      return Optional.of(Errno.EPERM);
    }
    if (mapping.attribute() == Attribute.OWNED) {
      annotated.remove(mapping.pfn());
      zeroed.add(mapping.pfn());
    } else {
      shared.remove(mapping.pfn());
    }
    vm(vm).maps.remove(gfn);
    return OK;
  }

  Optional<Errno> startTeardown(int vm) {
    if (vm(vm).dying || vm(vm).loaded) {
      return Optional.of(Errno.EINVAL);
    }
    vm(vm).dying = true;
    return OK;
  }

  Optional<Errno> share(long pfn, Sharer with) {
    if (!isHosts(pfn)) {
      return Optional.of(Errno.EPERM);
    }
    shared.put(pfn, with);
    return OK;
  }

  Optional<Errno> unshare(long pfn, Sharer with) {
    if (shared.get(pfn) != with) {
      return Optional.of(Errno.EPERM);
    }
    if (pins.getOrDefault(pfn, 0) > 0) {
      return Optional.of(Errno.EBUSY);
    }
    shared.remove(pfn);
    return OK;
  }

  /** Tells whether the secure world would give a page back: it knows what it was given. */
  boolean isNobodyElses(long pfn) {
    Sharer with = shared.get(pfn);
    return with == null || with == Sharer.GUEST_OWNER || with == Sharer.SECURE_WORLD;
  }

  Optional<Errno> donateHyp(long pfn) {
    if (!isHosts(pfn)) {
      return Optional.of(Errno.EPERM);
    }
    annotated.put(pfn, Owner.HYPERVISOR);
    return OK;
  }

  Optional<Errno> hypGivesBack(long pfn) {
    return annotated.remove(pfn, Owner.HYPERVISOR) ? OK : Optional.of(Errno.EPERM);
  }

  Optional<Errno> pin(long pfn) {
    if (shared.get(pfn) != Sharer.HYPERVISOR) {
      return Optional.of(Errno.EPERM);
    }
    pins.merge(pfn, 1, Integer::sum);
    return OK;
  }

  Optional<Errno> unpin(long pfn) {
    if (pins.getOrDefault(pfn, 0) == 0) {
      return Optional.of(Errno.EPERM);
    }
    pins.merge(pfn, -1, Integer::sum);
    return OK;
  }

  private boolean isHosts(long pfn) {
    return !annotated.containsKey(pfn) && !shared.containsKey(pfn);
  }

  private boolean isFree(int vm, long gfn) {
    return !vm(vm).maps.containsKey(gfn) && !vm(vm).poisoned.contains(gfn);
  }

  private void unlend(int vm, long gfn, long pfn) {
    vm(vm).maps.remove(gfn);
    boolean stillLent =
        vms.values().stream()
            .flatMap(each -> each.maps.values().stream())
            .anyMatch(mapping -> mapping.pfn() == pfn);
    if (!stillLent) {
      shared.remove(pfn);
    }
  }
}
